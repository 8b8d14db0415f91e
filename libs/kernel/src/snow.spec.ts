import { describe, expect, test } from '@jest/globals';
import { createKernel } from './create-kernel.js';
import type { Kernel, RunRequest } from './kernel.js';
import { forestMesh } from './test-problem.js';

// One cell, no routing: what temperature does to a structure with a snow slot, and what it must not do to one without.
const STEP_SECONDS = 3600;
const kernelOf = (structure: string, stepSeconds = STEP_SECONDS): Kernel =>
  createKernel({ structure, routing: 'zero', mesh: forestMesh(1, 1), stationCells: [0], stepSeconds, precision: 'f64' });

const SSN = { ci: 1, cp: 200, ct: 100, kexc: 0, kmlt: 0.2, hs: 3.4, hi: 0.1, hp: 0.5, ht: 0.3 };
const HBV = {
  TT: 0, CFMAX: 4, SFCF: 1, CFR: 0.05, CWH: 0.1, FC: 200, LP: 0.7, BETA: 2, PERC: 2, UZL: 15, K0: 0.3, K1: 0.1, K2: 0.05,
  SP: 10.4, WC: 0, SM: 100, SUZ: 5, SLZ: 20,
}; // prettier-ignore

interface Sky {
  readonly rain: readonly number[];
  readonly temperature: readonly number[];
}

function requestOf({ layout }: Kernel, values: Readonly<Record<string, number>>, { rain, temperature }: Sky): RunRequest {
  const steps = rain.length;
  return {
    forcing: { steps, rain: Float32Array.from(rain), pet: new Float32Array(steps).fill(0.05), temperature: Float32Array.from(temperature) },
    parameters: Float64Array.from(layout.parameters, id => values[id]!),
    initialState: Float64Array.from(layout.states, id => values[id]!),
  };
}

const times = (count: number, value: number) => Array<number>(count).fill(value);
const total = ({ discharge }: { readonly discharge: Float64Array }) => discharge.reduce((a, b) => a + b, 0);

const SUBJECTS: readonly (readonly [structure: string, values: Readonly<Record<string, number>>, pack: string])[] = [
  ['ssn_gr4', SSN, 'hs'],
  ['hbv', HBV, 'SP'],
];

describe.each(SUBJECTS)('%s', (structure, values, pack) => {
  const kernel = kernelOf(structure);
  const lying = values[pack]!;
  const state = (id: string, final: Float64Array) => final[kernel.layout.states.indexOf(id as never)]!;

  test('refuses a request without temperature by name', () => {
    const { forcing, ...request } = requestOf(kernel, values, { rain: [1], temperature: [1] });
    const { rain, pet, steps } = forcing;
    expect(() => kernel.run({ ...request, forcing: { steps, rain, pet } })).toThrow(`structure "${structure}" has a snow slot`);
    expect(() => kernel.run({ ...request, forcing: { ...forcing, temperature: new Float32Array(3) } })).toThrow(/temperature has 3 values/);
  });

  test('keeps snow in the cold and lets it go in the warmth; the balance counts it as rain', () => {
    const cold = kernel.run(requestOf(kernel, values, { rain: times(10, 2), temperature: times(10, -12) }));
    expect(state(pack, cold.finalState)).toBeCloseTo(lying + 20, 4);
    const thawed = requestOf(kernel, values, { rain: times(200, 0), temperature: times(200, 8) });
    const warm = kernel.run({ ...thawed, initialState: cold.finalState });
    expect(state(pack, warm.finalState)).toBe(0);
    expect(cold.massBalance.rain).toBeCloseTo(20, 6);
    for (const { massBalance } of [cold, warm]) expect(Math.abs(massBalance.relativeError)).toBeLessThan(1e-10);
  });

  test('takes what falls at a missing temperature for rain, and leaves the pack', () => {
    const sky = { rain: times(5, 2), temperature: times(5, NaN) };
    const { finalState } = kernel.run(requestOf(kernel, values, sky));
    expect(state(pack, finalState)).toBe(lying);
    const mild = kernel.run({ ...requestOf(kernel, { ...values, [pack]: 0 }, { ...sky, temperature: times(5, 20) }) });
    const unknown = kernel.run({ ...requestOf(kernel, { ...values, [pack]: 0 }, sky) });
    expect(unknown.discharge).toEqual(mild.discharge);
  });

  test('differentiates through the melt of the last snow', () => {
    const sky = { rain: times(60, 0.2), temperature: times(60, 5) };
    const slope = kernel.gradient(requestOf(kernel, values, sky), (discharge, adjoint) => {
      adjoint.fill(1);
      return discharge.reduce((a, b) => a + b, 0);
    }).initialState[kernel.layout.states.indexOf(pack as never)]!;
    const at = (change: number) => total(kernel.run(requestOf(kernel, { ...values, [pack]: lying + change }, sky)));
    expect(slope).toBeGreaterThan(0);
    expect((at(1e-4) - at(-1e-4)) / 2e-4 / slope).toBeCloseTo(1, 5);
  });
});

