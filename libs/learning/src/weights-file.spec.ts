import { describe, expect, it } from '@jest/globals';
import type { KernelLayout } from '#kernel';
import { formatWeightsFile, parseWeightsFile, pretrainedWeights, WEIGHTS_FORMAT, type WeightsFile } from './weights-file.js';

const layout: KernelLayout = {
  ...{ structure: 'neural_stores', routing: 'kw', states: ['hp', 'ht'], parameters: ['cp', 'ct'], needsTemperature: false },
  ...{ cellCount: 1, stationCount: 1, stepSeconds: 3600, precision: 'f32' },
  network: { inputs: ['hp', 'ht', 'rain', 'en'], hidden: [2], outputs: ['zps'], weightCount: 13 },
};

const file: WeightsFile = {
  ...{ format: WEIGHTS_FORMAT, structure: 'neural_stores', stepSeconds: 3600, hidden: [2] },
  weights: Array.from({ length: 13 }, (_, k) => k + 1),
  training: {
    ...{ basin: 'cance', from: '2014-09-22T00:00:00Z', to: '2014-10-31T00:00:00Z', samples: 10, seed: 1, iterations: 5, loss: 0.1 },
    heldOut: { ps: 0.99 },
  },
  versions: {},
};

describe('a weights file', () => {
  it('comes back as it was written and gives its weights to the kernel of its structure', () => {
    const read = parseWeightsFile(formatWeightsFile(file), 'weights.json');
    expect(read).toEqual(file);
    expect([...pretrainedWeights(read, layout)]).toEqual(file.weights);
  });

  it('shows the network at another step what it was trained on', () => {
    const quarterly = pretrainedWeights(file, { ...layout, stepSeconds: 900 });
    const factors = [...quarterly.subarray(0, 4)].map((weight, k) => weight / file.weights[k]!);
    expect(factors[0]).toBe(1); // hp
    expect(factors[1]).toBeCloseTo(Math.SQRT2, 12); // ht ~ Δt^(1/4)
    expect(factors[2]).toBe(1); // rain is relative to an hour already
    expect(factors[3]).toBe(4); // en, mm per step
    expect([...quarterly.subarray(8)]).toEqual(file.weights.slice(8));
  });

  it.each([
    ['another structure', { ...file, structure: 'gr4_mlp' }, /the weights are of gr4_mlp, not of neural_stores/],
    ['other hidden layers', { ...file, hidden: [3] }, /hidden layers \[3\], not \[2\]/],
    ['too few weights', { ...file, weights: [1, 2] }, /2 weights, and neural_stores with hidden layers \[2\] has 13/],
  ])('is refused for %s', (_, wrong, message) => {
    expect(() => pretrainedWeights(wrong, layout)).toThrow(message);
  });

  it.each([
    ['no JSON', '{', /weights\.json is no JSON/],
    ['another format', JSON.stringify({ ...file, format: 'freshet-weights/2' }), /weights\.json: format .*: make it by freshet pretrain/],
    ['a parameter file', JSON.stringify({ format: 'freshet-parameters/1' }), /make it by freshet pretrain/],
  ])('is refused by its name for %s', (_, text, message) => {
    expect(() => parseWeightsFile(text, 'weights.json')).toThrow(message);
  });
});
