import { correlation, countContingencies, criticalSuccessIndex } from '#verification';

/** What counts as rain in CSI and reliability, mm/h. */
export const RAIN_THRESHOLD = 1;

export interface FieldScore {
  /** Pearson, on mm/h. */
  readonly correlation: number;
  /** Critical success index of 1 mm/h. */
  readonly csi: number;
}

/** On the cells where both have a value. */
export function scoreField(forecast: Float32Array, observed: Float32Array): FieldScore {
  const csi = criticalSuccessIndex(countContingencies(forecast, observed, RAIN_THRESHOLD));
  return { correlation: correlation({ simulated: forecast, observed }), csi };
}

export interface EnsembleScore {
  readonly cells: number;
  /** Continuous ranked probability score, mm/h: mean |x − y| − half the mean |x − x'| (fair: without the members themselves; Ferro 2014). */
  readonly crps: number;
  /** Mean absolute error of the forecast without noise on the same cells, which is its CRPS. */
  readonly crpsOfMean: number;
  /** Root of the mean variance of the members, and root mean square error of their mean. */
  readonly spread: number;
  readonly error: number;
  /** By forecast probability of RAIN_THRESHOLD, in fifths: the mean forecast, how often it came, and of how many cells. */
  readonly reliability: readonly { readonly forecast: number; readonly observed: number; readonly cells: number }[];
}

const FIFTHS = 5;

/** Sums over cells and issue times of one lead. */
export class EnsembleSums {
  private cells = 0;
  private crps = 0;
  private absolute = 0;
  private variance = 0;
  private square = 0;
  private readonly fifths = Array.from({ length: FIFTHS }, () => ({ forecast: 0, observed: 0, cells: 0 }));

  /** One cell: its members, the forecast without noise, and what came. */
  add(members: Float32Array, mean: number, observed: number): void {
    const count = members.length;
    const sorted = members.slice().sort();
    let [sum, error, apart, above] = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const x = sorted[i]!;
      sum += x;
      error += Math.abs(x - observed);
      apart += (2 * i + 1 - count) * x; // Σ over pairs of their distance
      if (x > RAIN_THRESHOLD) above++;
    }
    const centre = sum / count;
    let variance = 0;
    for (const x of sorted) variance += (x - centre) ** 2;
    this.cells++;
    this.crps += error / count - apart / (count * (count - 1));
    this.absolute += Math.abs(mean - observed);
    this.variance += variance / (count - 1);
    this.square += (centre - observed) ** 2;
    const probability = above / count;
    const fifth = this.fifths[Math.min(FIFTHS - 1, Math.floor(probability * FIFTHS))]!;
    fifth.cells++;
    fifth.forecast += probability;
    if (observed > RAIN_THRESHOLD) fifth.observed++;
  }

  score(): EnsembleScore {
    const { cells } = this;
    return {
      cells,
      crps: this.crps / cells,
      crpsOfMean: this.absolute / cells,
      spread: Math.sqrt(this.variance / cells),
      error: Math.sqrt(this.square / cells),
      reliability: this.fifths
        .filter(fifth => fifth.cells > 0)
        .map(({ forecast, observed, cells: n }) => ({ forecast: forecast / n, observed: observed / n, cells: n })),
    };
  }
}
