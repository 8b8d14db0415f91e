import type { LoadedDomain } from '#config';
import { SECOND_MS, timeGrid, toIso } from '#hydrology';
import { recipeLayout, type IntensityLaw, type NetworkLayout } from '#kernel';
import {
  openTensorFlow,
  pretrainReservoirs,
  sampleReservoirs,
  WEIGHTS_FORMAT,
  type Pretraining,
  type RecordedForcing,
  type TensorFlow,
  type WeightsFile,
} from '#learning';
import type { LearningMethod } from './learning-methods.js';
import { calibrationSteps } from './prepare-calibration.js';
import { recordForcing, type Period } from './record-inputs.js';

/** What a pretraining is asked to be. */
export interface PretrainingPlan {
  readonly structure: ReservoirStructure;
  readonly hidden: readonly number[];
  readonly samples: number;
  readonly iterations: number;
  readonly period: Period;
}

export const RESERVOIR_STRUCTURES = ['neural_stores', 'neural_stores_ri'] as const;
type ReservoirStructure = (typeof RESERVOIR_STRUCTURES)[number];

/** h/mm: a quarter of a rain of 30 mm/h passes the production store. Visible, and to be corrected by discharge: GR-RI is not fitted here. */
export const INTENSITY: IntensityLaw = { alpha1: 0.01, alpha2: 0.01 };

export const PRETRAINING_DEFAULTS = { hidden: [16], samples: 4096, iterations: 1000 };

/** Of the held-out samples, away from any seed one would choose. */
const HELD_OUT_SEED = 1_000_003;

/** A trained network with the file that keeps it. */
export interface Pretrained {
  readonly network: NetworkLayout;
  readonly result: Pretraining;
  readonly file: WeightsFile;
}

interface Ground {
  readonly domain: LoadedDomain;
  readonly tensorflow: TensorFlow;
  readonly seed: number;
  readonly onProgress?: (iteration: number, loss: number) => void;
}

/** Trains on samples of the period's forcing at the step of calibration. */
export function pretrain(plan: PretrainingPlan, { domain, tensorflow, seed, onProgress }: Ground): Pretrained {
  const { structure, period, samples, hidden, iterations } = plan;
  const [stepSeconds] = calibrationSteps(domain);
  const record = recorded(domain, period, stepSeconds);
  const network = recipeLayout({
    ...{ structure, routing: 'zero', mesh: domain.mesh, stationCells: [], stepSeconds, precision: 'f32' },
    network: { hidden },
  }).network!;
  const law = structure === 'neural_stores_ri' ? INTENSITY : undefined;
  const result = pretrainReservoirs(tensorflow, {
    network,
    training: sampleReservoirs(record, { count: samples, seed }),
    heldOut: sampleReservoirs(record, { count: samples, seed: HELD_OUT_SEED + seed }),
    ...{ iterations, seed, ...(law && { law }), ...(onProgress && { onProgress }) },
  });
  const { weights, heldOut, losses } = result;
  const file: WeightsFile = {
    ...{ format: WEIGHTS_FORMAT, structure, stepSeconds, hidden: [...hidden], weights: [...weights] },
    training: {
      ...{ basin: domain.basin, from: toIso(period.from), to: toIso(period.to), samples, seed },
      ...{ iterations: result.iterations, loss: losses.at(-1) ?? Infinity, heldOut: { ...heldOut }, ...(law && { intensity: law }) },
    },
    versions: { tensorflow: `${tensorflow.core.version_core} ${tensorflow.backend}` },
  };
  return { network, result, file };
}

function recorded({ record }: LoadedDomain, { from, to }: Period, stepSeconds: number): RecordedForcing {
  const { rain, pet } = recordForcing(record, timeGrid(from, to, stepSeconds * SECOND_MS));
  return { rain, pet, stepSeconds };
}

/** The weights that a method starts from, or none; rain and PET of its own period, no discharge. */
export async function weightsFor(
  { pretrained, plan: { hidden } }: LearningMethod,
  { domain, period, seed }: { domain: LoadedDomain; period: Period; seed: number },
): Promise<{ readonly pretrained?: WeightsFile }> {
  if (!pretrained) return {};
  const plan: PretrainingPlan = { ...PRETRAINING_DEFAULTS, structure: pretrained, period, ...(hidden && { hidden }) };
  return { pretrained: pretrain(plan, { domain, seed, tensorflow: await openTensorFlow() }).file };
}
