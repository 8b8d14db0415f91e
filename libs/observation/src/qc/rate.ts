import { HOUR_MS } from '#hydrology';
import type { QcLimits } from './limits.js';
import { DOUBTFUL, isTrusted, type Candidate, type Finding, type KnownValue } from './verdict.js';

/** Beyond this gap a rate says nothing. */
const REACH_MS = 6 * HOUR_MS;

/**
 * A rise or fall from the last trusted value that is too fast is doubtful. The comparison is with the last *trusted*
 * value: a spike does not make the return to normal suspicious, and a true jump is accepted as time allows it.
 */
export function checkRate(candidate: Candidate, history: readonly KnownValue[], limits: QcLimits): Finding | null {
  const last = history.findLast(known => known.validTime < candidate.validTime && isTrusted(known.flag));
  if (last === undefined || candidate.validTime - last.validTime > REACH_MS) return null;
  const perHour = ((candidate.value - last.value) / (candidate.validTime - last.validTime)) * HOUR_MS;
  if (perHour > limits.risePerHour) return { flag: DOUBTFUL, source: 'ROR' };
  if (-perHour > limits.fallPerHour) return { flag: DOUBTFUL, source: 'ROF' };
  return null;
}
