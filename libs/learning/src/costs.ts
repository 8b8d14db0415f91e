import type { Cost } from '#kernel';

/** Observed discharge beside the discharge of a run: `[station × steps + step]`, m³/s, NaN where nothing counts. */
export interface Target {
  readonly observed: Float64Array;
  readonly steps: number;
  /** Rows of `observed` that enter the cost. */
  readonly stations: readonly number[];
  /** Weight of each of these rows; equal without it. They are brought to sum 1. */
  readonly weights?: readonly number[];
}

export type Efficiency = 'nse' | 'nnse' | 'kge';
export type Transform = 'keep' | 'sqrt' | 'log';

/** One term of a cost: weight·(1 − efficiency) of transformed discharge. */
export interface Criterion {
  readonly efficiency: Efficiency;
  readonly transform: Transform;
  readonly weight: number;
}

export const NSE: readonly Criterion[] = [{ efficiency: 'nse', transform: 'keep', weight: 1 }];

/** Σ weight·(1 − efficiency) averaged over the chosen stations, with its derivative by the discharge. Stamps without observation count nowhere. */
export function efficiencyCost(target: Target, criteria: readonly Criterion[] = NSE): Cost {
  const { stations, steps } = target;
  const given = target.weights ?? stations.map(() => 1);
  const total = given.reduce((sum, weight) => sum + weight, 0);
  const terms = stations.flatMap((station, k) =>
    criteria.map(criterion => termOf(target, station, { criterion, share: given[k]! / total })),
  );
  return (discharge, adjoint) => {
    adjoint.fill(0);
    return terms.reduce((cost, term) => cost + addTerm(term, discharge, { adjoint, steps }), 0);
  };
}

/** 1 − NSE averaged over the chosen stations. */
export const nseCost = (target: Target): Cost => efficiencyCost(target);

interface Term {
  readonly first: number;
  /** Steps that were observed, and what was observed there, transformed. */
  readonly at: readonly number[];
  readonly observed: Float64Array;
  readonly mean: number;
  readonly variance: number;
  readonly criterion: Criterion;
  readonly share: number;
  readonly offset: number;
}

/** Added under a root or logarithm: a hundredth of the mean observed discharge (Pushpalatha et al. 2012). */
const OFFSET_SHARE = 0.01;

function termOf({ observed, steps }: Target, station: number, { criterion, share }: { criterion: Criterion; share: number }): Term {
  const first = station * steps;
  const at = Array.from({ length: steps }, (_, step) => step).filter(step => !Number.isNaN(observed[first + step]!));
  const kept = Float64Array.from(at, step => observed[first + step]!);
  const offset = OFFSET_SHARE * average(kept);
  const transformed = kept.map(value => transform(value, criterion.transform, offset));
  const mean = average(transformed);
  const variance = average(transformed.map(value => (value - mean) ** 2));
  return { first, at, observed: transformed, mean, variance, criterion, share, offset };
}

function addTerm(term: Term, discharge: Float64Array, { adjoint }: { adjoint: Float64Array; steps: number }): number {
  const { first, at, criterion, share, offset } = term;
  const simulated = Float64Array.from(at, step => transform(discharge[first + step]!, criterion.transform, offset));
  const { loss, slopes } = LOSSES[criterion.efficiency](simulated, term);
  const weight = criterion.weight * share;
  at.forEach((step, k) => {
    const slope = slopes[k]! * transformSlope(discharge[first + step]!, criterion.transform, offset);
    adjoint[first + step] = adjoint[first + step]! + weight * slope;
  });
  return weight * loss;
}

/** A loss of the series and its derivative by each simulated value. */
interface Loss {
  readonly loss: number;
  readonly slopes: Float64Array;
}

const LOSSES: Readonly<Record<Efficiency, (simulated: Float64Array, term: Term) => Loss>> = {
  nse: nseLoss,
  /** NNSE = 1/(2 − NSE), in (0, 1]: bad gauges pull less. */
  nnse: (simulated, term) => {
    const { loss, slopes } = nseLoss(simulated, term);
    return { loss: loss / (1 + loss), slopes: slopes.map(slope => slope / (1 + loss) ** 2) };
  },
  kge: kgeLoss,
};

function nseLoss(simulated: Float64Array, { observed, variance }: Term): Loss {
  const scale = 1 / (variance * observed.length);
  const errors = simulated.map((value, k) => value - observed[k]!);
  return { loss: scale * errors.reduce((sum, error) => sum + error * error, 0), slopes: errors.map(error => 2 * scale * error) };
}

/** 1 − KGE = √((r−1)² + (α−1)² + (β−1)²) of Gupta et al. 2009. */
function kgeLoss(simulated: Float64Array, { observed, mean, variance }: Term): Loss {
  const count = simulated.length;
  const meanSimulated = average(simulated);
  const spread = Math.sqrt(average(simulated.map(value => (value - meanSimulated) ** 2)));
  const observedSpread = Math.sqrt(variance);
  const covariance = simulated.reduce((sum, value, k) => sum + (value - meanSimulated) * (observed[k]! - mean), 0) / count;
  const r = covariance / (spread * observedSpread);
  const [a, b] = [spread / observedSpread, meanSimulated / mean];
  const loss = Math.hypot(r - 1, a - 1, b - 1);
  const slopes = simulated.map((value, k) => {
    const bySpread = (value - meanSimulated) / (count * spread);
    const byR = (observed[k]! - mean) / (count * spread * observedSpread) - (r / spread) * bySpread;
    return ((r - 1) * byR + ((a - 1) * bySpread) / observedSpread + (b - 1) / (count * mean)) / loss;
  });
  return { loss, slopes };
}

function transform(value: number, kind: Transform, offset: number): number {
  if (kind === 'keep') return value;
  return kind === 'sqrt' ? Math.sqrt(value + offset) : Math.log(value + offset);
}

function transformSlope(value: number, kind: Transform, offset: number): number {
  if (kind === 'keep') return 1;
  return kind === 'sqrt' ? 0.5 / Math.sqrt(value + offset) : 1 / (value + offset);
}

const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
