import { describe, expect, test } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDomain, type LoadedDomain } from '#config';
import { createKernel, type Kernel, type KernelRecipe, type NetworkLayout, type RunResult } from '#kernel';
import { endOf, HOUR_MS, type Mesh, parseIso, timeGrid, type TimeGrid, type VariableId } from '#hydrology';
import { interceptionCapacity } from '#learning';
import { compileStructure } from '../../../libs/kernel/src/compiler/compile.js';
import { readDeclaration } from '../../../libs/kernel/src/compiler/declared.js';
import { FormulaLibrary } from '../../../libs/kernel/src/compiler/formula-source.js';
import { assembleKernel } from '../../../libs/kernel/src/create-kernel.js';
import { type GeneratedColumn, loadReach } from '../../../libs/kernel/src/generated-module.js';
import type { Structure } from '../../../libs/kernel/src/structure.js';

// hydro-smash 1.3.0 on the Cance data, 2014-09-15 00:00 .. 2014-11-14 00:00 hourly, one uniform parameter set; float32 there.
const PERIOD = timeGrid(parseIso('2014-09-15'), parseIso('2014-11-14'), HOUR_MS);
type Values = Partial<Record<VariableId, number>>;
const UNIFORM: Values = {
  cp: 200, ct: 150, cl: 300, kexc: -0.5, aexc: 0.3, be: 10, ca: 200, cc: 150, kb: 1.1, alpha1: 1e-6, alpha2: 1e-3,
  b: 0.2, cusl: 100, cmsl: 300, cbsl: 1000, ks: 5, pbc: 4, ds: 0.1, dsm: 1, ws: 0.8, kmlt: 0.2,
  llr: 30, akw: 5, bkw: 0.6,
  hcl: 0.01, husl: 0.5, hmsl: 0.5, hbsl: 0.3, hs: 1,
  hi: 0.01, hp: 0.5, ht: 0.3, hl: 0.3, he: -100, ha: 0.5, hc: 0.3, hlr: 1e-6, q: 0, qtl: 0,
}; // prettier-ignore
const OUTLET = 'V3524010';
const STEPS = [0, 240, 620, 1218, 1400];

interface Golden {
  readonly discharge: readonly string[];
  readonly mean: string;
  readonly states: Readonly<Partial<Record<VariableId, string>>>;
}

const GR4 = { hi: '.05655', hp: '.899713', ht: '.334904' };
// SMASH swaps ds and dsm of vic3l. Their order matters only where the bottom layer is above ws, which it never is here, so that these rows
// of the peer are the corrected equation's too.
const VIC3L = { hcl: '.207562', husl: '.417736', hmsl: '.493198', hbsl: '.599806' };
const GOLDEN: Readonly<Record<string, Golden>> = {
  'gr4-lag0': { discharge: ['9.6403', '5.4051', '131.5614', '374.5700', '35.2852'], mean: '21.1988', states: GR4 },
  'gr4-lr': { discharge: ['1.0985', '5.5144', '59.5306', '365.9724', '34.6890'], mean: '21.1645', states: { ...GR4, hlr: '.01223' } },
  'gr4-kw': { discharge: ['0.0160', '5.8564', '51.7119', '359.8142', '28.5469'], mean: '21.0919', states: GR4 },
  'gr5-kw': {
    discharge: ['0.0161', '7.9108', '61.0707', '356.1108', '26.4358'],
    mean: '22.7846',
    states: { hi: '.05655', hp: '.899713', ht: '.330821' },
  },
  'gr6-kw': {
    discharge: ['0.0162', '7.4587', '35.0276', '215.4507', '29.4599'],
    mean: '20.7389',
    states: { hi: '.05655', hp: '.899713', ht: '.309985', he: '-48.41496' },
  },
  'grc-kw': {
    discharge: ['0.0737', '10.7021', '33.1473', '198.6869', '31.7569'],
    mean: '21.7919',
    states: { hi: '.05655', hp: '.964442', ht: '.304341', hl: '.265062' },
  },
  'grd-lr': {
    discharge: ['1.0992', '6.5161', '63.3627', '430.4758', '30.0231'],
    mean: '22.0898',
    states: { hp: '.945959', ht: '.334948', hlr: '.012251' },
  },
  'loieau-lr': {
    discharge: ['5.3076', '7.5502', '81.6889', '426.3629', '42.0384'],
    mean: '26.5016',
    states: { ha: '.885775', hc: '.238685', hlr: '.014226' },
  },
  'gr4_ode-kw': {
    discharge: ['0.0141', '5.0870', '51.9998', '385.9239', '25.6518'],
    mean: '19.7938',
    states: { hi: '.05655', hp: '.962374', ht: '.325733' },
  },
  'gr4_mlp-kw': {
    discharge: ['0.0160', '6.7949', '86.8600', '339.0131', '25.8191'],
    mean: '22.4238',
    states: { hi: '.05655', hp: '.850683', ht: '.328215' },
  },
  'gr6_mlp-kw': {
    discharge: ['0.0167', '11.0630', '192.3710', '554.1717', '73.9583'],
    mean: '35.2609',
    states: { hi: '.05655', hp: '.941471', ht: '.258861', he: '-57.45217' },
  },
  'gr4_ude-kw': {
    discharge: ['0.0149', '3.8181', '12.3129', '109.7895', '18.7267'],
    mean: '9.3062',
    states: { hi: '.05655', hp: '.902907', ht: '.311079' },
  },
  'vic3l-lag0': { discharge: ['3.9938', '4.7152', '120.4853', '66.9580', '16.6738'], mean: '9.4717', states: VIC3L },
  'vic3l-lr': { discharge: ['0.4554', '4.7785', '32.0160', '89.9747', '19.4134'], mean: '9.4556', states: { ...VIC3L, hlr: '.005753' } },
  'vic3l-kw': { discharge: ['0.0047', '4.9326', '33.9553', '86.7141', '12.1174'], mean: '9.5090', states: VIC3L },
  'ssn_gr4-kw': {
    discharge: ['0.0160', '5.6615', '19.1294', '28.5652', '110.4845'],
    mean: '18.2981',
    states: { hs: '8.784959', hi: '.796252', hp: '.937980', ht: '.440255' },
  },
};
const FLOAT64 = 1e-4;
const SIMD = 1e-3;

