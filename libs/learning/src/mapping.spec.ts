import { describe, expect, it } from '@jest/globals';
import type { KernelLayout } from '#kernel';
import { normalNumbers } from '#hydrology';
import { buildMapping, type MappingChoice } from './build-mapping.js';
import { coefficientsOf } from './coefficients.js';
import { standardize } from './descriptors.js';
import { correlatedMap } from './maps/correlated-map.js';
import { MAP_KINDS } from './maps/field-map.js';
import { controlGradient, controlSize, fieldsOf, placedGroups, type Fields } from './mapping.js';
import { parameterFields } from './parameter-fields.js';
import { PARAMETER_FORMAT, type ParameterFile } from './parameter-file.js';
import { priorOf, HOURLY_PRIORS } from './prior.js';
import { openTensorFlow } from './tensorflow/open-tensorflow.js';

const layout: KernelLayout = {
  structure: 'gr4_mlp',
  routing: 'lag0',
  states: ['hi', 'hp', 'ht'],
  parameters: ['ci', 'cp', 'ct', 'kexc'],
  cellCount: 4,
  stationCount: 1,
  stepSeconds: 3600,
  precision: 'f64',
  network: { inputs: ['hp'], hidden: [2], outputs: ['zps'], weightCount: 7 },
};
const fieldOf: Readonly<Record<string, Float64Array>> = {
  slope: Float64Array.from([1, 2, 3, 6]),
  drainage_density: Float64Array.from([4, 1, 0, 1]),
};
const tensorflow = await openTensorFlow('wasm');
const choiceOf = (kind: MappingChoice['kind'], kinds: MappingChoice['kinds'] = {}): MappingChoice => ({
  kind,
  kinds,
  descriptors: Object.entries(fieldOf).map(([name, field]) => standardize(name, field)),
  correlation: { x: [0, 1, 0, 1], y: [0, 0, 1, 1], length: 1 },
  network: { tensorflow, hidden: [3], seed: 1 },
  weights: true,
});
const base: Fields = { parameters: new Float64Array(16).fill(0.7), initialState: new Float64Array(12).fill(0.01) };
const controlFor = (mapping: ReturnType<typeof buildMapping>, seed: number): Float64Array => {
  const { mean, deviation } = priorOf(mapping, { priors: HOURLY_PRIORS, valueOf: () => 0.5, seed: 1 });
  return normalNumbers(controlSize(mapping), seed).map((value, i) => mean[i]! + 0.5 * deviation[i]! * value);
};

