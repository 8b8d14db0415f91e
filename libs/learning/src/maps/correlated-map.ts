import type { FieldMap } from './field-map.js';

/** Where the cells are, and how far a departure of one reaches. */
export interface SpatialCorrelation {
  /** Centres of the cells, m. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Distance at which the correlation is e^(−½), m. */
  readonly length: number;
}

/** Beyond this many deviations of the kernel a weight is left out: 1e-4 of the largest. */
const REACH = 4.3;

/**
 * A value for each cell: z = x₀ + σ·K·v with white v, so that z has the background covariance σ²·K·Kᵀ around x₀. A row of K is a
 * Gaussian around its cell, of norm 1: the variance is σ² at every cell, also at the border, and the correlation Gaussian with the given
 * length. Penalising |v|² is the background term of a variational calibration. Control: x₀, then σ·v.
 */
export function correlatedMap(cellCount: number, correlation: SpatialCorrelation): FieldMap {
  const rows = Array.from({ length: cellCount }, (_, cell) => rowOf(cell, cellCount, correlation));
  return {
    kind: 'distributed',
    size: 1 + cellCount,
    predictor: control =>
      Float64Array.from(rows, ({ cells, weights }) => cells.reduce((z, other, i) => z + weights[i]! * control[1 + other]!, control[0]!)),
    pullBack: (_, byPredictor) => {
      const gradient = new Float64Array(1 + cellCount);
      gradient[0] = byPredictor.reduce((sum, value) => sum + value, 0);
      rows.forEach(({ cells, weights }, cell) => {
        cells.forEach((other, i) => (gradient[1 + other] = gradient[1 + other]! + weights[i]! * byPredictor[cell]!));
      });
      return gradient;
    },
    prior: ({ mean, deviation }) => ({
      mean: Float64Array.from({ length: 1 + cellCount }, (_, i) => (i === 0 ? mean[0]! : 0)),
      deviation: new Float64Array(1 + cellCount).fill(deviation[0]!),
    }),
    level: z => Float64Array.from({ length: 1 + cellCount }, (_, i) => (i === 0 ? z[0]! : 0)),
  };
}

interface Row {
  readonly cells: readonly number[];
  readonly weights: readonly number[];
}

/** Two kernels of deviation L/√2 make a correlation of deviation L. */
function rowOf(cell: number, cellCount: number, { x, y, length }: SpatialCorrelation): Row {
  const reach = (REACH * length) / Math.SQRT2;
  const cells: number[] = [];
  const weights: number[] = [];
  for (let other = 0; other < cellCount; other++) {
    const distance = Math.hypot(x[other]! - x[cell]!, y[other]! - y[cell]!);
    if (distance > reach) continue;
    cells.push(other);
    weights.push(Math.exp(-((distance / length) ** 2)));
  }
  const norm = Math.hypot(...weights);
  return { cells, weights: weights.map(weight => weight / norm) };
}
