import type { ValueMap } from './advect.js';

/** Values a forecast field can take, dB; beyond them all are alike. */
const LEAST_DB = -60;
const MOST_DB = 80;
const BINS = 4096;

/** Counts of the values of a field, for its distribution. */
export class Histogram {
  readonly counts = new Uint32Array(BINS);
  static readonly least = LEAST_DB;
  static readonly scale = BINS / (MOST_DB - LEAST_DB);

  clear(): void {
    this.counts.fill(0);
  }

  /** field += more; what is not NaN is counted. */
  addAndCount(field: Float32Array, more: Float32Array): void {
    const bins = this.counts;
    const scale = Histogram.scale;
    for (let k = 0; k < field.length; k++) {
      const value = field[k]! + more[k]!;
      field[k] = value;
      if (value !== value) continue; // NaN
      const bin = (value - LEAST_DB) * scale;
      bins[bin <= 0 ? 0 : bin >= BINS - 1 ? BINS - 1 : bin | 0]!++;
    }
  }
}

/** The rates in ascending order, those that are not seen left out. */
export const sortedRates = (rates: Float32Array): Float32Array => rates.filter(rate => rate === rate).sort();

/**
 * The map that gives a field the distribution of rates, each value keeping its rank (probability matching, Ebert 2001), multiplied by
 * `growth`. Where nothing was counted or observed all becomes 0.
 * @param sorted the rates, ascending
 */
export function matchDistribution({ counts }: Histogram, sorted: Float32Array, growth = 1): ValueMap {
  const table = new Float32Array(BINS + 1);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (let bin = 0, below = 0; bin <= BINS && total > 0; bin++) {
    table[bin] = sorted.length > 0 ? growth * quantileAt(sorted, below / total) : 0;
    below += counts[bin] ?? 0;
  }
  return { table, least: LEAST_DB, scale: Histogram.scale };
}

function quantileAt(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const k = Math.min(Math.floor(at), sorted.length - 1);
  const next = sorted[Math.min(k + 1, sorted.length - 1)]!;
  return sorted[k]! + (at - k) * (next - sorted[k]!);
}
