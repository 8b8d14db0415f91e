import { epochMs, type EpochMs } from './brand.js';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** The beat of the system: issue times are multiples of it. */
export const BEAT_MS = 15 * MINUTE_MS;

/**
 * A run of equal steps. Value k covers (start + k·stepMs, start + (k+1)·stepMs] and is stamped by its end,
 * the convention of SMASH and of the gauge networks: a grid of `count` steps ends at start + count·stepMs.
 */
export interface TimeGrid {
  readonly start: EpochMs;
  readonly stepMs: number;
  readonly count: number;
}

/** The stamp (end) of step k. */
export const stampOf = (grid: TimeGrid, k: number): EpochMs => epochMs(grid.start + (k + 1) * grid.stepMs);

/** The end of the last step. */
export const endOf = (grid: TimeGrid): EpochMs => epochMs(grid.start + grid.count * grid.stepMs);

/** The step whose interval (from, to] holds `time`, or -1 when the grid does not reach it. */
export function stepAt(grid: TimeGrid, time: EpochMs): number {
  const k = Math.ceil((time - grid.start) / grid.stepMs) - 1;
  return k >= 0 && k < grid.count ? k : -1;
}

/** The grid of the steps in (from, to]; `to − from` must be a whole number of steps. */
export function timeGrid(from: EpochMs, to: EpochMs, stepMs: number): TimeGrid {
  const count = (to - from) / stepMs;
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`time grid (${toIso(from)}, ${toIso(to)}] is not a whole number of ${stepMs / SECOND_MS} s steps`);
  }
  return { start: from, stepMs, count };
}

/** The latest multiple of `stepMs` that is not after `time`. */
export const floorTo = (time: EpochMs, stepMs: number): EpochMs => epochMs(Math.floor(time / stepMs) * stepMs);

const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** Times come in runs: a forecast asks for the same day a hundred times. */
let lastDay = { at: NaN, text: '' };

/**
 * ISO 8601 in UTC without milliseconds: 2014-11-04T15:00:00Z.
 * @throws RangeError when it is no time
 */
export function toIso(time: EpochMs): string {
  const at = Math.floor(time / DAY_MS);
  if (at !== lastDay.at) lastDay = { at, text: new Date(at * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length) };
  const second = Math.floor((time - at * DAY_MS) / SECOND_MS);
  const [hours, minutes] = [Math.floor(second / 3600), Math.floor(second / 60) % 60];
  return `${lastDay.text}${TWO_DIGITS[hours]!}:${TWO_DIGITS[minutes]!}:${TWO_DIGITS[second % 60]!}Z`;
}

/** As `toIso`, with milliseconds where there are some: a time of receipt, or a cut-off that is compared with one. */
export const toIsoExact = (time: EpochMs): string => (time % SECOND_MS === 0 ? toIso(time) : new Date(time).toISOString());

/**
 * Reads ISO 8601; a date alone is 00:00 UTC and a time without a zone is UTC.
 * @throws RangeError naming the text when it is no date.
 */
export function parseIso(text: string): EpochMs {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) || /^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
  const ms = Date.parse(zoned);
  if (Number.isNaN(ms)) throw new RangeError(`"${text}" is not a date; write 2014-11-04T15:00Z or 2014-11-04`);
  return epochMs(ms);
}
