import { expect, test } from '@jest/globals';
import { normalNumbers, uniformNumbers, type Mesh } from '#hydrology';
import { createKernel, neuralReservoirs, reservoirInputs, type ReservoirStep } from '#kernel';
import { evaluateStepNetwork } from '../reservoirs/evaluate-step-network.js';
import { openTensorFlow } from './open-tensorflow.js';
import { stepNetwork } from './step-network.js';

const tensorflow = await openTensorFlow('wasm');
const { core } = tensorflow;

/** A basin of one cell of 1 km². */
const mesh: Mesh = {
  ...{ epsg: 2154, xMin: 0, yMax: 0, xResolution: 1000, yResolution: 1000, rows: 1, columns: 1, cellCount: 1 },
  ...{ row: Int32Array.of(0), column: Int32Array.of(0), downstream: Int32Array.of(-1), level: Int32Array.of(0) },
  ...{ areaM2: Float64Array.of(1e6), upstreamAreaM2: Float64Array.of(1e6), lengthM: Float64Array.of(1000) },
};
const STEPS = 60;
const TO_M3S = 1e-3 * 1e6 / 3600; // prettier-ignore

test.each([
  ['neural_stores', [16]],
  ['neural_stores_ri', [7, 5]],
])('%s: a run of the kernel is the TensorFlow.js model taken step by step, its layers the kernel’s one to one', (structure, hidden) => {
  const kernel = createKernel({
    ...{ structure, routing: 'zero', mesh, stationCells: [0], stepSeconds: 3600, precision: 'f32' as const },
    network: { hidden },
  });
  const layout = kernel.layout.network!;
  const weights = normalNumbers(layout.weightCount, 3).map(value => 0.5 * value);
  const network = stepNetwork(tensorflow, { inputs: layout.inputs.length, hidden, outputs: layout.outputs.length });
  network.load(weights);
  expect(network.inKernelOrder(network.variables().map(variable => variable.dataSync()))).toEqual(Float64Array.from(weights, Math.fround));
  const draw = uniformNumbers(5);
  const rain = Float32Array.from({ length: STEPS }, () => (draw() < 0.5 ? 0 : 8 * draw()));
  const pet = Float32Array.from({ length: STEPS }, () => 0.4 * draw());
  const capacity: Record<string, number> = { ci: 1, cp: 250, ct: 80, kexc: -0.6 };
  const start: Record<string, number> = { hi: 0.4, hp: 0.6, ht: 0.3 };
  const { discharge } = kernel.run({
    forcing: { steps: STEPS, rain, pet },
    parameters: Float64Array.from(kernel.layout.parameters, id => capacity[id]!),
    initialState: Float64Array.from(kernel.layout.states, id => start[id] ?? 0),
    weights,
  });
  kernel.close();

  let { hi, hp, ht } = { hi: 0.4, hp: 0.6, ht: 0.3 };
  rain.forEach((P, k) => {
    const filling = hi + P - pet[k]!;
    const [pn, en] = [Math.max(0, filling - 1), Math.max(0, -filling)];
    hi = Math.min(1, Math.max(0, filling));
    const step: ReservoirStep = { pn, en, pri: P, hp, ht, cp: 250, ct: 80, kexc: -0.6, stepSeconds: 3600 };
    const seen = reservoirInputs(step);
    const inputs = layout.inputs.map(name => seen[name]!);
    const z = core.tidy(() => network.predict(core.tensor2d([inputs])).dataSync());
    evaluateStepNetwork(
      layout,
      weights,
    )(inputs).forEach((value, output) => {
      expect(value).toBeCloseTo(z[output]!, 4);
    });
    const { ps, es, perc, l, routed, qr, qt } = neuralReservoirs(step, z);
    hp += (ps - es - perc) / 250;
    ht = Math.max(0, ht + (routed + l) / 80) - qr / 80;
    expect(discharge[k]! / (qt * TO_M3S)).toBeCloseTo(1, 3);
  });
});
