import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { normalNumbers } from '#hydrology';
import type { StandardDescriptor } from '../descriptors.js';
import { layerSizes, weightsOf, type NetworkSizes } from '../dense-network.js';
import type { FieldMap, PredictorCost } from '../maps/field-map.js';
import type { ControlPrior } from '../prior.js';
import { kernelOperation } from './kernel-gradient.js';
import type { TensorFlow } from './open-tensorflow.js';
import { requireTrainable } from './require-trainable.js';

export interface NetworkMapShape {
  readonly descriptors: readonly Pick<StandardDescriptor, 'values'>[];
  readonly cellCount: number;
  /** Fields that the network gives, one an output. */
  readonly fields: number;
  readonly hidden: readonly number[];
  /** Of the random hidden weights. */
  readonly seed: number;
}

/**
 * z = NN(D): a TensorFlow.js model from the descriptors of a cell to the predictor of every field. Dense layers with tanh between them, the last one
 * linear, and beside them one linear layer: the multi-linear map is what the network starts from, the hidden layers bend it. Control: kernel
 * `[input × outputs + output]` and bias of each layer, the one beside last.
 */
export function networkMap(tensorflow: TensorFlow, shape: NetworkMapShape): FieldMap {
  const { core } = tensorflow;
  const { descriptors, fields, hidden } = shape;
  const sizes: NetworkSizes = { inputs: descriptors.length, hidden, outputs: fields };
  const model = buildModel(tensorflow, sizes);
  const inputs = core.tidy(() =>
    core.keep(
      core.stack(
        descriptors.map(({ values }) => core.tensor1d(Float32Array.from(values))),
        1,
      ),
    ),
  );
  const predict = () => core.transpose(model.predict(inputs));
  const differentiate = (control: Float64Array, cost: PredictorCost): Float64Array => {
    model.load(control);
    const slopes = core.tidy(() => {
      const operation = kernelOperation(tensorflow, cost);
      const { grads } = core.variableGrads(() => operation(predict()), model.variables());
      return model.variables().map(({ name }) => grads[name]!.dataSync<'float32'>());
    });
    return Float64Array.from(slopes.flatMap(values => [...values]));
  };
  return {
    kind: 'ann',
    size: weightsOf(sizes),
    predictor: control => {
      model.load(control);
      return Float64Array.from(core.tidy(() => predict().dataSync<'float32'>()));
    },
    differentiate,
    pullBack: (control, byPredictor) => differentiate(control, () => ({ cost: 0, byPredictor })),
    prior: ofFields => weightPrior(sizes, ofFields, shape.seed),
    level: (z, otherwise) => levelled(sizes, z, otherwise),
  };
}

/** Nothing from the hidden layers, no slopes beside them. */
function levelled({ inputs, hidden, outputs }: NetworkSizes, z: Float64Array, otherwise: Float64Array): Float64Array {
  const control = Float64Array.from(otherwise);
  control.fill(0, control.length - (inputs + 1) * outputs - (hidden.at(-1)! + 1) * outputs);
  control.set(z, control.length - outputs);
  return control;
}

interface Model {
  readonly predict: (inputs: Tensor) => Tensor2D;
  readonly load: (control: Float64Array) => void;
  /** In the order of the control. */
  readonly variables: () => Variable[];
}

function buildModel(tensorflow: TensorFlow, sizes: NetworkSizes): Model {
  const { core, layers } = tensorflow;
  const input = layers.input({ shape: [sizes.inputs] });
  const dense = layerSizes(sizes).map(([, units], l) =>
    layers.layers.dense({ units, activation: l < sizes.hidden.length ? 'tanh' : 'linear' }),
  );
  const deep = dense.slice(0, -1).reduce((x, layer) => layer.apply(x) as typeof input, input);
  const beside = dense.at(-1)!.apply(input) as typeof input;
  const model: LayersModel = layers.model({ inputs: input, outputs: layers.layers.add().apply([deep, beside]) as typeof input });
  requireTrainable(tensorflow, model);
  const weights = dense.flatMap(layer => layer.trainableWeights);
  return {
    predict: inputs => model.apply(inputs, { training: true }) as Tensor2D,
    variables: () => weights.map(weight => weight.read() as Variable),
    load: control => {
      let at = 0;
      core.tidy(() => {
        for (const weight of weights) {
          const value = weight.read();
          weight.write(core.tensor(Float32Array.from(control.subarray(at, (at += value.size))), value.shape));
        }
      });
    },
  };
}

/**
 * Around random hidden weights and outputs of zero: what is known of a field is the prior of its linear map, and the hidden layers may add as much over
 * the cells as is unknown of it. Anchoring at the draw, not at zero, keeps a fit from switching the hidden layers off; seeds then are draws of the
 * prior (Pearce, Leibfried and Brintrup 2020).
 */
function weightPrior(sizes: NetworkSizes, ofFields: ControlPrior, seed: number): ControlPrior {
  const draw = normalNumbers(weightsOf(sizes), seed);
  const mean: number[] = [];
  const deviation: number[] = [];
  const add = (average: number, spread: number): void => {
    mean.push(average);
    deviation.push(spread);
  };
  const hiddenLayers = sizes.hidden.length;
  layerSizes(sizes).forEach(([inputs, outputs], l) => {
    const hidden = l < hiddenLayers;
    const scale = l === 0 ? 1 : l <= hiddenLayers ? 1 / Math.sqrt(inputs) : 1;
    for (let k = 0; k < inputs * outputs; k++) {
      const spread = scale * (hidden ? 1 : ofFields.deviation[k % outputs]!);
      add(hidden ? spread * draw[mean.length]! : 0, spread);
    }
    for (let k = 0; k < outputs; k++) {
      if (hidden) add(draw[mean.length]!, 1);
      else add(l > hiddenLayers ? ofFields.mean[k]! : 0, ofFields.deviation[k]!);
    }
  });
  return { mean: Float64Array.from(mean), deviation: Float64Array.from(deviation) };
}
