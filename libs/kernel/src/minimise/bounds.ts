/** The box of the feasible controls, one bound a control; ±Infinity where there is none. */
export interface Bounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export function clampTo({ lower, upper }: Bounds, x: Float64Array): Float64Array {
  return x.map((value, i) => Math.min(upper[i]!, Math.max(lower[i]!, value)));
}

/** Largest component of P(x − g) − x, zero at a point that satisfies the first-order conditions. */
export function projectedGradientNorm({ lower, upper }: Bounds, x: Float64Array, gradient: Float64Array): number {
  let norm = 0;
  for (let i = 0; i < x.length; i++) {
    const moved = Math.min(upper[i]!, Math.max(lower[i]!, x[i]! - gradient[i]!)) - x[i]!;
    norm = Math.max(norm, Math.abs(moved));
  }
  return norm;
}

/** The longest step along `direction` that stays in the box, at most `limit`. */
export function longestStep({ lower, upper }: Bounds, x: Float64Array, direction: Float64Array, limit: number): number {
  let step = limit;
  for (let i = 0; i < x.length; i++) {
    const d = direction[i]!;
    if (d === 0) continue;
    const room = ((d > 0 ? upper[i]! : lower[i]!) - x[i]!) / d;
    step = Math.min(step, Math.max(0, room));
  }
  return step;
}

/** Is every control bounded on both sides? */
export const isBoxed = ({ lower, upper }: Bounds): boolean => lower.every(Number.isFinite) && upper.every(Number.isFinite);
