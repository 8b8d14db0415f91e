import { expect, test } from '@jest/globals';
import { computingMemory } from './backend.js';
import { createKernel } from './create-kernel.js';
import type { Cost } from './kernel.js';
import { problemOf } from './test-problem.js';

const squareCost: Cost = (discharge, adjoint) => {
  discharge.forEach((value, i) => (adjoint[i] = 2 * value));
  return discharge.reduce((sum, value) => sum + value * value, 0);
};

test('kernels that compute in one memory, in turn, give the bits of kernels with their own', () => {
  const memory = computingMemory();
  const size = { routing: 'kw', precision: 'f32', seed: 5 } as const;
  const [small, large] = [40, 90].map(cells => {
    const extent = { ...size, cells, steps: cells };
    return { alone: problemOf(extent), shared: problemOf({ ...extent, make: recipe => createKernel({ ...recipe, memory }) }) };
  });
  for (const { alone, shared } of [small!, large!, small!, large!]) {
    expect(shared.kernel.gradient(shared.request, squareCost)).toEqual(alone.kernel.gradient(alone.request, squareCost));
    expect(shared.kernel.run(shared.request)).toEqual(alone.kernel.run(alone.request));
  }
});
