import { describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { loadDomain, type LoadedDomain } from '#config';
import { createKernel, type RunResult } from '#kernel';
import { endOf, HOUR_MS, type Mesh, parseIso, timeGrid, type TimeGrid, type VariableId } from '#hydrology';
import { interceptionCapacity } from '#learning';

// hydro-smash 1.3.0 on the Cance data, 2014-09-15 00:00 .. 2014-11-14 00:00 hourly, one uniform parameter set; float32 there.
const PERIOD = timeGrid(parseIso('2014-09-15'), parseIso('2014-11-14'), HOUR_MS);
const UNIFORM: Partial<Record<VariableId, number>> = {
  cp: 200, ct: 150, kexc: -0.5, llr: 30, akw: 5, bkw: 0.6, hi: 0.01, hp: 0.5, ht: 0.3, hlr: 1e-6, q: 0, qtl: 0,
}; // prettier-ignore
const OUTLET = 'V3524010';
const STEPS = [0, 240, 620, 1218, 1400];

interface Golden {
  readonly discharge: readonly string[];
  readonly mean: string;
  readonly states: Readonly<Partial<Record<VariableId, string>>>;
}

const STORES = { hi: '.05655', hp: '.899713', ht: '.334904' };
const GOLDEN: Readonly<Record<string, Golden>> = {
  lag0: { discharge: ['9.6403', '5.4051', '131.5614', '374.5700', '35.2852'], mean: '21.1988', states: STORES },
  lr: { discharge: ['1.0985', '5.5144', '59.5306', '365.9724', '34.6890'], mean: '21.1645', states: { ...STORES, hlr: '.01223' } },
  kw: { discharge: ['0.0160', '5.8564', '51.7119', '359.8142', '28.5469'], mean: '21.0919', states: STORES },
};
const FLOAT64 = 1e-4;
const SIMD = 1e-3;

const domain = await loadDomain(fileURLToPath(import.meta.resolve('#domains/cance/domain.yaml')).replace(/domain\.yaml$/, ''));
const forcing = { steps: PERIOD.count, rain: hourlyRain(domain, PERIOD), pet: domain.record.pet(PERIOD).values };
const ci = interceptionCapacity({ rain: forcing.rain, pet: forcing.pet, cellCount: domain.mesh.cellCount, stepsPerDay: 24 });

describe('the forcing is that of the golden run', () => {
  test('sums of rain and PET', () => {
    expect(sum(forcing.rain)).toBeCloseTo(177_845.6, 1);
    expect(sum(forcing.pet)).toBeCloseTo(29_793.9, 1);
  });

  test('interception capacities', () => {
    const counts = new Map<string, number>();
    for (const value of ci) counts.set(value.toFixed(1), (counts.get(value.toFixed(1)) ?? 0) + 1);
    const expected = { '0.8': 7, '0.9': 56, '1.0': 50, '1.1': 90, '1.2': 97, '1.3': 48, '1.4': 29, '1.5': 6 };
    expect(Object.fromEntries([...counts].sort())).toEqual(expected);
  });
});

describe.each(['lag0', 'lr', 'kw'])('gr4-%s against SMASH', routing => {
  const golden = GOLDEN[routing]!;

  test.each([
    ['f64', FLOAT64],
    ['f32', SIMD],
  ] as const)('%s within %d or half the last printed digit', (precision, tolerance) => {
    const { run, means } = simulate(routing, precision);
    STEPS.forEach((step, i) => {
      expectPrinted(run.discharge[step]!, golden.discharge[i]!, tolerance);
    });
    expectPrinted(sum(run.discharge) / PERIOD.count, golden.mean, tolerance);
    for (const [state, printed] of Object.entries(golden.states)) expectPrinted(means.get(state)!, printed, tolerance);
    expect(Math.abs(run.massBalance.relativeError)).toBeLessThan(1e-4);
  });
});

function simulate(routing: string, precision: 'f64' | 'f32'): { run: RunResult; means: Map<string, number> } {
  const { mesh } = domain;
  const outlet = domain.stations.find(station => station.id === OUTLET)!;
  const kernel = createKernel({ structure: 'gr4', routing, mesh, stationCells: [outlet.cell], stepSeconds: 3600, precision });
  const run = kernel.run({
    forcing,
    parameters: uniform(kernel.layout.parameters, mesh),
    initialState: uniform(kernel.layout.states, mesh),
  });
  const n = mesh.cellCount;
  return { run, means: new Map(kernel.layout.states.map((id, i) => [id, sum(run.finalState.subarray(i * n, (i + 1) * n)) / n])) };
}

function uniform(ids: readonly VariableId[], { cellCount }: Mesh): Float64Array {
  return Float64Array.from({ length: ids.length * cellCount }, (_, i) => {
    const id = ids[Math.floor(i / cellCount)]!;
    return id === 'ci' ? ci[i % cellCount]! : UNIFORM[id]!;
  });
}

function hourlyRain({ record, mesh }: LoadedDomain, time: TimeGrid): Float32Array {
  const rain = new Float32Array(time.count * mesh.cellCount).fill(NaN);
  for (const grid of record.rain(time.start, endOf(time))) {
    rain.set(grid.values, ((grid.validTime - time.start) / time.stepMs - 1) * mesh.cellCount);
  }
  return rain;
}

const sum = (values: Float32Array | Float64Array): number => (values as Float64Array).reduce((a, b) => a + (b >= 0 || b < 0 ? b : 0), 0);

/** Equal within a relative tolerance or half the last digit printed, whichever is larger. */
function expectPrinted(value: number, printed: string, relative: number): void {
  const halfDigit = 0.5 * 10 ** -(printed.split('.')[1] ?? '').length;
  const allowed = Math.max(relative * Math.abs(Number(printed)), halfDigit);
  expect(Math.abs(value - Number(printed))).toBeLessThanOrEqual(allowed * (1 + Number.EPSILON));
}