test('a structure without a snow slot does not look at the temperature', () => {
  const kernel = kernelOf('gr4');
  const request = requestOf(kernel, SSN, { rain: times(5, 2), temperature: times(5, -20) });
  const { rain, pet, steps } = request.forcing;
  expect(kernel.layout.needsTemperature).toBe(false);
  expect(kernel.run({ ...request, forcing: { steps, rain, pet } })).toEqual(kernel.run(request));
});

describe('hbv at a daily step', () => {
  /** HBV-light as Seibert & Vis write it down, the soil taken in by parts of a tenth of a millimetre. */
  function asPublished({ rain, temperature }: Sky, pet: number): number[] {
    const p = HBV;
    let { SP, WC, SM, SUZ, SLZ } = p;
    return rain.map((P, t) => {
      const T = temperature[t]!;
      if (T < p.TT) {
        const refrozen = Math.min(WC, p.CFR * p.CFMAX * (p.TT - T));
        [SP, WC] = [SP + p.SFCF * P + refrozen, WC - refrozen];
      } else {
        const melt = Math.min(SP, p.CFMAX * (T - p.TT));
        [SP, WC] = [SP - melt, WC + melt + P];
      }
      const insoil = Math.max(0, WC - p.CWH * SP);
      WC -= insoil;
      let recharge = 0;
      const parts = Math.ceil(insoil * 10);
      for (let i = 0; i < parts; i++) {
        const share = Math.min(1, SM / p.FC) ** p.BETA;
        recharge += (insoil / parts) * share;
        SM += (insoil / parts) * (1 - share);
      }
      SM -= pet * Math.min(1, SM / (p.FC * p.LP));
      SUZ += recharge;
      const percolation = Math.min(SUZ, p.PERC);
      [SUZ, SLZ] = [SUZ - percolation, SLZ + percolation];
      const [q0, q1, q2] = [p.K0 * Math.max(0, SUZ - p.UZL), p.K1 * SUZ, p.K2 * SLZ];
      [SUZ, SLZ] = [SUZ - q0 - q1, SLZ - q2];
      return q0 + q1 + q2;
    });
  }

  test('gives the runoff of HBV-light over two winters', () => {
    const days = Array.from({ length: 730 }, (_, t) => t);
    const sky = {
      rain: days.map(t => Math.fround(Math.max(0, 14 * Math.sin(t / 3) * Math.sin(t / 31)))),
      temperature: days.map(t => Math.fround(7 - 11 * Math.cos((2 * Math.PI * t) / 365) + 3 * Math.sin(t))),
    };
    const kernel = kernelOf('hbv', 86400);
    const { discharge } = kernel.run(requestOf(kernel, HBV, sky));
    const cubicMetres = discharge[0]! / asPublished(sky, Math.fround(0.05))[0]!;
    asPublished(sky, Math.fround(0.05)).forEach((expected, t) => {
      expect(Math.abs(discharge[t]! / cubicMetres - expected)).toBeLessThan(0.01 * expected);
    });
  });
});
