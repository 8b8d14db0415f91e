import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { createKernel, type KernelRecipe } from '../create-kernel.js';
import type { Cost } from '../kernel.js';
import type { KernelPass } from '../kernel-pass.js';
import { forestMesh, perturbation, problemOf } from '../test-problem.js';
import type { ThreadTeam } from './thread-team.js';

/** Large enough to be divided into groups and phases (divide-forest.ts). */
const SIZE = { routing: 'kw', precision: 'f32', cells: 12_000, steps: 24, seed: 9 } as const;

const squareCost: Cost = (discharge, adjoint) => {
  discharge.forEach((value, i) => (adjoint[i] = 2 * value));
  return discharge.reduce((sum, value) => sum + value * value, 0);
};

const onThreads = (threads: number, largestTape: number, structure = 'gr4') =>
  problemOf({ ...SIZE, structure, largestTape, make: (recipe: KernelRecipe) => createKernel({ ...recipe, threads }) });

describe.each([
  ['a kept tape', Infinity, 'gr4'],
  ['a tape computed again', 0, 'gr4'],
  ['a network', Infinity, 'gr4_mlp'],
])('%s', (_, largestTape, structure) => {
  test('gives the same bits on 1, 2 and 3 threads', () => {
    const [one, ...others] = [1, 2, 3].map(threads => {
      const problem = onThreads(threads, largestTape, structure);
      const { kernel, request } = problem;
      const results = [
        kernel.run({ ...request, everyCell: true }),
        kernel.gradient(request, squareCost),
        kernel.tangent(request, perturbation(problem, 0.1)),
        kernel.gradient(request, squareCost),
      ];
      kernel.close();
      return results.map(result => Object.values(result).map(bitsOf));
    });
    for (const other of others) expect(other).toEqual(one);
  });
});

/** Jest compares typed arrays number by number, slowly; their bytes are what is meant. */
const bitsOf = (value: unknown): unknown => (ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') : value); // prettier-ignore

test('a divided mesh gives what the undivided reference gives', () => {
  const [single, exact] = [onThreads(2, 0), problemOf({ ...SIZE, precision: 'f64' })];
  const [a, b] = [single.kernel.run(single.request).discharge, exact.kernel.run(exact.request).discharge];
  a.forEach((value, i) => {
    expect(Math.abs(value - b[i]!)).toBeLessThanOrEqual(1e-3 * b[i]! + 1e-6);
  });
  single.kernel.close();
});

test('an error in a worker reaches the caller, and the kernel is closed', () => {
  const { kernel, request } = onThreads(2, 0);
  kernel.run(request);
  const { team } = kernel as unknown as { readonly team: ThreadTeam };
  const nap = new Int32Array(new SharedArrayBuffer(4));
  const lateCaller = {
    extent: { steps: 1, blocks: 1 },
    kind: 'run',
    phases: () => [[1e6, 1e6 + 4]], // groups that the schedule does not have
    group: () => Atomics.wait(nap, 0, 0, 100), // the worker takes the next ones meanwhile
  } as unknown as KernelPass;
  expect(() => {
    team.sweep(lateCaller, 'run');
  }).toThrow(/a worker thread of the kernel failed: .*undefined/);
  expect(() => kernel.run(request)).toThrow('the kernel is closed');
});

test('a process with worker threads ends by itself', () => {
  const index = new URL('../index.js', import.meta.url).href;
  const mesh = `{ cellCount: 1, downstream: Int32Array.of(-1), areaM2: Float64Array.of(1e6), upstreamAreaM2: Float64Array.of(1e6), lengthM: Float64Array.of(1e3) }`;
  const recipe = `{ structure: 'gr4', routing: 'kw', mesh: ${mesh}, stationCells: [0], stepSeconds: 900, precision: 'f32', threads: 2 }`;
  const script = `import { createKernel } from '${index}'; createKernel(${recipe});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 20_000,
    cwd: fileURLToPath(new URL('.', index)),
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('a number of threads that is none is refused', () => {
  const mesh = forestMesh(3, 1);
  const recipe = { structure: 'gr4', routing: 'kw', mesh, stationCells: [0], stepSeconds: 900, precision: 'f32' } as const;
  expect(() => createKernel({ ...recipe, threads: 0 })).toThrow('a kernel runs on 1 to 64 threads, not on 0');
});

test('a window that does not fit the memory is refused before anything runs, with the longest that does', () => {
  const mesh = forestMesh(200_000, 1);
  const kernel = createKernel({ structure: 'gr4', routing: 'kw', mesh, stationCells: [0], stepSeconds: 900, precision: 'f32' });
  const steps = 1200;
  const forcing = {
    steps,
    rain: { length: steps * mesh.cellCount } as Float32Array,
    pet: { length: steps * mesh.cellCount } as Float32Array,
  };
  const { parameters, states } = kernel.layout;
  const request = {
    forcing,
    parameters: new Float64Array(parameters.length * mesh.cellCount),
    initialState: new Float64Array(states.length * mesh.cellCount),
  };
  expect(() => kernel.gradient(request, squareCost)).toThrow(
    /a gradient of gr4-kw over 1200 steps on 200000 cells needs \d+\.\d GiB, a kernel has 4\.0 GiB: at most 5\d\d steps/,
  );
});
