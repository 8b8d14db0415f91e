import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#hydrology';

const UNIT_MS: Readonly<Record<string, number>> = { second: SECOND_MS, minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS };

/**
 * Reads time units as CF 4.4 writes them, "hours since 2006-01-01 00:00:00", UTC.
 * @throws Error quoting units that are not written so.
 */
export function parseTimeUnits(units: string): { readonly unitMs: number; readonly origin: number } {
  const match = /^(second|minute|hour|day)s? since (\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)(?:\.0+)?)?(?: ?Z| UTC)?$/.exec(units);
  const origin = match === null ? NaN : Date.parse(`${match[2]}T${match[3] ?? '00:00'}Z`);
  if (match === null || Number.isNaN(origin)) throw new Error(`time units "${units}" are not like "seconds since 1970-01-01 00:00:00"`);
  return { unitMs: UNIT_MS[match[1]!]!, origin };
}
