import type { QualityFlag } from '#hydrology';
import { checkFlatLine } from './flat-line.js';
import { checkFreshness } from './freshness.js';
import type { QcLimits } from './limits.js';
import { checkRange } from './range.js';
import { checkRate } from './rate.js';
import { checkUnitFactor } from './unit-factor.js';
import { RELIABLE, type Candidate, type Finding, type KnownValue } from './verdict.js';

/** Quality of a value: the worst flag found and every check that spoke. */
export interface Quality {
  readonly flag: QualityFlag;
  /** Flag sources joined by a space, '' when no check spoke. */
  readonly flagSource: string;
}

/** Every check on one discharge that is not switched off, against what was known of the station before (ascending by valid time). */
export function checkDischarge(candidate: Candidate, history: readonly KnownValue[], limits: QcLimits): Quality {
  const { off = [] } = limits;
  const findings = [
    checkFreshness(candidate),
    checkRange(candidate.value, limits),
    checkRate(candidate, history, limits),
    checkFlatLine(candidate, history, limits),
    checkUnitFactor(candidate, history),
  ].filter((finding): finding is Finding => finding !== null && !off.includes(finding.source));
  const flag = findings.reduce<QualityFlag>((worst, finding) => (finding.flag > worst ? finding.flag : worst), RELIABLE);
  return { flag, flagSource: findings.map(finding => finding.source).join(' ') };
}
