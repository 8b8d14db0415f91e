import type { StopWish } from '#kernel';
import { adamStep, clipped, decayedRate, hasExploded } from '../adam.js';
import type { ControlPrior } from '../prior.js';
import { drawBatches, type Visit } from './draw-batches.js';
import { mapBasins, samplePrior, type SampleMapping } from './map-basins.js';
import { newTraining, type Training, type TrainingSettings } from './training-state.js';
import type { BasinTask, TrainingGround } from './training-ground.js';

export interface TrainingProgress {
  readonly training: Training;
  /** Of this step, as `Training.epochs` has it of whole epochs. */
  readonly loss: number;
  readonly steps: number;
}

export interface TrainingEnd {
  readonly training: Training;
  readonly stoppedBy: 'epochs-done' | 'interrupted' | `diverged-at-${number}`;
}

interface Trainer {
  readonly ground: TrainingGround;
  readonly mapping: SampleMapping;
  readonly settings: TrainingSettings;
  readonly prior: ControlPrior;
}

/**
 * Mini-batch learning of θ(x) = NN(D(x), W): minimises the mean of 1 − NSE over the basins that are trained on, plus priorWeight · Σ u², by Adam over
 * u = (x − mean)/deviation, with gradients clipped to their usual length and a rate that rises over the first epoch and then falls. A batch is a set of (basin, window); its loss times the number of windows of a basin is an estimate of the
 * mean over the sample without bias, but for the states that a window starts from (README: warm states).
 *
 * Yields after every step a training that another call goes on from with the same bits. What it ends with has the best weights
 * by the basins held out (without any: by the loss of an epoch) in `best`. An exploding loss ends it at its step.
 */
export async function* train(
  ground: TrainingGround,
  mapping: SampleMapping,
  settings: TrainingSettings,
  from?: Training,
): AsyncGenerator<TrainingProgress, TrainingEnd, StopWish> {
  const trainer = { ground, mapping, settings, prior: samplePrior(mapping, settings) };
  const perEpoch = drawBatches(ground.basins, settings.batch, { seed: settings.seed, epoch: 0 }).length;
  const steps = settings.epochs * perEpoch;
  let training = from ?? newTraining(trainer.prior.mean.length);
  if (!from) await warmUp(trainer, training);
  for (let epoch = training.epochs.length; epoch < settings.epochs; epoch++) {
    const batches = drawBatches(ground.basins, settings.batch, { seed: settings.seed, epoch });
    for (const batch of batches.slice(training.step - epoch * perEpoch)) {
      const loss = await lossOf(trainer, training, batch);
      if (hasExploded(loss.value, loss.gradient, Math.max(MEAN_DISCHARGE, training.firstLoss ?? 0)))
        return { training, stoppedBy: `diverged-at-${training.step + 1}` };
      training = stepped(training, loss, rateOf(training.step, { rate: settings.rate, steps, rising: perEpoch }));
      if (training.step === (epoch + 1) * perEpoch) training = await endEpoch(trainer, training, perEpoch);
      if ((yield { training, loss: loss.data, steps }) === 'stop' && training.step < steps) return { training, stoppedBy: 'interrupted' };
    }
  }
  return { training, stoppedBy: 'epochs-done' };
}

/** 1 − NSE of what knows no more than the mean discharge. A first batch may lie in dry windows, and its loss be far less than that of a flood later. */
const MEAN_DISCHARGE = 1;

/** x = mean + deviation · u. */
export const controlAt = ({ mean, deviation }: ControlPrior, u: Float64Array): Float64Array =>
  u.map((value, i) => mean[i]! + deviation[i]! * value);

interface BatchLoss {
  /** With the prior, and without. */
  readonly value: number;
  readonly data: number;
  readonly gradient: Float64Array;
  readonly work: Training['work'];
}

const NO_WORK = { adjointSteps: 0, forwardSteps: 0 };

