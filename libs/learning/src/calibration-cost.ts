import type { Cost } from '#kernel';
import { efficiencyCost, type Criterion } from './costs.js';
import { signatureCost, type EventTarget, type SignatureCriterion } from './signature-cost.js';

/** A term of the cost of a calibration: an efficiency of the whole series, or a signature of its flood events. */
export type CostTerm = Criterion | SignatureCriterion;

const isSignature = (term: CostTerm): term is SignatureCriterion => 'signature' in term;
const isEfficiency = (term: CostTerm): term is Criterion => 'efficiency' in term;

/** The sum of its terms, with its derivative by the discharge. */
export function calibrationCost(target: EventTarget, terms: readonly CostTerm[]): Cost {
  const signatures = terms.filter(isSignature);
  const series = efficiencyCost(target, terms.filter(isEfficiency));
  if (signatures.length === 0) return series;
  const floods = signatureCost(target, signatures);
  const ofFloods = new Float64Array(target.observed.length);
  return (discharge, adjoint) => {
    const cost = series(discharge, adjoint) + floods(discharge, ofFloods);
    ofFloods.forEach((slope, i) => (adjoint[i] = adjoint[i]! + slope));
    return cost;
  };
}
