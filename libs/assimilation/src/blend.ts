/**
 * Weights w ≥ 0, Σw = 1 that minimise wᵀMw + α|w − w₀|², M being the covariance of the members' errors scaled to a mean
 * diagonal of one: the combination of forecasts of Bates and Granger (1969), shrunk to a prior. Pairwise coordinate descent:
 * exact for two members, deterministic, and never leaves the simplex.
 */
export function blendWeights(products: readonly number[], prior: readonly number[], shrinkage: number): number[] {
  const n = prior.length;
  const trace = prior.reduce((sum, _, k) => sum + products[k * n + k]!, 0);
  if (!(trace > 0)) return [...prior];
  const matrix = products.map((value, k) => (value * n) / trace + (k % (n + 1) === 0 ? shrinkage : 0));
  const weights = [...prior];
  for (let step = 0; step < MAX_EXCHANGES; step++) {
    const slope = weights.map((_, i) => weights.reduce((sum, w, j) => sum + matrix[i * n + j]! * w, 0) - shrinkage * prior[i]!);
    const to = slope.indexOf(Math.min(...slope));
    const from = largestHeld(slope, weights);
    const gain = slope[from]! - slope[to]!;
    if (gain < 1e-9) break;
    const curvature = matrix[to * n + to]! + matrix[from * n + from]! - 2 * matrix[from * n + to]!;
    const moved = curvature > 0 ? Math.min(weights[from]!, gain / curvature) : weights[from]!;
    weights[to]! += moved;
    weights[from]! -= moved;
  }
  return weights;
}

const MAX_EXCHANGES = 100;

function largestHeld(slope: readonly number[], weights: readonly number[]): number {
  let best = -1;
  weights.forEach((weight, k) => {
    if (weight > 1e-12 && (best < 0 || slope[k]! > slope[best]!)) best = k;
  });
  return best;
}
