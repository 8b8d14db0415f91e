import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadDomain } from '#config';
import { createKernel, structureNames } from '#kernel';
import { endOf, parseIso, SECOND_MS, timeGrid, type VariableId } from '#hydrology';
import { parameterFields, parseParameterFile, type ParameterFile } from '#learning';
import { recordForcing } from '../../../apps/freshet/src/commands/record-inputs.js';

// What a run at a quarter of an hour keeps of the hourly run whose parameters it rescales (libs/learning/src/rescale.ts): the three
// floods of 2014-10..11 on the Cance, the hourly rain divided equally over its quarters. Values stand at the end of their steps.

const FROM = parseIso('2014-09-15');
const TO = parseIso('2014-12-15');
const HOUR = 3600;
/** Hours of the record around the floods. */
const FLOODS = [[580, 700], [1150, 1250], [1400, 1500]] as const; // prettier-ignore
const UNIFORM: Partial<Record<VariableId, number>> = {
  cp: 200, ct: 150, cl: 300, kexc: -0.5, aexc: 0.3, be: 10, ca: 200, cc: 150, kb: 1.1, alpha1: 1e-4, alpha2: 1e-3,
  hp: 0.5, ht: 0.3, hl: 0.3, ha: 0.5, hc: 0.3, he: -100, hi: 0.01,
}; // prettier-ignore

const folder = fileURLToPath(import.meta.resolve('#domains/cance/domain.yaml')).replace(/domain\.yaml$/, '');
const domain = await loadDomain(folder);
const calibrated = (name: string): ParameterFile =>
  parseParameterFile(readFileSync(`${folder}parameters/${name}.json`, 'utf8'), `${name}.json`);
const forcings = new Map([HOUR, 900, 300].map(step => [step, recordForcing(domain.record, timeGrid(FROM, TO, step * SECOND_MS))]));

const uniformFile = (structure: string): ParameterFile => {
  const ids = Object.keys(UNIFORM) as VariableId[];
  const values = ids.map(id => [id, UNIFORM[id]!] as const);
  return {
    ...calibrated('uniform-outlet'),
    structure,
    routing: 'lag0',
    parameters: values.map(([id, value]) => ({ id, form: 'uniform', value })),
    initialState: { time: '2014-09-15T00:00:00Z', values: Object.fromEntries(values) },
  };
};

function simulate(file: ParameterFile, stepSeconds: number) {
  const kernel = createKernel({
    structure: file.structure,
    routing: file.routing,
    mesh: domain.mesh,
    stationCells: domain.stations.map(({ cell }) => cell),
    stepSeconds,
    precision: 'f32',
  });
  const forcing = forcings.get(stepSeconds)!;
  const { discharge } = kernel.run({ forcing, ...parameterFields(file, domain, kernel.layout) });
  return (row: number) => discharge.subarray(row * forcing.steps, (row + 1) * forcing.steps);
}

/** Relative differences of a finer run from the hourly one: of the volume, and of the peak of each flood. */
function differences(file: ParameterFile, stepSeconds: number): { volume: number; peaks: number[] }[] {
  const [coarse, fine] = [simulate(file, HOUR), simulate(file, stepSeconds)];
  const ratio = HOUR / stepSeconds;
  const highest = (values: Float64Array, from: number, to: number) => Math.max(...values.subarray(from, to));
  const total = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return domain.stations.map((_, row) => ({
    volume: total(fine(row)) / ratio / total(coarse(row)) - 1,
    peaks: FLOODS.map(([from, to]) => highest(fine(row), from * ratio, to * ratio) / highest(coarse(row), from, to) - 1),
  }));
}

const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

test('the hourly rain divided over quarters is the same rain', () => {
  const total = (step: number) => forcings.get(step)!.rain.reduce((a, b) => a + (b >= 0 ? b : 0), 0);
  expect(total(900) / total(HOUR)).toBeCloseTo(1, 6);
  expect(endOf(timeGrid(FROM, TO, 900 * SECOND_MS))).toBe(TO);
});

/** What the step is allowed to change of a peak: implicit Euler is of first order in it, the closed forms of the other stores are not. */
const PEAK = 0.03;
const IMPLICIT_EULER_PEAK = 0.05;
const GR_FAMILY = structureNames().filter(name => /^(gr|loieau)/.test(name) && !/_(sealed|mlp|ude)/.test(name));

describe.each(GR_FAMILY)('%s without a wave', structure => {
  test('a quarter of an hour keeps the volume within .5 % and the peaks within 3 % (implicit Euler 5 %)', () => {
    const found = differences(uniformFile(structure), 900);
    expect(largest(found.map(({ volume }) => volume))).toBeLessThan(0.005);
    expect(largest(found.flatMap(({ peaks }) => peaks))).toBeLessThan(structure === 'gr4_ode' ? IMPLICIT_EULER_PEAK : PEAK);
  });
});

// The kinematic wave is implicit and upwind: a reach in which water stays τ spreads it over τ² + τΔt, so a shorter step flattens less, and
// with the hourly celerity frozen over a quarter only, the wave rises earlier: peaks get higher (docs/reference/parameter-file.md).
describe.each(['multilinear', 'uniform-outlet'])('gr4-kw calibrated at an hour (%s)', name => {
  test.each([
    [900, 0.07],
    [300, 0.1],
  ])('at %d s the volume stays within .5 %, peaks rise by at most %d', (step, rise) => {
    const found = differences(calibrated(name), step);
    expect(largest(found.map(({ volume }) => volume))).toBeLessThan(0.005);
    const peaks = found.flatMap(({ peaks: of }) => of);
    expect(Math.max(...peaks)).toBeLessThan(rise);
    expect(Math.min(...peaks)).toBeGreaterThan(-0.01);
  });
});
