import { HOUR_MS } from '#hydrology';
import type { QcLimits } from './limits.js';
import { DOUBTFUL, type Candidate, type Finding, type KnownValue } from './verdict.js';

/** The same reading for longer than a river stands still is doubtful: a stuck float, a frozen transmitter. */
export function checkFlatLine(candidate: Candidate, history: readonly KnownValue[], limits: QcLimits): Finding | null {
  const { highFlow, highFlowHours, lowFlowHours } = limits.flatLine;
  const since = beginningOfSameReading(candidate, history);
  const allowedMs = (candidate.value >= highFlow ? highFlowHours : lowFlowHours) * HOUR_MS;
  return candidate.validTime - since > allowedMs ? { flag: DOUBTFUL, source: 'SR' } : null;
}

function beginningOfSameReading(candidate: Candidate, history: readonly KnownValue[]): number {
  let since: number = candidate.validTime;
  for (let k = history.length - 1; k >= 0; k--) {
    const known = history[k]!;
    if (known.validTime >= candidate.validTime) continue;
    if (known.value !== candidate.value) break;
    since = known.validTime;
  }
  return since;
}
