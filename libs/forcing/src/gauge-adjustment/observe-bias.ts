import type { Pair } from './pair-sums.js';

/** What the pairs of one step say of log10 of the mean-field bias. */
export interface ObservedBias {
  /** log10 (sum of the gauges / sum of the radar over them). */
  readonly value: number;
  readonly variance: number;
  /** Those that were used. */
  readonly pairs: readonly Pair[];
}

/** Pairs further from the median than so many robust standard deviations are left out; with fewer than three nobody knows which is wrong. */
const OUTLIER = 2.5;
const TO_STANDARD_DEVIATION = 1.4826;
const FEWEST_FOR_OUTLIERS = 3;

/**
 * The bias of one step as Smith & Krajewski (1991) observe it: the ratio of the sums of gauges and radar. Its variance is that of
 * one pair over their number; of one pair it is the usual one, or what the pairs show where they disagree more.
 * @param pairSd usual standard deviation of log10 (gauge / radar) of one pair in one step
 */
export function observeBias(pairs: readonly Pair[], pairSd: number): ObservedBias | null {
  const kept = withoutOutliers(pairs, pairSd);
  if (kept.length === 0) return null;
  let [gaugeMm, radarMm] = [0, 0];
  for (const pair of kept) [gaugeMm, radarMm] = [gaugeMm + pair.gaugeMm, radarMm + pair.radarMm];
  const spread = kept.length < 2 ? 0 : varianceOf(kept.map(logRatio));
  return { value: Math.log10(gaugeMm / radarMm), variance: Math.max(pairSd ** 2, spread) / kept.length, pairs: kept };
}

const logRatio = ({ gaugeMm, radarMm }: Pair): number => Math.log10(gaugeMm / radarMm);

function withoutOutliers(pairs: readonly Pair[], pairSd: number): readonly Pair[] {
  if (pairs.length < FEWEST_FOR_OUTLIERS) return pairs;
  const middle = medianOf(pairs.map(logRatio));
  const deviation = medianOf(pairs.map(pair => Math.abs(logRatio(pair) - middle)));
  const most = OUTLIER * Math.max(TO_STANDARD_DEVIATION * deviation, pairSd);
  return pairs.filter(pair => Math.abs(logRatio(pair) - middle) <= most);
}

function medianOf(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const half = ascending.length >> 1;
  return ascending.length % 2 === 1 ? ascending[half]! : (ascending[half - 1]! + ascending[half]!) / 2;
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
