/** How a level of the cascade forgets: x(n+1) = first·x(n) + second·x(n−1) + noise·σ·ε, ε of unit variance. */
export interface Autoregression {
  readonly first: number;
  readonly second: number;
  /** Share of the level's standard deviation that is new in each step. */
  readonly noise: number;
}

/** Correlations nearer to one than this cannot be told from one. */
const MOST_CORRELATION = 0.9999;

/**
 * From the correlations of a level with itself one and two steps before (Yule and Walker; Seed 2003, eq. 9). Without the second, or
 * where the two contradict a stationary process of second order, of first order: second = 0.
 */
export function fitAutoregression(lagOne: number, lagTwo?: number): Autoregression {
  const r1 = Math.min(MOST_CORRELATION, Math.max(0, Number.isFinite(lagOne) ? lagOne : 0));
  // rain is not more like what it was two steps ago; where it seems so, interpolation blurred the one between
  const r2 = lagTwo !== undefined && Number.isFinite(lagTwo) ? Math.min(r1, lagTwo) : r1 * r1;
  const first = (r1 * (1 - r2)) / (1 - r1 * r1);
  const second = (r2 - r1 * r1) / (1 - r1 * r1);
  const stationary = second > -1 && first + second < 1 && second - first < 1;
  if (!stationary) return { first: r1, second: 0, noise: Math.sqrt(1 - r1 * r1) };
  return { first, second, noise: Math.sqrt(Math.max(0, 1 - first * r1 - second * r2)) };
}

/** Correlation of two fields about zero where `counts` is not 0; NaN where one of them does not vary. */
export function correlationOf(a: Float32Array, b: Float32Array, counts: Uint8Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    if (counts[k] === 0) continue;
    ab += a[k]! * b[k]!;
    aa += a[k]! * a[k]!;
    bb += b[k]! * b[k]!;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Root of the mean square where `counts` is not 0; 0 where nothing counts. */
export function spreadOf(a: Float32Array, counts: Uint8Array): number {
  let [square, count] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    if (counts[k] === 0) continue;
    square += a[k]! * a[k]!;
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(square / count);
}
