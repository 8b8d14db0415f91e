import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from './open-tensorflow.js';
import { requireTrainable } from './require-trainable.js';

export interface StepNetworkSizes {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
}

/** The network inside the step as a TensorFlow.js model, to be trained on fluxes. Its layers are the kernel's, one to one. */
export interface StepNetwork {
  readonly model: LayersModel;
  /** Kernel and bias of each layer, from the inputs. */
  readonly variables: () => Variable[];
  /** `[sample × outputs]` of `[sample × inputs]`; part of a gradient. */
  readonly predict: (inputs: Tensor) => Tensor2D;
  /** Takes weights in the kernel's order: layer by layer the matrix `[output × inputs + input]`, then the biases. */
  readonly load: (weights: ArrayLike<number>) => void;
  /** Numbers that lie like the variables (weights or their gradients), in the kernel's order. */
  readonly inKernelOrder: (values: readonly ArrayLike<number>[]) => Float64Array;
}

/** Dense layers with SiLU between them (`swish` of Keras), the last one linear. A Keras kernel is the transpose of the kernel's matrix. */
export function stepNetwork(tensorflow: TensorFlow, { inputs, hidden, outputs }: StepNetworkSizes): StepNetwork {
  const { core, layers } = tensorflow;
  const units = [...hidden, outputs];
  const model = layers.sequential({
    layers: units.map((count, l) =>
      layers.layers.dense({
        units: count,
        activation: l < hidden.length ? 'swish' : 'linear',
        ...(l === 0 && { inputShape: [inputs] }),
      }),
    ),
  });
  requireTrainable(tensorflow, model);
  const variables = (): Variable[] => model.layers.flatMap(layer => layer.trainableWeights.map(weight => weight.read() as Variable));
  return {
    model,
    variables,
    predict: x => model.apply(x, { training: true }) as Tensor2D,
    load: weights => {
      let at = 0;
      core.tidy(() => {
        for (const variable of variables()) {
          const values = Float32Array.from({ length: variable.size }, (_, k) => weights[at + k]!);
          at += variable.size;
          const [from, to] = variable.shape;
          variable.assign(to === undefined ? core.tensor1d(values) : core.transpose(core.tensor2d(values, [to, from])));
        }
      });
    },
    inKernelOrder: values =>
      Float64Array.from(
        variables().flatMap(({ shape: [from, to] }, v) => {
          const own = values[v]!;
          if (to === undefined) return Array.from(own);
          return Array.from({ length: from * to }, (_, k) => own[(k % from) * to + Math.floor(k / from)]!);
        }),
      ),
  };
}
