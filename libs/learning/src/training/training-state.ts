import { restingMoments, type AdamMoments } from '../adam.js';
import type { Prior } from '../prior.js';

export interface TrainingSettings {
  /** Windows of a batch. */
  readonly batch: number;
  readonly epochs: number;
  /** Adam's longest step, in deviations of the prior: it rises over the first epoch and falls to nothing along half a cosine over all. */
  readonly rate: number;
  /** Of the order of the batches and of the random weights that a network starts with. */
  readonly seed: number;
  readonly priors: Readonly<Record<string, Prior>>;
  /** Weight of Σ ((x − mean)/deviation)². */
  readonly priorWeight: number;
}

/**
 * Everything of a training but the warm states: with both it goes on with the bits it would have had. The order of the batches follows from the seed and the
 * epoch, so the step is the position of the random numbers.
 */
export interface Training {
  /** Steps made. */
  readonly step: number;
  /** The control in deviations from the mean of its prior. */
  readonly u: Float64Array;
  readonly moments: Omit<AdamMoments, 'step'>;
  /** Of the first step; what an explosion is measured by. */
  readonly firstLoss: number | null;
  /** Losses of the steps of the epoch at work, added. */
  readonly lossOfEpoch: number;
  /** Of each epoch done: mean loss of its batches, and of the basins held out the mean of l/(1 + l), l = 1 − NSE, so that one bad basin does not decide. */
  readonly epochs: readonly { readonly loss: number; readonly heldOut: number | null }[];
  readonly best: { readonly u: Float64Array; readonly score: number; readonly epoch: number };
  /** Steps of basins so far. */
  readonly work: { readonly adjointSteps: number; readonly forwardSteps: number };
}

export function newTraining(size: number): Training {
  const u = new Float64Array(size);
  return {
    step: 0,
    u,
    moments: restingMoments(size),
    firstLoss: null,
    lossOfEpoch: 0,
    epochs: [],
    best: { u, score: Infinity, epoch: 0 },
    work: { adjointSteps: 0, forwardSteps: 0 },
  };
}
