import { HOUR_MS } from '#hydrology';
import type { QcLimits } from './limits.js';
import type { StationHistory } from './station-history.js';
import { DOUBTFUL, RATED, isTrusted, sourcesOf, type Candidate, type Finding, type KnownValue } from './verdict.js';

/** Beyond this gap a stage may have changed by anything. */
const REACH_MS = 6 * HOUR_MS;
/** A discharge is that of a stage when it is stamped within this of it. */
const NEAR_MS = HOUR_MS;
/** What changes by less than this share has not moved. */
const UNMOVED = 0.05;
/** A jump is by the known offset when it is so near to it, m. */
const OFFSET_TOLERANCE_M = 0.05;

/** What tells whether the river moved when the stage did. */
export interface MovingWith {
  /** Of the station itself; what a rating curve made of the stage tells nothing. */
  readonly discharge: StationHistory;
  /** Discharges of the gauges next above and below. */
  readonly neighbours: readonly StationHistory[];
}

/**
 * A step of the stage from the last trusted one while the river did not move is doubtful: a gauge set anew, a datum changed at the
 * sender. Whether it moved is told by the station's own discharge, else by that of every neighbour; where nobody can
 * tell, only a jump by the offset between two known datums is doubtful.
 */
export function checkDatum(
  { validTime, value }: Candidate,
  stages: StationHistory,
  { datumStep, datumOffset }: QcLimits,
  moving: MovingWith,
): Finding | null {
  const last = stages.before(validTime, ({ flag }) => isTrusted(flag));
  if (last === undefined || validTime - last.validTime > REACH_MS) return null;
  const step = Math.abs(value - last.value);
  const byOffset = datumOffset !== null && Math.abs(step - datumOffset) <= OFFSET_TOLERANCE_M;
  if (!byOffset && step < datumStep) return null;
  const moved = hasMoved(moving, last.validTime, validTime);
  return moved === false || (moved === null && byOffset) ? { flag: DOUBTFUL, source: 'DS' } : null;
}

/** null where nobody can tell. */
function hasMoved({ discharge, neighbours }: MovingWith, from: number, to: number): boolean | null {
  const own = changeOf(discharge, from, to, value => isOwn(value));
  if (own !== null) return own > UNMOVED;
  const changes = neighbours.map(one => changeOf(one, from, to, ({ flag }) => isTrusted(flag))).filter(change => change !== null);
  return changes.length === 0 ? null : changes.some(change => change > UNMOVED);
}

const isOwn = ({ flag, flagSource }: KnownValue): boolean => isTrusted(flag) && !sourcesOf(flagSource).includes(RATED);

/** Largest less smallest value as a share of the largest, between the two times; null where one of the ends is not known. */
function changeOf(history: StationHistory, from: number, to: number, counts: (value: KnownValue) => boolean): number | null {
  const inside = history.values.filter(one => one.validTime >= from - NEAR_MS && one.validTime <= to && counts(one));
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || first.validTime > from || to - last.validTime > NEAR_MS) return null;
  const values = inside.map(one => one.value);
  const largest = Math.max(...values);
  return largest <= 0 ? 0 : (largest - Math.min(...values)) / largest;
}