async function lossOf(trainer: Trainer, { u }: Training, batch: readonly Visit[]): Promise<BatchLoss> {
  const { ground, settings, prior } = trainer;
  const control = controlAt(trainer.prior, u);
  const basins = mapBasins(trainer.mapping, await ground.describe(batch.map(({ basin }) => basin)));
  const fields = basins.fields(control);
  if (!fields.every(({ parameters }) => parameters.every(Number.isFinite)))
    return { value: Infinity, data: Infinity, gradient: new Float64Array(u.length), work: NO_WORK };
  const found = await ground.gradients(batch.map((visit, k) => ({ ...visit, fields: fields[k]! })));
  const trained = ground.basins.filter(({ heldOut }) => !heldOut);
  const share = trained.reduce((sum, { windows }) => sum + windows, 0) / trained.length / batch.length;
  const byControl = basins.gradient(control, found.map(({ parameters }) => parameters.map(slope => share * slope))); // prettier-ignore
  const data = share * found.reduce((sum, { loss }) => sum + loss, 0);
  return {
    data,
    value: data + settings.priorWeight * u.reduce((sum, value) => sum + value * value, 0),
    gradient: byControl.map((slope, i) => slope * prior.deviation[i]! + 2 * settings.priorWeight * u[i]!),
    work: {
      adjointSteps: found.reduce((sum, { adjointSteps }) => sum + adjointSteps, 0),
      forwardSteps: found.reduce((sum, { forwardSteps }) => sum + forwardSteps, 0),
    },
  };
}

/** A batch sees few windows: what it says of the size of a gradient is forgotten sooner than Adam's own .999 does. */
const BATCH_BETA2 = 0.99;

interface Schedule {
  readonly rate: number;
  readonly steps: number;
  /** Steps over which it rises: an epoch, so that every window has been seen once before the steps are long. */
  readonly rising: number;
}

const rateOf = (step: number, { rate, steps, rising }: Schedule): number =>
  decayedRate(rate, step, steps) * Math.min(1, (step + 1) / rising);

function stepped(training: Training, { value, data, gradient, work }: BatchLoss, rate: number): Training {
  const met = { ...training.moments, step: training.step };
  const { x, moments } = adamStep(training.u, clipped(gradient, met, BATCH_BETA2), met, { rate, beta2: BATCH_BETA2 });
  return {
    ...training,
    step: moments.step,
    u: x,
    moments,
    firstLoss: training.firstLoss ?? value,
    lossOfEpoch: training.lossOfEpoch + data,
    work: {
      adjointSteps: training.work.adjointSteps + work.adjointSteps,
      forwardSteps: training.work.forwardSteps + work.forwardSteps,
    },
  };
}

/** Scores the basins held out, and keeps the weights if none were better. */
async function endEpoch(trainer: Trainer, training: Training, batches: number): Promise<Training> {
  const losses = await heldOutLosses(trainer, training.u);
  const loss = training.lossOfEpoch / batches;
  const heldOut = losses.length === 0 ? null : losses.reduce((sum, each) => sum + each / (1 + each), 0) / losses.length;
  const score = heldOut ?? loss;
  const epochs = [...training.epochs, { loss, heldOut }];
  const better = score < training.best.score;
  return { ...training, epochs, lossOfEpoch: 0, best: better ? { u: training.u, score, epoch: epochs.length } : training.best };
}

const heldOutLosses = async (trainer: Trainer, u: Float64Array): Promise<number[]> => {
  const losses: number[] = [];
  await inBatches(trainer, u, { heldOut: true, run: async tasks => void losses.push(...(await trainer.ground.losses(tasks))) });
  return losses;
};

const warmUp = (trainer: Trainer, { u }: Training): Promise<void> =>
  inBatches(trainer, u, { heldOut: false, run: tasks => trainer.ground.warmUp(tasks) });

interface Pass {
  readonly heldOut: boolean;
  readonly run: (tasks: readonly BasinTask[]) => Promise<void>;
}

/** All basins of one kind, no more at a time than a batch holds. */
async function inBatches(trainer: Trainer, u: Float64Array, { heldOut, run }: Pass): Promise<void> {
  const { ground, settings } = trainer;
  const basins = [...ground.basins.keys()].filter(basin => ground.basins[basin]!.heldOut === heldOut);
  for (let from = 0; from < basins.length; from += settings.batch) {
    const batch = basins.slice(from, from + settings.batch);
    const fields = mapBasins(trainer.mapping, await ground.describe(batch)).fields(controlAt(trainer.prior, u));
    await run(batch.map((basin, k) => ({ basin, fields: fields[k]! })));
  }
}
