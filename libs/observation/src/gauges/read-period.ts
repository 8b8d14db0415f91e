import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#hydrology';

const UNITS: readonly (readonly [names: RegExp, ms: number])[] = [
  [/^s(ec(onds?)?)?$/i, SECOND_MS],
  [/^m(in(utes?)?)?$/i, MINUTE_MS],
  [/^h(ours?)?$/i, HOUR_MS],
  [/^d(ays?)?$/i, DAY_MS],
];

/** Reads a period as services write it: 15_min, "15 min", "1 hour", PT15M, PT1H. undefined for anything else. */
export function readPeriod(text: string): number | undefined {
  const iso = /^PT(\d+)([HMS])$/.exec(text);
  const [, number, unit] = iso ?? /^(\d+)[ _]?([a-z]+)$/i.exec(text) ?? [];
  const ms = UNITS.find(([names]) => names.test(unit ?? ''))?.[1];
  return ms === undefined || Number(number) === 0 ? undefined : Number(number) * ms;
}
