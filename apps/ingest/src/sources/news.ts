import { DAY_MS, type EpochMs } from '#hydrology';
import { reject, type RawGaugeValue, type RawRainDepth, type RawReject, type Reject } from '#observation';

/** Rejects of one code that a poll names one by one; the rest is named by its number. */
const NAMED_A_CODE = 20;
/** Nothing is lost by these and nobody need act: a service that repeats each row is named once a day. */
const HARMLESS: ReadonlySet<Reject['code']> = new Set(['GAUGE_DUPLICATE']);

type GaugeNews = RawGaugeValue | RawRainDepth;

interface Known {
  readonly value: number | null;
  /** Everything the answer gave of its time. */
  readonly said: string;
  readonly validTime: EpochMs;
}

/**
 * What of a poll is new. Polls overlap, so most of an answer came before: a value passes when it is not known or differs from what
 * was known last (a correction), a reject once a day. What passed counts as known when it was `taken`.
 */
export class News {
  readonly #values = new Map<string, Known>();
  readonly #rejects = new Map<string, EpochMs>();
  #passed: [string, Known][] = [];
  #named: [string, EpochMs][] = [];

  /** A value remembered is forgotten when it is older than any poll reaches back. */
  constructor(private readonly reachMs: number) {}

  values<T extends GaugeNews>(values: readonly T[]): T[] {
    const seen = new Map<string, number | null>();
    const said = saidOfEach(values);
    const fresh = values.filter(value => {
      const key = keyOf(value);
      if (this.#values.get(key)?.said === said.get(key)) return false; // two values of one time, and the same two as before
      const known = seen.has(key) ? seen.get(key) : this.#values.get(key)?.value;
      seen.set(key, value.value);
      return known === undefined || known !== value.value;
    });
    for (const each of fresh) {
      const { value, validTime } = each;
      const key = keyOf(each);
      this.#passed.push([key, { value, validTime, said: said.get(key)! }]);
    }
    return fresh;
  }

  rejects(rejects: readonly Reject[], subject: string, receivedAt: EpochMs): RawReject[] {
    const named = new Set(this.#named.map(([name]) => name));
    const fresh: Reject[] = [];
    for (const each of rejects) {
      const name = nameOf(each);
      if (named.has(name) || receivedAt - (this.#rejects.get(name) ?? -Infinity) <= DAY_MS) continue;
      named.add(name);
      this.#named.push([name, receivedAt]);
      fresh.push(each);
    }
    return fewOfEach(fresh).map(each => ({ ...each, kind: 'reject', input: 'gauges', subject, receivedAt }));
  }

  taken(now: EpochMs): void {
    for (const [key, known] of this.#passed) this.#values.set(key, known);
    for (const [key, at] of this.#named) this.#rejects.set(key, at);
    [this.#passed, this.#named] = [[], []];
    for (const [key, { validTime }] of this.#values) if (validTime < now - this.reachMs) this.#values.delete(key);
    for (const [key, at] of this.#rejects) if (now - at > DAY_MS) this.#rejects.delete(key);
  }

  /** The poll failed before it was published: nothing of it counts. */
  forget(): void {
    [this.#passed, this.#named] = [[], []];
  }
}

const nameOf = ({ code, message }: Reject): string => (HARMLESS.has(code) ? code : `${code} ${message}`);

const keyOf = (value: GaugeNews): string => {
  const { station, validTime } = value;
  return value.kind === 'gauge' ? `${station}/${value.variable}/${validTime}` : `${station}/P/${validTime}/${value.durationMs}`;
};

/** All values that an answer gives of a time, in their order: a service may contradict itself, and go on doing so. */
function saidOfEach(values: readonly GaugeNews[]): Map<string, string> {
  const said = new Map<string, string>();
  for (const value of values) {
    const key = keyOf(value);
    said.set(key, `${said.get(key) ?? ''} ${value.value}`);
  }
  return said;
}

/** The first of each code by themselves, the others as one with their number. */
export function fewOfEach(rejects: readonly Reject[]): Reject[] {
  const byCode = new Map<Reject['code'], Reject[]>();
  for (const each of rejects) byCode.set(each.code, [...(byCode.get(each.code) ?? []), each]);
  return [...byCode].flatMap(([code, all]) => {
    const more = all.length - NAMED_A_CODE;
    if (more <= 0) return all;
    return [
      ...all.slice(0, NAMED_A_CODE),
      reject(code, `${more} more rows were refused for the same reason, the last: ${all.at(-1)!.message}`),
    ];
  });
}
