import { describe, expect, test } from '@jest/globals';
import type { Cost } from './kernel.js';
import { kernelContract, pairsOf, requestContract } from './kernel.contract.js';
import { networkContract } from './network.contract.js';
import { routingNames, structureNames } from './generated-module.js';
import { problemOf } from './test-problem.js';

kernelContract('f32');
requestContract('f32');
networkContract('f32');

const pairs = pairsOf(
  structureNames().filter(name => !name.endsWith('_sealed')),
  routingNames(),
);

describe.each(pairs)('$structure-$routing: SIMD beside the float64 reference', ({ structure, routing }) => {
  const size = { structure, routing, cells: 83, steps: 300, seed: 5 };
  const [exact, single] = [problemOf({ ...size, precision: 'f64' }), problemOf({ ...size, precision: 'f32' })];

  test('discharge and final state within 1e-3', () => {
    const [a, b] = [exact.kernel.run(exact.request), single.kernel.run(single.request)];
    expectClose(b.discharge, a.discharge, 1e-3);
    expectClose(b.finalState, a.finalState, 1e-3);
  });

  test('gradient within 1e-3 of its size, field by field', () => {
    const cost: Cost = (discharge, adjoint) => {
      discharge.forEach((value, i) => {
        adjoint[i] = value;
      });
      return 0;
    };
    const [a, b] = [exact.kernel.gradient(exact.request, cost), single.kernel.gradient(single.request, cost)];
    const n = size.cells;
    exact.kernel.layout.parameters.forEach((_, i) => {
      expectNear(b.parameters.slice(i * n, (i + 1) * n), a.parameters.slice(i * n, (i + 1) * n));
    });
    exact.kernel.layout.states.forEach((_, i) => {
      expectNear(b.initialState.slice(i * n, (i + 1) * n), a.initialState.slice(i * n, (i + 1) * n));
    });
    expectNear(b.rainFactors, a.rainFactors);
    expectNear(b.weights, a.weights);
  });
});

function expectClose(actual: Float64Array, expected: Float64Array, relative: number): void {
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(relative * Math.abs(expected[i]!) + 1e-6);
  });
}

/** Difference of two fields relative to the norm of the field. */
function expectNear(actual: Float64Array, expected: Float64Array): void {
  const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  expect(norm(actual.map((value, i) => value - expected[i]!))).toBeLessThanOrEqual(1e-3 * norm(expected));
}
