import { MINUTE_MS, type EpochMs } from '#hydrology';
import { UNRELIABLE, type Candidate, type Finding } from './verdict.js';

/** Clocks of loggers differ by a little. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/** A value stamped later than it was received has a wrong time: local time taken for UTC, or a logger's clock. */
export function checkFreshness(candidate: Pick<Candidate, 'validTime' | 'receivedAt'>): Finding | null {
  return candidate.validTime - candidate.receivedAt > CLOCK_TOLERANCE_MS ? { flag: UNRELIABLE, source: 'TS' } : null;
}

/** How old the newest value of an input is. */
export interface Freshness {
  /** Valid time of the newest value; null when there has been none. */
  readonly newest: EpochMs | null;
  readonly ageMs: number | null;
  /** Older than it may be, or none at all. */
  readonly silent: boolean;
}

/** Age of an input at a time, and whether that is too old. */
export function freshnessAt(newest: EpochMs | null, at: EpochMs, limitMs: number): Freshness {
  if (newest === null) return { newest, ageMs: null, silent: true };
  const ageMs = at - newest;
  return { newest, ageMs, silent: ageMs > limitMs };
}

/** How much longer than usual an input may take before it counts as stalled. */
export const STALL_MARGIN_MS = 15 * MINUTE_MS;

/**
 * Has an input stopped: is it older than it usually gets before the next value comes, and a quarter of an hour more? A service that
 * goes on answering with the same values is found out by this, whatever its status says. false while the habit is not known.
 */
export const isStalled = (ageMs: number, usualAgeMs: number | null): boolean => usualAgeMs !== null && ageMs > usualAgeMs + STALL_MARGIN_MS;
