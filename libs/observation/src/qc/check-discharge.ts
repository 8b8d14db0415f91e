import { checkFlatLine } from './flat-line.js';
import { checkFreshness } from './freshness.js';
import type { QcLimits } from './limits.js';
import { checkRange } from './range.js';
import { checkRate } from './rate.js';
import { checkUnitFactor } from './unit-factor.js';
import { qualityOf, type Candidate, type Finding, type KnownValue, type Quality } from './verdict.js';

/**
 * Every check on one discharge by itself and what was known of the station before (ascending by valid time), but those that are switched
 * off. What the values after it and the neighbours say is for `GaugeJudge`.
 */
export function checkDischarge(candidate: Candidate, history: readonly KnownValue[], limits: QcLimits): Quality {
  const findings = [
    checkFreshness(candidate),
    checkRange(candidate.value, limits),
    checkRate(candidate, history, limits),
    checkFlatLine(candidate, history, limits),
    checkUnitFactor(candidate, history),
  ].filter((finding): finding is Finding => finding !== null && !limits.off.includes(finding.source));
  return qualityOf(findings.map(finding => finding.source));
}