const domain = await loadDomain(fileURLToPath(import.meta.resolve('#domains/cance/domain.yaml')).replace(/domain\.yaml$/, ''));
const forcing = {
  steps: PERIOD.count,
  rain: hourlyRain(domain, PERIOD),
  pet: domain.record.pet(PERIOD).values,
  temperature: madeUpTemperature(domain.mesh, PERIOD),
};
const ci = interceptionCapacity({ rain: forcing.rain, pet: forcing.pet, cellCount: domain.mesh.cellCount, stepsPerDay: 24 });

const published = await compilePublished();

async function compilePublished(): Promise<GeneratedColumn> {
  const compiled = fileURLToPath(new URL('gr4-ri-published.js', import.meta.url));
  const source = fileURLToPath(
    new URL('../../../test/golden/smash/gr4-ri-published.ts', import.meta.resolve('#domains/cance/domain.yaml')),
  );
  const folder = mkdtempSync(join(tmpdir(), 'freshet-published-'));
  compileStructure(new FormulaLibrary(), await readDeclaration<Structure>(source, compiled), folder);
  return createRequire(import.meta.url)(join(folder, 'column-gr4_ri_published.cjs')) as GeneratedColumn;
}

const publishedKernel = (recipe: KernelRecipe): Kernel =>
  assembleKernel(recipe, { generatedColumn: published, generatedReach: loadReach(recipe.routing) });

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

describe.each(Object.entries(GOLDEN))('%s against SMASH', (name, golden) => {
  const [structure, routing] = name.split('-') as [string, string];

  test.each([
    ['f64', FLOAT64],
    ['f32', SIMD],
  ] as const)('%s within %d or half the last printed digit', (precision, tolerance) => {
    const simulation = simulate({ structure, routing, precision });
    expectGolden(simulation, golden, tolerance);
    expect(Math.abs(simulation.run.massBalance.relativeError)).toBeLessThan(1e-4);
  });
});

// gr4_ri of SMASH takes γ·Δt, Δt in seconds, off the infiltration, so its row is no target. What is compared instead, in float64: the
// published equation with that defect gives the row; with γ·pn, the unit of the equation, it gives what gr4_ri gives.
describe('gr4_ri against SMASH', () => {
  const row: Golden = {
    discharge: ['0.0160', '5.8804', '52.1245', '360.3326', '28.5303'],
    mean: '21.1171',
    states: { hi: '.05655', hp: '.898261', ht: '.334824' },
  };
  const publishedBy = (kb: number) => simulate({ structure: 'gr4_ri_published', routing: 'kw', precision: 'f64' }, { kb });

  test('the published equation with its defect gives the row', () => {
    expectGolden(publishedBy(2), row, FLOAT64);
  });

  test('the published equation in its unit gives what gr4_ri gives, which is no longer the row', () => {
    const [corrected, ours] = [publishedBy(1), simulate({ structure: 'gr4_ri', routing: 'kw', precision: 'f64' })];
    ours.run.discharge.forEach((value, t) => {
      expect(Math.abs(value - corrected.run.discharge[t]!)).toBeLessThanOrEqual(FLOAT64 * value);
    });
    for (const [state, mean] of ours.means) expect(mean).toBeCloseTo(corrected.means.get(state)!, 6);
    expect(() => {
      expectGolden(ours, row, FLOAT64);
    }).toThrow();
  });
});

