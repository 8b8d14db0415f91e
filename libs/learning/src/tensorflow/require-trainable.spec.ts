import { expect, test } from '@jest/globals';
import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import { isFault, type Fault } from '#errors';
import { openTensorFlow } from './open-tensorflow.js';
import { requireTrainable } from './require-trainable.js';

const tensorflow = await openTensorFlow('wasm');
const { core, layers } = tensorflow;

const convolution = () => layers.layers.conv1d({ filters: 2, kernelSize: 3, inputShape: [12, 1], name: 'rain_window' });
const dense = () => layers.layers.dense({ units: 1, name: 'out' });
const sequence = (...parts: Parameters<typeof layers.sequential>[0] extends { layers?: infer L } | undefined ? NonNullable<L> : never) =>
  layers.sequential({ layers: parts });

function refusalOf(act: () => void): Fault | undefined {
  try {
    act();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
  return undefined;
}

test('a model with a convolution is refused on WebAssembly by the name of the layer', () => {
  const model = sequence(convolution(), dense());
  expect(() => {
    requireTrainable(tensorflow, model);
  }).toThrow(/layer rain_window \(Conv1D\) does not train on the WebAssembly backend/);
  const wrapped = sequence(layers.layers.timeDistributed({ layer: convolution(), inputShape: [4, 12, 1] }));
  const refused = refusalOf(() => {
    requireTrainable(tensorflow, wrapped);
  });
  expect(refused?.code).toBe('BACKEND_UNFIT');
  expect(refused?.remedy).toContain('@tensorflow/tfjs-node');
});

test('one whose convolutions are fixed, one without any, and any on libtensorflow are accepted', () => {
  const frozen = convolution();
  frozen.trainable = false;
  requireTrainable(tensorflow, sequence(frozen, dense()));
  requireTrainable(
    tensorflow,
    sequence(layers.layers.lstm({ units: 3, inputShape: [12, 1], recurrentInitializer: 'glorotUniform' }), dense()),
  );
  requireTrainable({ ...tensorflow, backend: 'tensorflow' }, sequence(convolution(), dense()));
});

test('the gradient of a convolution without layers says the same, while its inference works', () => {
  const x = core.ones<Rank.R4>([1, 5, 5, 1]);
  const kernel = core.ones<Rank.R4>([3, 3, 1, 1]);
  expect(core.conv2d(x, kernel, 1, 'valid').dataSync()[0]).toBe(9);
  expect(() => core.grad(w => core.sum(core.conv2d(x, w as Tensor4D, 1, 'valid')))(kernel)).toThrow(
    /Conv2DBackpropFilter\) does not train on the WebAssembly backend/,
  );
});
