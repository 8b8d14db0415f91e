import { describe, expect, it } from '@jest/globals';
import type { KernelLayout } from '#kernel';
import { parameterFields, type ParameterSupport } from './parameter-fields.js';
import { formatParameterFile, PARAMETER_FORMAT, parseParameterFile, type ParameterFile } from './parameter-file.js';

const layoutAt = (stepSeconds: number): KernelLayout => ({
  structure: 'gr4',
  routing: 'kw',
  states: ['hi', 'hp', 'ht', 'q', 'qtl'],
  parameters: ['ci', 'cp', 'ct', 'kexc', 'akw', 'bkw'],
  cellCount: 3,
  stationCount: 1,
  stepSeconds,
  precision: 'f64',
});
const support: ParameterSupport = { meshHash: 'm1', descriptors: new Map([['slope', Float64Array.from([1, 3, 5])]]) };

const file: ParameterFile = {
  format: PARAMETER_FORMAT,
  basin: 'cance',
  structure: 'gr4',
  routing: 'kw',
  stepSeconds: 3600,
  mesh: { hash: 'm1', cellCount: 3 },
  mapping: 'multilinear',
  descriptors: [{ name: 'slope', mean: 3, deviation: 2 }],
  parameters: [
    { id: 'cp', form: 'cells', values: [100, 200, 300] },
    { id: 'ct', form: 'multilinear', lower: 0, upper: 1000, intercept: 0, slopes: [Math.log(3)] },
    { id: 'kexc', form: 'uniform', value: -0.6 },
    { id: 'akw', form: 'uniform', value: 5 },
    { id: 'bkw', form: 'uniform', value: 0.6 },
  ],
  interception: [
    { stepSeconds: 3600, from: '2014-09-22T00:00:00Z', to: '2014-10-31T00:00:00Z', capacity: [0.8, 0.9, 1] },
    { stepSeconds: 900, from: '2014-09-22T00:00:00Z', to: '2014-10-31T00:00:00Z', capacity: [0.7, 0.8, 0.9] },
  ],
  initialState: { time: '2014-09-15T00:00:00Z', values: { hp: 0.5, ht: 0.3 } },
  fit: {
    from: '2014-09-22T00:00:00Z',
    to: '2014-10-31T00:00:00Z',
    warmUpFrom: '2014-09-15T00:00:00Z',
    gauges: ['V3524010'],
    objective: '1 - NSE, mean over the gauges',
    cost: 0.02,
    nse: { V3524010: 0.98 },
    iterations: 60,
    evaluations: 70,
    stoppedBy: 'iteration-limit',
  },
  versions: { freshet: '0.1.0' },
};

const rowOf = (fields: Float64Array, row: number): number[] => [...fields.subarray(row * 3, row * 3 + 3)];

describe('parameterFields', () => {
  it('gives the values themselves at the step of the file, in the order of the layout', () => {
    const { parameters, initialState } = parameterFields(file, support, layoutAt(3600));
    expect(rowOf(parameters, 0)).toEqual([0.8, 0.9, 1]);
    expect(rowOf(parameters, 1)).toEqual([100, 200, 300]);
    rowOf(parameters, 2).forEach((value, cell) => {
      expect(value).toBeCloseTo([250, 500, 750][cell]!, 10); // S(∓ln 3) = 1/4, 3/4
    });
    expect(rowOf(parameters, 3)).toEqual([-0.6, -0.6, -0.6]);
    expect(rowOf(initialState, 1)).toEqual([0.5, 0.5, 0.5]);
    expect(rowOf(initialState, 3)).toEqual([0, 0, 0]);
  });

  it('rescales what depends on the step and takes the capacity searched at that step', () => {
    const { parameters, initialState } = parameterFields(file, support, layoutAt(900));
    expect(rowOf(parameters, 0)).toEqual([0.7, 0.8, 0.9]);
    expect(rowOf(parameters, 1)).toEqual([100, 200, 300]);
    expect(rowOf(parameters, 2)[1]).toBeCloseTo(500 * Math.SQRT2, 9);
    expect(rowOf(parameters, 3)[0]).toBeCloseTo(-0.6 * 0.8409, 4);
    expect(rowOf(parameters, 4)[0]).toBe(5);
    expect(rowOf(initialState, 1)[0]).toBe(0.5);
    expect(rowOf(initialState, 2)[0]).toBeCloseTo(0.3 / Math.SQRT2, 12);
  });

  it('takes the nearest capacity when none was searched at the step', () => {
    expect(rowOf(parameterFields(file, support, layoutAt(1200)).parameters, 0)).toEqual([0.7, 0.8, 0.9]);
    expect(rowOf(parameterFields(file, support, layoutAt(86400)).parameters, 0)).toEqual([0.8, 0.9, 1]);
  });

  it('takes imperviousness from the map of the domain, and refuses a map that is missing or holds no shares', () => {
    const layout: KernelLayout = { ...layoutAt(3600), structure: 'gr4_sealed', parameters: ['ci', 'cp', 'imperviousness'] };
    const sealed = { ...file, structure: 'gr4_sealed' };
    const mapped = (shares: number[]) => ({ ...support, descriptors: new Map([['imperviousness', Float64Array.from(shares)]]) });
    expect(rowOf(parameterFields(sealed, mapped([0, 0.2, 1]), layout).parameters, 2)).toEqual([0, 0.2, 1]);
    expect(() => parameterFields(sealed, support, layout)).toThrow(/gr4_sealed needs the descriptor imperviousness/);
    expect(() => parameterFields(sealed, mapped([0, 30, 1]), layout)).toThrow(/imperviousness is 30 in cell 1; a share is 0 to 1/);
  });

  it('refuses another mesh, structure or set of descriptors, saying which', () => {
    expect(() => parameterFields(file, { ...support, meshHash: 'm2' }, layoutAt(900))).toThrow(/mesh m1, not m2/);
    expect(() => parameterFields(file, support, { ...layoutAt(900), routing: 'lr' })).toThrow(/routing kw, not lr/);
    expect(() => parameterFields(file, support, { ...layoutAt(900), structure: 'gr5' })).toThrow(/structure gr4, not gr5/);
    expect(() => parameterFields(file, support, { ...layoutAt(900), reachLength: 'link' })).toThrow(/reach length cell, not link/);
    expect(() => parameterFields(file, { ...support, descriptors: new Map() }, layoutAt(900))).toThrow(/slope/);
    const without = { ...file, parameters: file.parameters.filter(({ id }) => id !== 'kexc') };
    expect(() => parameterFields(without, support, layoutAt(900))).toThrow(/kexc/);
  });
});

describe('parameter file', () => {
  it('survives writing and reading', () => {
    expect(parseParameterFile(formatParameterFile(file), 'a.json')).toEqual(file);
  });

  it('names the file and every mistake', () => {
    const wrong = {
      ...file,
      stepSeconds: -1,
      interception: [{ ...file.interception[0]!, capacity: [1] }],
      parameters: [{ id: 'cp', form: 'uniform' }],
    };
    expect(() => parseParameterFile(JSON.stringify(wrong), 'bad.json')).toThrow(/bad\.json.*stepSeconds.*parameters\.0\.value/);
    const short = { ...file, interception: [{ ...file.interception[0]!, capacity: [1] }] };
    expect(() => parseParameterFile(JSON.stringify(short), 'short.json')).toThrow(/interception\.0\.capacity: 1 values, not 3/);
    expect(() => parseParameterFile('{', 'broken.json')).toThrow(/broken\.json is not JSON/);
  });
});
