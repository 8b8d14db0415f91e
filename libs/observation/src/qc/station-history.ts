import type { EpochMs } from '#hydrology';
import type { KnownValue } from './verdict.js';

/** What is known of one quantity at one station, ascending by valid time. */
export class StationHistory {
  readonly #values: KnownValue[];

  constructor(values: KnownValue[] = []) {
    this.#values = values;
  }

  get values(): readonly KnownValue[] {
    return this.#values;
  }

  /** The values but the one of that time. */
  without(time: EpochMs): readonly KnownValue[] {
    const at = this.#place(time);
    return this.#values[at]?.validTime === time ? this.#values.toSpliced(at, 1) : this.#values;
  }

  /** The value of that time. */
  at(time: EpochMs): KnownValue | undefined {
    const found = this.#values[this.#place(time)];
    return found?.validTime === time ? found : undefined;
  }

  /** The last value before that time that is one of these. */
  before(time: EpochMs, counts: (value: KnownValue) => boolean): KnownValue | undefined {
    for (let at = this.#place(time) - 1; at >= 0; at--) if (counts(this.#values[at]!)) return this.#values[at];
    return undefined;
  }

  /** The first value after that time that is one of these. */
  after(time: EpochMs, counts: (value: KnownValue) => boolean): KnownValue | undefined {
    for (let at = this.#place(time); at < this.#values.length; at++) {
      const value = this.#values[at]!;
      if (value.validTime > time && counts(value)) return value;
    }
    return undefined;
  }

  /** Sum of the values of (from, to] that count, how many and when they begin and end. */
  sumOf(from: number, to: number, counts: (value: KnownValue) => boolean): { sum: number; count: number; first: number; last: number } {
    const total = { sum: 0, count: 0, first: Infinity, last: -Infinity };
    for (let at = this.#values.length - 1; at >= 0; at--) {
      const known = this.#values[at]!;
      if (known.validTime <= from) break;
      if (known.validTime > to || !counts(known)) continue;
      total.sum += known.value;
      total.count++;
      total.first = known.validTime;
      if (total.last === -Infinity) total.last = known.validTime;
    }
    return total;
  }

  /** Takes a value to its place; it replaces the one of its time. */
  add(value: KnownValue): void {
    const at = this.#place(value.validTime);
    this.#values.splice(at, this.#values[at]?.validTime === value.validTime ? 1 : 0, value);
  }

  /** Did the river move before then, as far as is known here? */
  changesBefore(time: EpochMs): boolean {
    const first = this.#values[0];
    return first !== undefined && this.#values.some(({ validTime, value }) => validTime < time && value !== first.value);
  }

  /** Of the first value not before the time; values come mostly at the end. */
  #place(time: EpochMs): number {
    let at = this.#values.length;
    while (at > 0 && this.#values[at - 1]!.validTime >= time) at--;
    return at;
  }
}