describe.each(MAP_KINDS)('mapping %s', kind => {
  const mapping = buildMapping(layout, choiceOf(kind, { ht: kind }));

  it('gives the fields one level on all cells and leaves the rest alone', () => {
    const control = controlFor(mapping, 1);
    const level: Readonly<Record<string, number>> = { cp: -1.3, ct: -0.5, kexc: 0.01, hp: 0.2, ht: 0.4 };
    for (const { fields, map, from, to } of placedGroups(mapping)) {
      const z = Float64Array.from(fields, ({ id }) => level[id]!);
      control.set(map.level(z, control.subarray(from, to)), from);
    }
    const { parameters, initialState, weights } = fieldsOf(mapping, control, base);
    for (let cell = 0; cell < 4; cell++) {
      expect(parameters[4 + cell]).toBeCloseTo(1000 / (1 + Math.exp(1.3)), 3);
      expect(initialState[8 + cell]).toBeCloseTo(1 / (1 + Math.exp(-0.4)), 5);
    }
    expect([...parameters.subarray(0, 4)]).toEqual(Array(4).fill(0.7));
    expect([...initialState.subarray(0, 4)]).toEqual(Array(4).fill(0.01));
    expect(weights).toEqual(control.slice(-7));
  });

  it('chains the gradient by cell to the control (central differences)', () => {
    const weight = (k: number): number => Math.sin(k + 1);
    const scaled = (fields: Fields): Float64Array[] => [
      fields.parameters.map((value, k) => value / scaleOf(k)),
      fields.initialState,
      fields.weights!,
    ];
    const scaleOf = (k: number): number => (k < 12 ? 500 : 5);
    const cost = (fields: Fields): number =>
      scaled(fields).reduce((all, part) => all + part.reduce((sum, value, k) => sum + weight(k) * value ** 2, 0), 0);
    const control = controlFor(mapping, 2);
    const [parameters, initialState, weights] = scaled(fieldsOf(mapping, control, base)).map(part =>
      part.map((value, k) => 2 * weight(k) * value),
    );
    const byField = { parameters: parameters!.map((slope, k) => slope / scaleOf(k)), initialState: initialState!, weights: weights! };
    const [by, tolerance] = kind === 'ann' ? [0.02, 3e-3] : [1e-5, 1e-6]; // TensorFlow.js has float32
    controlGradient(mapping, control, byField).forEach((slope, i) => {
      const at = (shift: number): number => {
        const moved = Float64Array.from(control);
        moved[i] = moved[i]! + shift;
        return cost(fieldsOf(mapping, moved, base));
      };
      expect(Math.abs(slope - (at(by) - at(-by)) / (2 * by))).toBeLessThan(tolerance * Math.max(1, Math.abs(slope)));
    });
  });

  it('comes back from a parameter file', () => {
    const control = controlFor(mapping, 3);
    const { initialState, ...coefficients } = coefficientsOf(mapping, control, choiceOf(kind));
    const file: ParameterFile = {
      ...frame,
      ...coefficients,
      initialState: { time: '2014-09-15T00:00:00Z', values: initialState },
    };
    const read = parameterFields(file, { meshHash: 'm', descriptors: new Map(Object.entries(fieldOf)) }, layout);
    const made = fieldsOf(mapping, control, base);
    read.parameters.subarray(4).forEach((value, k) => {
      expect(value / made.parameters[4 + k]!).toBeCloseTo(1, kind === 'ann' ? 4 : 10);
    });
    read.initialState.subarray(4).forEach((value, k) => {
      expect(value).toBeCloseTo(made.initialState[4 + k]!, kind === 'ann' ? 5 : 10);
    });
    expect(read.weights).toEqual(made.weights);
  });
});

const frame: Omit<ParameterFile, 'mapping' | 'descriptors' | 'parameters' | 'initialState'> = {
  format: PARAMETER_FORMAT,
  basin: 'b',
  structure: 'gr4_mlp',
  routing: 'lag0',
  stepSeconds: 3600,
  mesh: { hash: 'm', cellCount: 4 },
  interception: [{ stepSeconds: 3600, from: '2014-09-22T00:00:00Z', to: '2014-10-31T00:00:00Z', capacity: [1, 1, 1, 1] }],
  fit: {
    from: '2014-09-22T00:00:00Z',
    to: '2014-10-31T00:00:00Z',
    warmUpFrom: '2014-09-15T00:00:00Z',
    gauges: ['g'],
    objective: '',
    cost: 0,
    nse: {},
    iterations: 0,
    evaluations: 0,
    stoppedBy: '',
  },
  versions: {},
};

describe('correlatedMap', () => {
  it('has variance 1 at every cell and the Gaussian correlation of its length inside', () => {
    const side = 21;
    const [x, y] = [
      Array.from({ length: side ** 2 }, (_, k) => k % side),
      Array.from({ length: side ** 2 }, (_, k) => Math.floor(k / side)),
    ];
    const map = correlatedMap(side ** 2, { x, y, length: 2 });
    const rootOf = (cell: number): Float64Array => {
      const one = new Float64Array(side ** 2);
      one[cell] = 1;
      return map.pullBack(new Float64Array(map.size), one).subarray(1);
    };
    const covariance = (a: number, b: number): number => rootOf(a).reduce((sum, value, k) => sum + value * rootOf(b)[k]!, 0);
    const centre = 10 * side + 10;
    expect(covariance(0, 0)).toBeCloseTo(1, 10);
    expect(covariance(centre, centre)).toBeCloseTo(1, 10);
    expect(covariance(centre, centre + 2)).toBeCloseTo(Math.exp(-0.5), 3);
    expect(covariance(centre, centre + 2 * side + 2)).toBeCloseTo(Math.exp(-1), 3);
  });
});
