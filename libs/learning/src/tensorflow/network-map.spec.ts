import { describe, expect, it } from '@jest/globals';
import type { Rank, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { normalNumbers } from '#hydrology';
import { evaluateNetwork, networkOf } from '../dense-network.js';
import { standardize } from '../descriptors.js';
import { networkMap } from './network-map.js';
import { openTensorFlow } from './open-tensorflow.js';

const tensorflow = await openTensorFlow('wasm');
const { core } = tensorflow;
const descriptors = [standardize('a', Float64Array.from([1, 2, 4, 4, 9])), standardize('b', Float64Array.from([3, 1, 4, 1, 5]))];
const shape = { descriptors, cellCount: 5, fields: 3, hidden: [4, 6], seed: 1 };

describe('networkMap', () => {
  const map = networkMap(tensorflow, shape);
  const control = normalNumbers(map.size, 4).map(value => 0.5 * value);

  it('computes what the layers of a file compute', () => {
    const inputs = descriptors.map(({ values }) => values);
    const rows = evaluateNetwork(networkOf({ inputs: 2, hidden: [4, 6], outputs: 3 }, control), inputs);
    const z = map.predictor(control);
    rows.forEach((row, field) => {
      row.forEach((value, cell) => {
        expect(z[field * 5 + cell]).toBeCloseTo(value, 5);
      });
    });
  });

  it('chains an adjoint as TensorFlow.js does with the model behind it as one operation (tf.customGrad)', () => {
    // A model of ours behind TensorFlow.js: its cost and its own gradient.
    const cost = (z: Float32Array): number => z.reduce((sum, value, i) => sum + Math.sin(i) * value ** 2, 0);
    const slope = (z: ArrayLike<number>): Float64Array => Float64Array.from(z, (value, i) => 2 * Math.sin(i) * value);
    const operation = core.customGrad((x, save) => {
      const z = x as Tensor2D;
      (save as (tensors: unknown[]) => void)([z]);
      const values = z.dataSync<'float32'>();
      return {
        value: core.scalar(cost(values)),
        gradFunc: dy => core.mul(dy, core.tensor(Float32Array.from(slope(values)), z.shape)),
      };
    });
    const [first, second, third] = [2 * 4, 4 * 6, 6 * 3];
    const kernels = core.tensor1d(Float32Array.from(control));
    const inputs = core.tensor2d(
      Array.from(descriptors[0]!.values, (value, cell) => [value, descriptors[1]!.values[cell]!]),
      [5, 2],
    );
    const network = (w: Tensor1D) => {
      let at = 0;
      const take = (count: number, of: [number, number]) => {
        const part = core.slice(w, at, count);
        at += count;
        return core.reshape<Rank.R2>(part, of);
      };
      const layer = (x: Tensor2D, count: number, out: number) => {
        const kernel = take(count, [count / out, out]);
        return core.add<Tensor2D>(core.matMul(x, kernel), take(out, [1, out]));
      };
      const deep = core.tanh(layer(core.tanh(layer(inputs, first, 4)), second, 6));
      const bent = layer(deep, third, 3);
      return operation(core.transpose(core.add(bent, layer(inputs, 2 * 3, 3))));
    };
    const whole = core
      .grad(w => network(w as Tensor1D))(kernels)
      .dataSync();
    const chained = map.pullBack(control, slope(map.predictor(control)));
    expect(chained).toHaveLength(whole.length);
    chained.forEach((value, i) => {
      expect(Math.abs(value - whole[i]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
    });
  });

  it('leaves no tensor behind', () => {
    const before = core.memory().numTensors;
    map.pullBack(control, new Float64Array(15).fill(1));
    map.predictor(control);
    expect(core.memory().numTensors).toBe(before);
  });
});
