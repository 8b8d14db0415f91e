import { blur } from './blur.js';
import { coarsen, raster, type Raster } from './raster.js';
import { BLOCK } from './wet-reach.js';

/** How the rain grows and decays while it moves. */
export interface Trend {
  /** Change of the last step on blocks of BLOCK × BLOCK cells, smoothed, dB per step. */
  readonly change: Raster;
  /** Share of a change that is still there one step later, 0 … 1. */
  readonly kept: number;
  /** Change of the mean rate in the last step, as the logarithm of the ratio. */
  readonly growth: number;
}

/** Half a window of the smoothing, blocks: growth is taken as it is on some 50 cells around. */
const WINDOW = 3;
/** A change that would be kept longer than this cannot be told from three mosaics. */
const MOST_KEPT = 0.8;
/** The rain as a whole is not let grow or decay by more than this factor. */
const MOST_GROWTH = Math.log(1.5);

/**
 * From fields of one frame (the earlier ones carried to where their rain is now), newest first. The share that is kept is the regression of
 * the last change on the one before; with two fields only nothing is known of it and nothing is kept.
 */
export function estimateTrend([now, before, earlier]: readonly Raster[], rates: readonly Float32Array[]): Trend {
  const change = smoothChange(now!, before!);
  const previous = earlier === undefined ? null : smoothChange(before!, earlier);
  let [both, square] = [0, 0];
  for (let k = 0; k < change.values.length && previous !== null; k++) {
    both += change.values[k]! * previous.values[k]!;
    square += previous.values[k]! ** 2;
  }
  const kept = square > 0 ? Math.min(MOST_KEPT, Math.max(0, both / square)) : 0;
  return { change, kept, growth: logRatio(rates[0]!, rates[1]!) };
}

/** Sum of the changes of the next `steps` steps in units of the last one: kept + kept² + … */
export const trendSum = ({ kept }: Trend, steps: number): number => (kept * (1 - kept ** steps)) / (1 - kept);

/** Factor of the mean rate after `steps` steps. */
export const growthAfter = (trend: Trend, steps: number): number =>
  Math.exp(Math.min(MOST_GROWTH, Math.max(-MOST_GROWTH, trend.growth * trendSum(trend, steps))));

function smoothChange(now: Raster, before: Raster): Raster {
  const [a, b] = [coarsen(now, BLOCK), coarsen(before, BLOCK)];
  const change = raster(a.rows, a.columns);
  const weight = new Float32Array(change.values.length);
  for (let k = 0; k < weight.length; k++) {
    const difference = a.values[k]! - b.values[k]!;
    if (!Number.isFinite(difference)) continue;
    change.values[k] = difference;
    weight[k] = 1;
  }
  blur(change.values, a.rows, a.columns, WINDOW);
  blur(weight, a.rows, a.columns, WINDOW);
  for (let k = 0; k < weight.length; k++) change.values[k] = weight[k]! > 0.05 ? change.values[k]! / weight[k]! : 0;
  return change;
}

function logRatio(now: Float32Array, before: Float32Array): number {
  let [a, b] = [0, 0];
  for (let k = 0; k < now.length; k++) {
    if (!Number.isFinite(now[k]! + before[k]!)) continue;
    a += now[k]!;
    b += before[k]!;
  }
  return a > 0 && b > 0 ? Math.log(a / b) : 0;
}
