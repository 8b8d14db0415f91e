import type { Scalar, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Fault } from '#errors';
import { uniformNumbers } from '#hydrology';
import type { LstmNetwork } from '../members/lstm-network.js';
import { SEQUENCE_HOURS } from '../members/member-features.js';
import { LEAD_HOURS, PAST_HOURS } from '../members/member-inputs.js';
import type { TrainingRows } from '../members/training-cases.js';
import type { TensorFlow } from './open-tensorflow.js';

export interface MemberTraining {
  /** Of the LSTM. */
  readonly units: number;
  readonly epochs: number;
  /** Adam's step. */
  readonly rate: number;
  /** Weight of the mean square of the kernels beside the mean square error. */
  readonly decay: number;
  /** Of the first weights, the order of the cases and which of them lack their newest hour. */
  readonly seed: number;
  readonly onEpoch?: (epoch: number, loss: number, network: () => LstmNetwork) => void;
}

export interface TrainedMember {
  readonly network: LstmNetwork;
  /** Mean square error of the whole rows before and after. */
  readonly lossBefore: number;
  readonly lossAfter: number;
}

const BATCH = 256;
/** Share of the cases of an epoch that are shown without their newest hour. */
const LATE_SHARE = 0.2;

/**
 * Trains an LSTM with a dense layer at every hour (a TensorFlow.js model) by Adam on the mean square error over the lead hours. The dense layer starts at
 * zero: an untrained network adds nothing. `late` are the same cases without their newest hour.
 * @throws Fault TRAINING_DIVERGED when the loss is no longer finite.
 */
export function trainMember(tensorflow: TensorFlow, rows: TrainingRows, late: TrainingRows, training: MemberTraining): TrainedMember {
  const { core } = tensorflow;
  const model = buildModel(tensorflow, rows, training);
  const draw = uniformNumbers(training.seed);
  const optimizer = core.train.adam(training.rate);
  const whole = Array.from({ length: rows.count }, (_, k): Chosen => [rows, k]);
  const measure = (): number => core.tidy(() => lossOf(tensorflow, model, { rows, chosen: whole, decay: 0 }).dataSync()[0]!);
  const lossBefore = measure();
  for (let epoch = 1; epoch <= training.epochs; epoch++) {
    const order = shuffled(rows.count, draw).map((k): Chosen => [draw() < LATE_SHARE ? late : rows, k]);
    let loss = 0;
    for (let first = 0; first < order.length; first += BATCH) {
      const batch = { rows, chosen: order.slice(first, first + BATCH), decay: training.decay };
      core.tidy(() => {
        const value = optimizer.minimize(() => lossOf(tensorflow, model, batch), true, variablesOf(model));
        loss += (value!.dataSync()[0]! * batch.chosen.length) / rows.count;
      });
    }
    if (!Number.isFinite(loss)) throw diverged(epoch, training);
    training.onEpoch?.(epoch, loss, () => networkOf(model, training.units));
  }
  const result = { network: networkOf(model, training.units), lossBefore, lossAfter: measure() };
  optimizer.dispose();
  model.dispose();
  return result;
}

type Chosen = readonly [from: TrainingRows, row: number];

interface Batch {
  readonly rows: TrainingRows;
  readonly chosen: readonly Chosen[];
  readonly decay: number;
}

function buildModel({ layers }: TensorFlow, { channels, outputs }: TrainingRows, { units, seed }: MemberTraining): LayersModel {
  const initial = (offset: number) => layers.initializers.glorotUniform({ seed: 2 * seed + offset });
  const lstm = layers.layers.lstm({
    units,
    returnSequences: true,
    recurrentActivation: 'sigmoid',
    kernelInitializer: initial(0),
    recurrentInitializer: initial(1),
  });
  return layers.sequential({
    layers: [
      layers.layers.inputLayer({ inputShape: [SEQUENCE_HOURS, channels] }),
      lstm,
      layers.layers.dense({ units: outputs, kernelInitializer: 'zeros' }),
    ],
  });
}

/** Mean square of what is missed at the known lead hours, and `decay` times the mean square of the kernels. */
function lossOf({ core }: TensorFlow, model: LayersModel, { rows, chosen, decay }: Batch) {
  const stack = (part: 'features' | 'wanted' | 'weight', hours: number, width: number): Tensor3D => {
    const values = new Float32Array(chosen.length * hours * width);
    chosen.forEach(([from, row], k) => {
      values.set(from[part][row]!, k * hours * width);
    });
    return core.tensor3d(values, [chosen.length, hours, width]);
  };
  const { channels, outputs } = rows;
  const predicted = model.apply(stack('features', SEQUENCE_HOURS, channels), { training: true }) as Tensor3D;
  const ahead = core.slice3d(predicted, [0, PAST_HOURS, 0], [chosen.length, LEAD_HOURS, outputs]);
  const weight = stack('weight', LEAD_HOURS, outputs);
  const missed = core.mul(weight, core.square(core.sub(ahead, stack('wanted', LEAD_HOURS, outputs))));
  const error = core.div(core.sum(missed), core.maximum(core.sum(weight), 1));
  const kernels = variablesOf(model).filter(({ rank }) => rank === 2);
  const squares = kernels.map(kernel => core.sum(core.square(kernel)));
  return core.add<Scalar>(error, core.mul(decay, core.addN(squares)));
}

const variablesOf = (model: LayersModel): Variable[] => model.trainableWeights.map(weight => weight.read() as Variable);

function networkOf(model: LayersModel, units: number): LstmNetwork {
  const [kernel, recurrent, bias, outputKernel, outputBias] = variablesOf(model).map(variable => [...variable.dataSync<'float32'>()]);
  return { units, kernel: kernel!, recurrent: recurrent!, bias: bias!, outputKernel: outputKernel!, outputBias: outputBias! };
}

/** Fisher and Yates. */
function shuffled(count: number, draw: () => number): number[] {
  const order = Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(draw() * (k + 1));
    [order[k], order[other]] = [order[other]!, order[k]!];
  }
  return order;
}

const diverged = (epoch: number, { rate }: MemberTraining): Fault =>
  new Fault('TRAINING_DIVERGED', `the loss is not finite in epoch ${epoch}; the rate ${rate} is too large`, { epoch });
