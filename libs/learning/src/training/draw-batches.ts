import { uniformNumbers } from '#hydrology';
import type { SampleBasin } from './training-ground.js';

/** A (basin, window) of a batch. */
export interface Visit {
  readonly basin: number;
  readonly window: number;
}

/** Far apart, so that the epochs of neighbouring seeds share no stream. */
const EPOCH_STRIDE = 0x9e3779b1;

/**
 * The batches of an epoch: every window of every basin that is trained on, once, in an order drawn from the seed and the number of the epoch. An epoch
 * so needs none before it, which is what lets a training resume anywhere.
 */
export function drawBatches(
  basins: readonly SampleBasin[],
  size: number,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
) {
  const visits = basins.flatMap(({ windows, heldOut }, basin): Visit[] =>
    heldOut ? [] : Array.from({ length: windows }, (_, window) => ({ basin, window })),
  );
  const uniform = uniformNumbers(seed + Math.imul(epoch + 1, EPOCH_STRIDE));
  for (let last = visits.length - 1; last > 0; last--) {
    const other = Math.floor(uniform() * (last + 1)); // Fisher and Yates
    [visits[last], visits[other]] = [visits[other]!, visits[last]!];
  }
  return Array.from({ length: Math.ceil(visits.length / size) }, (_, k) => visits.slice(k * size, (k + 1) * size));
}

/** So many basins drawn from the seed, by index and in order. */
export function drawHeldOut(count: number, share: number, seed: number): ReadonlySet<number> {
  const uniform = uniformNumbers(seed);
  const order = Array.from({ length: count }, (_, basin) => ({ basin, key: uniform() })).sort((a, b) => a.key - b.key);
  return new Set(order.slice(0, Math.round(share * count)).map(({ basin }) => basin));
}
