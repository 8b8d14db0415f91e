import { describe, expect, test } from '@jest/globals';
import type { Cost } from './kernel.js';
import { structureNames } from './generated-module.js';
import { problemOf } from './test-problem.js';

/** Structures with a network beside those that they correct. */
const CORRECTED = structureNames()
  .filter(name => name.endsWith('_mlp') || name === 'gr4_ude')
  .map(corrected => ({ corrected, plain: corrected === 'gr4_ude' ? 'gr4_ode' : corrected.replace('_mlp', '') }));

/** Of a float32 result: the network's zeros pass through other operations than the plain structure has. */
const SINGLE = 2e-5;

const sumOfSquares: Cost = (discharge, adjoint) => {
  discharge.forEach((value, i) => {
    adjoint[i] = 2 * value;
  });
  return 0;
};

/** What a structure with a network must do beside the contract of every kernel. */
export function networkContract(precision: 'f64' | 'f32'): void {
  describe.each(CORRECTED)(`$corrected in ${precision}`, ({ corrected, plain }) => {
    const size = { routing: 'kw', precision, cells: 37, steps: 90, seed: 8 };

    test('a network whose last layer is zero leaves the plain structure as it is', () => {
      const without = problemOf({ ...size, structure: plain });
      const { kernel, request } = problemOf({ ...size, structure: corrected, hidden: [6, 5] });
      const { outputs, weightCount } = kernel.layout.network!;
      const weights = request.weights!.map((value, i) => (i < weightCount - outputs.length * (5 + 1) ? value : 0));
      const [a, b] = [without.kernel.run(without.request), kernel.run({ ...request, weights })];
      if (precision === 'f64') expect(b).toEqual(a);
      b.discharge.forEach((value, i) => {
        expect(Math.abs(value - a.discharge[i]!)).toBeLessThanOrEqual(SINGLE * Math.abs(a.discharge[i]!));
      });
    });

    test('a gradient that does not keep its tape gives the same bits', () => {
      const [kept, repeated] = [Infinity, 0].map(largestTape => problemOf({ ...size, structure: corrected, largestTape }));
      expect(repeated!.kernel.gradient(repeated!.request, sumOfSquares)).toEqual(kept!.kernel.gradient(kept!.request, sumOfSquares));
    });
  });

  describe(`layers and weights in ${precision}`, () => {
    const size = { structure: 'gr4_mlp', routing: 'kw', precision, cells: 12, steps: 24, seed: 11 };

    test.each([[[1]], [[5]], [[7, 3]], [[4, 9, 2]]])('of %j: the gradient of every weight is that of finite differences', hidden => {
      const { kernel, request } = problemOf({ ...size, hidden });
      const { weights } = kernel.gradient(request, sumOfSquares);
      const costOf = (changed: Float64Array) => kernel.run({ ...request, weights: changed }).discharge.reduce((sum, q) => sum + q * q, 0);
      const step = precision === 'f64' ? 1e-5 : 0.03;
      const norm = Math.sqrt(weights.reduce((sum, x) => sum + x * x, 0));
      weights.forEach((slope, k) => {
        const moved = (by: number) => request.weights!.map((value, i) => (i === k ? value + by : value));
        const central = (costOf(moved(step)) - costOf(moved(-step))) / (2 * step);
        expect(Math.abs(central - slope)).toBeLessThan((precision === 'f64' ? 1e-6 : 2e-2) * norm);
      });
    });

    test('weights of the wrong shape are refused before the run, with the shape wanted', () => {
      const { kernel, request } = problemOf({ ...size, hidden: [3, 5] });
      const weights = request.weights!;
      const run = (changed: Float64Array) => () => kernel.run({ ...request, weights: changed });
      expect(run(weights.slice(1))).toThrow(/58 weights.*needs 59, of layers 4-3-5-4/);
      expect(run(weights.map((value, i) => (i === 7 ? NaN : value)))).toThrow(/weight 7 .* is NaN/);
      const { weights: _, ...bare } = request;
      expect(() => kernel.run(bare)).toThrow(/needs the weights of its network: 59/);
      const plain = problemOf({ ...size, structure: 'gr4' });
      expect(() => plain.kernel.run({ ...plain.request, weights })).toThrow(/gr4 has no network, but the request has 59 weights/);
    });

    test('hidden layers that cannot be are refused when the kernel is made', () => {
      expect(() => problemOf({ ...size, hidden: [0] })).toThrow(/hidden layers \[0\]/);
      expect(() => problemOf({ ...size, hidden: [] })).toThrow(/hidden layers \[\]/);
      expect(() => problemOf({ ...size, structure: 'gr4', hidden: [4] })).toThrow(/gr4 has no network/);
    });
  });
}
