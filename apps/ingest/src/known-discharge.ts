import type { Message } from '#bus';
import { DAY_MS, HOUR_MS, epochMs, type BasinId, type EpochMs, type PointSeries } from '#hydrology';
import type { KnownValue } from '#observation';
import { readObservations, type Pool } from '#store';

/** The rate of change looks six hours back, and includes the value of just then. */
const RATE_REACH_MS = 6 * HOUR_MS + 1;
/** The same reading is looked for as far back as this: low flow may stand still for a fortnight. */
const SAME_READING_REACH_MS = 15 * DAY_MS;

/** Discharge of one station, ascending by valid time. */
export class StationHistory {
  readonly #values: KnownValue[];

  constructor(values: KnownValue[] = []) {
    this.#values = values;
  }

  /** The values but the one of that time. */
  without(time: EpochMs): readonly KnownValue[] {
    const at = this.#place(time);
    return this.#values[at]?.validTime === time ? this.#values.toSpliced(at, 1) : this.#values;
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

/** What is known of a basin's stations. */
export class Known {
  readonly #stations = new Map<string, StationHistory>();

  of(station: string): StationHistory {
    const found = this.#stations.get(station) ?? new StationHistory();
    this.#stations.set(station, found);
    return found;
  }

  set({ station, times, values, flags }: PointSeries): void {
    const known = Array.from(times, (time, k): KnownValue => ({ validTime: epochMs(time), value: values[k]!, flag: flags[k]! }));
    this.#stations.set(station, new StationHistory(known));
  }
}

/**
 * Discharge known before the batch was received, as far back as the checks look. Where a river moved within the last
 * hours nobody looks further; only for one that stood still the fortnight before is read too.
 * @param inOrder messages by the time they were received
 */
export async function readKnown(pool: Pool, basin: BasinId, inOrder: readonly Message<'obs.gauge.v1'>[]): Promise<Known> {
  const known = new Known();
  const earliest = earliestOf(inOrder);
  if (earliest.size === 0) return known;
  const times = inOrder.flatMap(({ value }) => value.values.map(({ validTime }) => validTime));
  const [from, to] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  const read = (reachMs: number, stations?: readonly string[]) =>
    readObservations(pool, {
      ...{ basin, variable: 'Q', from: epochMs(from - reachMs), to: epochMs(to) },
      asOf: epochMs(inOrder[0]!.value.receivedAt - 1),
      ...(stations && { stations }),
    });
  for (const series of await read(RATE_REACH_MS)) known.set(series);
  const still = [...earliest].filter(([station, time]) => !known.of(station).changesBefore(time)).map(([station]) => station);
  if (still.length > 0) for (const series of await read(SAME_READING_REACH_MS, still)) known.set(series);
  return known;
}

/** Valid time of the first value of each station that is in the batch; a stage may become discharge. */
function earliestOf(batch: readonly Message<'obs.gauge.v1'>[]): Map<string, EpochMs> {
  const earliest = new Map<string, EpochMs>();
  for (const { value } of batch) {
    for (const { station, validTime } of value.values) {
      earliest.set(station, epochMs(Math.min(earliest.get(station) ?? validTime, validTime)));
    }
  }
  return earliest;
}
