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

describe('parameterFields of networks and powers', () => {
  const layers = [
    { activation: 'tanh' as const, kernel: [1, -1], bias: [0, 0.5] },
    { activation: 'linear' as const, kernel: [1, 0, 0, 2], bias: [0.1, -0.1] },
  ];
  const network: KernelLayout['network'] = { inputs: ['ht', 'pn'], hidden: [2], outputs: ['zl'], weightCount: 9 };
  const weights = [1, 2, 3, 4, 0, 0, 5, 6, 7];

  it('computes a network of descriptors and a multi-power map', () => {
    const mapped: ParameterFile = {
      ...file,
      mapping: 'mixed',
      descriptors: [{ name: 'slope', mean: 3, deviation: 2, minimum: 1, maximum: 5 }],
      network: { layers, beside: { activation: 'linear', kernel: [0, 1], bias: [0, 0.3] } },
      parameters: [
        { id: 'cp', form: 'ann', lower: 0, upper: 1000, output: 1 },
        { id: 'ct', form: 'multipower', lower: 0, upper: 1000, intercept: 1, factors: [-2], exponents: [0.5] },
        ...file.parameters.slice(2),
      ],
    };
    const { parameters } = parameterFields(parseParameterFile(formatParameterFile(mapped), 'm.json'), support, layoutAt(3600));
    const s = (z: number): number => 1000 / (1 + Math.exp(-z));
    [-1, 0, 1].forEach((d, cell) => {
      expect(rowOf(parameters, 1)[cell]).toBeCloseTo(s(0.2 + d + 2 * Math.tanh(0.5 - d)), 9);
      expect(rowOf(parameters, 2)[cell]).toBeCloseTo(s(1 - 2 * Math.sqrt((d + 1) / 2)), 9);
    });
  });

  it('takes stores by cell', () => {
    const stored: ParameterFile = { ...file, initialState: { ...file.initialState, values: { ht: [0.1, 0.2, 0.4] } } };
    rowOf(parameterFields(stored, support, layoutAt(900)).initialState, 2).forEach((value, cell) => {
      expect(value).toBeCloseTo([0.1, 0.2, 0.4][cell]! / Math.SQRT2, 12);
    });
  });

  it('shows the network inside the step at any step what it was trained on', () => {
    const corrected: ParameterFile = { ...file, correction: { hidden: [2], weights } };
    const at = (stepSeconds: number) => parameterFields(corrected, support, { ...layoutAt(stepSeconds), network }).weights!;
    expect([...at(3600)]).toEqual(weights);
    const [ht, pn] = [0.3 / Math.SQRT2, 2 / 4]; // a quarter of the step
    expect(at(900)[0]! * ht + at(900)[1]! * pn).toBeCloseTo(1 * 0.3 + 2 * 2, 12);
    expect(at(900)[2]! * ht + at(900)[3]! * pn).toBeCloseTo(3 * 0.3 + 4 * 2, 12);
    expect([...at(900).subarray(4)]).toEqual(weights.slice(4));
  });

  it('refuses weights that the structure cannot take, saying why', () => {
    const corrected: ParameterFile = { ...file, correction: { hidden: [2], weights } };
    const layout = layoutAt(3600);
    expect(() => parameterFields(corrected, support, layout)).toThrow(/gr4 has no network/);
    expect(() => parameterFields(file, support, { ...layout, network })).toThrow(/bring no weights/);
    expect(() => parameterFields(corrected, support, { ...layout, network: { ...network, hidden: [3] } })).toThrow(
      /layers \[2\], not \[3\]/,
    );
    const short: ParameterFile = { ...file, correction: { hidden: [2], weights: [1] } };
    expect(() => parameterFields(short, support, { ...layout, network })).toThrow(/1 weights, and gr4 with hidden layers \[2\] has 9/);
  });

  it('reads no file whose network does not fit itself', () => {
    const wrong = {
      ...file,
      network: { layers: [{ ...layers[0]!, kernel: [1] }], beside: layers[0]! },
      parameters: [{ id: 'cp', form: 'ann', lower: 0, upper: 1, output: 2 }],
    };
    expect(() => parseParameterFile(JSON.stringify(wrong), 'w.json')).toThrow(/no such output.*kernel: 1 values, not 2/);
    const powers = {
      ...file,
      parameters: [{ id: 'cp', form: 'multipower', lower: 0, upper: 1, intercept: 0, factors: [1], exponents: [1] }],
    };
    expect(() => parseParameterFile(JSON.stringify(powers), 'p.json')).toThrow(/minimum and maximum/);
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