type Simulation = ReturnType<typeof simulate>;

function expectGolden({ run, means }: Simulation, golden: Golden, tolerance: number): void {
  STEPS.forEach((step, i) => {
    expectPrinted(run.discharge[step]!, golden.discharge[i]!, tolerance);
  });
  expectPrinted(sum(run.discharge) / PERIOD.count, golden.mean, tolerance);
  for (const [state, printed] of Object.entries(golden.states)) expectPrinted(means.get(state)!, printed, tolerance);
}

type Choice = Pick<KernelRecipe, 'structure' | 'routing' | 'precision'>;

/** The outlet's discharge, and the means of the final states over the cells. */
function simulate(choice: Choice, changed: Values = {}): { run: RunResult; means: Map<string, number> } {
  const { mesh } = domain;
  const outlet = domain.stations.find(station => station.id === OUTLET)!;
  const make = choice.structure === 'gr4_ri_published' ? publishedKernel : createKernel;
  const kernel = make({ ...choice, mesh, stationCells: [outlet.cell], stepSeconds: 3600 });
  const run = kernel.run({
    forcing,
    parameters: uniform(kernel.layout.parameters, mesh, { ...UNIFORM, ...changed }),
    initialState: uniform(kernel.layout.states, mesh, UNIFORM),
    weights: goldenWeights(kernel.layout.network),
  });
  const n = mesh.cellCount;
  return { run, means: new Map(kernel.layout.states.map((id, i) => [id, sum(run.finalState.subarray(i * n, (i + 1) * n)) / n])) };
}

/** The weights of the rows with a network: one hidden layer of 16; W[i][j] from the indices i of output and j of input, both layers. */
function goldenWeights(network: NetworkLayout | undefined): Float64Array {
  if (!network) return new Float64Array(0);
  const sizes = [network.inputs.length, ...network.hidden, network.outputs.length];
  const layer = (from: number, to: number) => [
    ...Array.from({ length: from * to }, (_, k) => 0.05 * (((2 * Math.floor(k / from) + 3 * (k % from)) % 7) - 3)),
    ...Array.from({ length: to }, (_, k) => 0.05 * ((k % 5) - 2)),
  ];
  return Float64Array.from(sizes.slice(1).flatMap((to, l) => layer(sizes[l]!, to)));
}

function uniform(ids: readonly VariableId[], { cellCount }: Mesh, values: Values): Float64Array {
  return Float64Array.from({ length: ids.length * cellCount }, (_, i) => {
    const id = ids[Math.floor(i / cellCount)]!;
    return id === 'ci' ? ci[i % cellCount]! : values[id]!;
  });
}

function hourlyRain({ record, mesh }: LoadedDomain, time: TimeGrid): Float32Array {
  const rain = new Float32Array(time.count * mesh.cellCount).fill(NaN);
  for (const grid of record.rain(time.start, endOf(time))) {
    rain.set(grid.values, ((grid.validTime - time.start) / time.stepMs - 1) * mesh.cellCount);
  }
  return rain;
}

/** The Cance has no temperature; the peer was given this one, with the rain parted by its own formula. */
function madeUpTemperature({ cellCount }: Mesh, { count }: TimeGrid): Float32Array {
  return Float32Array.from({ length: count * cellCount }, (_, i) => {
    const t = Math.floor(i / cellCount);
    return 6 * Math.sin((2 * Math.PI * t) / 24) + 1 + 5 * Math.cos((2 * Math.PI * t) / 480);
  });
}

const sum = (values: Float32Array | Float64Array): number => (values as Float64Array).reduce((a, b) => a + (b >= 0 || b < 0 ? b : 0), 0);

/** Equal within a relative tolerance or half the last digit printed, whichever is larger. */
function expectPrinted(value: number, printed: string, relative: number): void {
  const halfDigit = 0.5 * 10 ** -(printed.split('.')[1] ?? '').length;
  const allowed = Math.max(relative * Math.abs(Number(printed)), halfDigit);
  expect(Math.abs(value - Number(printed))).toBeLessThanOrEqual(allowed * (1 + Number.EPSILON));
}
