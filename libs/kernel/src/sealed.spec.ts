import { describe, expect, test } from '@jest/globals';
import { structureNames } from './generated-module.js';
import { kernelContract } from './kernel.contract.js';
import type { Cost, RunRequest } from './kernel.js';
import { problemOf, type Problem } from './test-problem.js';

const SEALED = structureNames().filter(name => name.endsWith('_sealed'));

const squares: Cost = (discharge, adjoint) => {
  adjoint.set(discharge.map(value => 2 * value));
  return discharge.reduce((sum, value) => sum + value * value, 0);
};

/** A burst of 40 mm in four hours on dry ground, with this imperviousness everywhere; kb, which multiplies what passed the soil, is 1. */
function burst({ kernel, request }: Problem, imperviousness: number): RunRequest {
  const { cellCount, parameters } = kernel.layout;
  const given: Record<string, number> = { imperviousness, kb: 1, hp: 0.4, ha: 0.4, ht: 0.2, hc: 0.2, hl: 0.2, he: -40, q: 0.1, qtl: 0.01 };
  const filled = (ids: readonly string[], values: Float64Array) =>
    values.map((value, i) => given[ids[Math.floor(i / cellCount)]!] ?? value);
  const series = (value: (t: number) => number) =>
    Float32Array.from({ length: request.forcing.steps * cellCount }, (_, i) => value(Math.floor(i / cellCount)));
  return {
    forcing: { steps: request.forcing.steps, rain: series(t => (t >= 20 && t < 24 ? 10 : 0)), pet: series(t => (t % 24 < 12 ? 0.2 : 0)) },
    parameters: filled(parameters, request.parameters),
    initialState: filled(kernel.layout.states, request.initialState),
  };
}

describe.each(['f64', 'f32'] as const)('impervious ground in %s', precision => {
  const size = { routing: 'kw', precision, cells: 37, steps: 200, seed: 9 };

  test('gr4 with none of it has the bits of gr4, run and gradient', () => {
    const [plain, sealed] = [problemOf({ ...size, structure: 'gr4' }), problemOf({ ...size, structure: 'gr4_sealed' })];
    const n = size.cells;
    const row = sealed.kernel.layout.parameters.indexOf('imperviousness');
    const parameters = new Float64Array((row + 1 + plain.kernel.layout.parameters.length - row) * n);
    parameters.set(plain.request.parameters.subarray(0, row * n));
    parameters.set(plain.request.parameters.subarray(row * n), (row + 1) * n);
    const request = { ...plain.request, parameters };
    expect(sealed.kernel.run(request)).toEqual(plain.kernel.run(plain.request));
    const [a, b] = [plain.kernel.gradient(plain.request, squares), sealed.kernel.gradient(request, squares)];
    expect(b.initialState).toEqual(a.initialState);
    expect(b.parameters.subarray(0, row * n)).toEqual(a.parameters.subarray(0, row * n));
  });

  test.each(SEALED)('%s: more sealing gives more runoff, a higher flood and less evaporation, and loses no water', structure => {
    const problem = problemOf({ ...size, structure });
    const runs = [0, 0.25, 0.5, 0.75, 1].map(share => problem.kernel.run(burst(problem, share)));
    for (const { massBalance } of runs) expect(Math.abs(massBalance.relativeError)).toBeLessThan(1e-4);
    for (let i = 1; i < runs.length; i++) {
      const [less, more] = [runs[i - 1]!, runs[i]!];
      expect(more.massBalance.runoff).toBeGreaterThan(less.massBalance.runoff);
      expect(Math.max(...more.discharge)).toBeGreaterThan(Math.max(...less.discharge));
      expect(more.massBalance.evaporation).toBeLessThan(less.massBalance.evaporation);
    }
  });
});

kernelContract('f64', { structures: SEALED, routings: ['kw'] });
kernelContract('f32', { structures: ['gr4_sealed'], routings: ['kw'] });
