import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { uniformNumbers, type Mesh } from '#hydrology';
import { createKernel, type KernelForcing } from '#kernel';
import { calibrating, CALIBRATION_SETTINGS } from '../calibrate.js';
import { nseCost } from '../costs.js';
import { standardize } from '../descriptors.js';
import { openTensorFlow, type TensorFlow } from './open-tensorflow.js';

// The same training on both backends. libtensorflow is optional; .ci/install-libtensorflow brings it, and FRESHET_TFJS_NODE=required says
// that it must be there, so that a skip is a failure.

const installed = isInstalled();
const required = process.env['FRESHET_TFJS_NODE'] === 'required';
const both = installed || required ? describe : describe.skip;
if (!installed && !required) process.stdout.write('skipped: @tensorflow/tfjs-node is not installed, so only WebAssembly was tested\n');

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-node');
    return true;
  } catch {
    return false;
  }
}

/** Largest relative difference of two losses. */
const SAME = 1e-4;
const CELLS = 12;
const STEPS = 240;

/** A river of cells of 1 km². */
const mesh: Mesh = {
  ...{ epsg: 2154, xMin: 0, yMax: 0, xResolution: 1000, yResolution: 1000, rows: CELLS, columns: 1, cellCount: CELLS },
  row: Int32Array.from({ length: CELLS }, (_, cell) => cell),
  column: new Int32Array(CELLS),
  downstream: Int32Array.from({ length: CELLS }, (_, cell) => (cell + 1 < CELLS ? cell + 1 : -1)),
  level: Int32Array.from({ length: CELLS }, (_, cell) => cell),
  areaM2: new Float64Array(CELLS).fill(1e6),
  upstreamAreaM2: Float64Array.from({ length: CELLS }, (_, cell) => (cell + 1) * 1e6),
  lengthM: new Float64Array(CELLS).fill(1000),
};

function storms(): KernelForcing {
  const draw = uniformNumbers(3);
  const rain = Float32Array.from({ length: STEPS * CELLS }, (_, k) => (Math.sin(k / CELLS / 11) > 0.6 ? 9 * draw() : 0));
  return { steps: STEPS, rain, pet: rain.map(() => 0.1) };
}

/** Cost by iteration of a fit in which a network of descriptors gives cp, ct, kexc and the river's parameters. */
function mappingCurve(tensorflow: TensorFlow): number[] {
  const kernel = createKernel({ structure: 'gr4', routing: 'kw', mesh, stationCells: [CELLS - 1], stepSeconds: 3600, precision: 'f32' });
  const fill = (ids: readonly string[], values: Record<string, number>): Float64Array =>
    Float64Array.from(ids.flatMap(id => new Array<number>(CELLS).fill(values[id] ?? 0)));
  const forcing = storms();
  const base = {
    parameters: fill(kernel.layout.parameters, { ci: 1, cp: 250, ct: 90, kexc: -0.3, akw: 5, bkw: 0.6 }),
    initialState: fill(kernel.layout.states, { hi: 0.2, hp: 0.6, ht: 0.3 }),
  };
  const observed = kernel.run({ forcing, ...base }).discharge;
  const descriptor = standardize(
    'slope',
    Float64Array.from({ length: CELLS }, (_, cell) => Math.sqrt(cell)),
  );
  const fits = calibrating(
    {
      ...{ forcing, base, cost: nseCost({ observed, steps: STEPS, stations: [0] }) },
      mapping: { kind: 'ann', descriptors: [descriptor], weights: false, network: { tensorflow, hidden: [6], seed: 2 } },
      settings: { ...CALIBRATION_SETTINGS, optimizer: 'adam', uniformIterations: 3, iterations: 25 },
    },
    kernel,
  );
  const costs: number[] = [];
  for (let step = fits.next(); !step.done; step = fits.next()) if (step.value.stage === 'mapped') costs.push(step.value.cost);
  kernel.close();
  return costs;
}

/** Loss by step of an LSTM that learns a recession from rain. */
function lstmCurve({ core, layers }: TensorFlow): number[] {
  const [samples, hours] = [32, 24];
  const draw = uniformNumbers(4);
  const rain = Float32Array.from({ length: samples * hours }, () => draw());
  const wanted = Float32Array.from({ length: samples }, (_, s) =>
    rain.subarray(s * hours, (s + 1) * hours).reduce((flow, value) => 0.8 * flow + 0.2 * value, 0),
  );
  const seeded = (seed: number) => layers.initializers.glorotUniform({ seed });
  const model = layers.sequential({
    layers: [
      layers.layers.lstm({ units: 8, inputShape: [hours, 1], kernelInitializer: seeded(1), recurrentInitializer: seeded(2) }),
      layers.layers.dense({ units: 1, kernelInitializer: seeded(3) }),
    ],
  });
  const optimizer = core.train.adam(0.02);
  const variables = model.trainableWeights.map(weight => weight.read() as ReturnType<typeof core.variable>);
  return core.tidy(() => {
    const x = core.tensor3d(rain, [samples, hours, 1]);
    const y = core.tensor2d(wanted, [samples, 1]);
    const loss = () => core.mean<Scalar>(core.square(core.sub(model.apply(x, { training: true }) as Tensor2D, y)));
    return Array.from({ length: 20 }, () => optimizer.minimize(loss, true, variables)!.dataSync<'float32'>()[0]!);
  });
}

both('libtensorflow and WebAssembly', () => {
  it('is what opens by itself where it is installed', async () => {
    expect((await openTensorFlow()).backend).toBe('tensorflow');
  });

  it.each([
    ['a mapping trained through the kernel', mappingCurve],
    ['an LSTM', lstmCurve],
  ])('%s: the same loss curve', async (_, curveOf) => {
    const wasm = curveOf(await openTensorFlow('wasm'));
    const native = curveOf(await openTensorFlow('tensorflow'));
    expect(wasm.at(-1)!).toBeLessThan(0.9 * wasm[0]!);
    expect(native).toHaveLength(wasm.length);
    native.forEach((loss, k) => {
      expect(Math.abs(loss - wasm[k]!) / wasm[k]!).toBeLessThan(SAME);
    });
  });
});

it('both curves fall on WebAssembly', async () => {
  const tensorflow = await openTensorFlow('wasm');
  for (const curve of [mappingCurve(tensorflow), lstmCurve(tensorflow)]) {
    expect(curve.length).toBeGreaterThanOrEqual(20);
    expect(curve.at(-1)!).toBeLessThan(0.9 * curve[0]!);
  }
});
