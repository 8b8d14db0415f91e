import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { Fault } from '#errors';
import { reservoirInputs, type IntensityLaw, type NetworkLayout, type ReservoirStep } from '#kernel';
import type { TensorFlow } from '../tensorflow/open-tensorflow.js';
import type { StepNetwork } from '../tensorflow/step-network.js';
import { KINDS, meanRoot, OUTPUT_FLUXES, RELEASE_SECONDS, spreads, targetsOf, type Targets } from './reservoir-targets.js';

/** Of the error of the shares beside that of the fluxes: it keeps the surfaces right where little flows. */
const SHARE_WEIGHT = 0.05;
const SMALLEST_SPREAD = 0.05;

export interface Regression {
  readonly network: NetworkLayout;
  readonly training: readonly ReservoirStep[];
  readonly law?: IntensityLaw;
}

export interface RegressionLoss {
  readonly evaluate: () => { readonly value: number; readonly slopes: Float64Array };
  readonly meanRoots: readonly number[];
  readonly dispose: () => void;
}

/**
 * Mean over samples and outputs of (error of the flux / deviation of the flux)², which is 1 − R² of each, plus a part for φ itself.
 * @throws Fault COMMAND_INVALID for samples without a flux, by its name.
 */
export function regressionLoss({ core }: TensorFlow, model: StepNetwork, { training, network, law }: Regression): RegressionLoss {
  const targets = targetsOf(training, law);
  const shape: [number, number] = [training.length, KINDS.length];
  const tensor = (values: Float32Array) => core.tensor2d(values, shape);
  const inputs = core.tensor2d(inputsOf(training, network), [training.length, network.inputs.length]);
  const [values, roots] = [tensor(targets.values), tensor(targets.roots)];
  const [fluxScale, rootScale] = scalesOf(targets).map(tensor) as [Tensor2D, Tensor2D];
  const kinds = kindMasks(core, training[0]!.stepSeconds);
  let ofSamples: Tensor | undefined;
  const loss = (): Scalar => {
    const root: Tensor2D = core.add(0.5, core.mul(0.5, core.tanh(model.predict(inputs))));
    const ofFluxes = core.square(core.mul(core.sub(appliedShares(core, root, kinds), values), fluxScale));
    const ofRoots = core.square(core.mul(core.sub(root, roots), rootScale));
    ofSamples = core.keep(core.mean(core.add(ofFluxes, ofRoots), 1));
    return core.mean(ofSamples);
  };
  const evaluate = () => {
    const variables = model.variables();
    const { value, grads } = core.variableGrads(loss, variables);
    const slopes = model.inKernelOrder(variables.map(({ name }) => grads[name]!.dataSync<'float32'>()));
    const average = averageOf(ofSamples!.dataSync<'float32'>());
    core.dispose([value, ofSamples!, ...Object.values(grads)]);
    return { value: average, slopes };
  };
  return {
    evaluate,
    meanRoots: KINDS.map((_, k) => meanRoot(targets, k)),
    dispose: () => {
      core.dispose([inputs, values, roots, fluxScale, rootScale, ...Object.values(kinds)]);
    },
  };
}

/** What an error of φ as applied, and of φ itself, is multiplied by before it is squared. */
function scalesOf({ limits, values, roots, known }: Targets): [Float32Array, Float32Array] {
  const fluxSpread = spreads(limits.map((limit, i) => limit * values[i]!));
  const rootSpread = spreads(roots).map(spread => Math.max(SMALLEST_SPREAD, spread));
  const silent = fluxSpread.findIndex(spread => !(spread > 0));
  if (silent >= 0)
    throw new Fault('COMMAND_INVALID', `no sample has a flux ${OUTPUT_FLUXES[silent]!}: choose a period with rain and with dry days`);
  return [
    limits.map((limit, i) => limit / fluxSpread[i % KINDS.length]!),
    known.map((told, i) => (told * Math.sqrt(SHARE_WEIGHT)) / rootSpread[i % KINDS.length]!),
  ];
}

/** In float64: a line search ends where it cannot tell two losses apart. */
const averageOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

type Core = TensorFlow['core'];
type KindMasks = Readonly<Record<'share' | 'slow' | 'released' | 'rate', Tensor1D>>;

function kindMasks(core: Core, stepSeconds: number): KindMasks {
  const mask = (kind: (typeof KINDS)[number]) => core.tensor1d(KINDS.map(each => Number(each === kind)));
  const rate = core.tensor1d(KINDS.map(() => stepSeconds / RELEASE_SECONDS));
  return { share: mask('share'), slow: mask('slow'), released: mask('released'), rate };
}

function appliedShares(core: Core, root: Tensor2D, { share, slow, released, rate }: KindMasks): Tensor2D {
  const fourth = core.square<Tensor2D>(core.square(root));
  const rates = core.mul(fourth, rate);
  const release = core.div(rates, core.add(rates, 1));
  return core.addN<Tensor2D>([core.mul(root, share), core.mul(fourth, slow), core.mul(release, released)]);
}

function inputsOf(steps: readonly ReservoirStep[], { inputs }: NetworkLayout): Float32Array {
  return Float32Array.from(steps.flatMap(step => inputs.map(name => reservoirInputs(step)[name]!)));
}
