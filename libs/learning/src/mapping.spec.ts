import { describe, expect, it } from '@jest/globals';
import type { KernelLayout } from '#kernel';
import { standardize } from './descriptors.js';
import { controlGradient, controlOf, controlSize, fieldsOf, type Fields, type Mapping } from './mapping.js';

const layout: KernelLayout = {
  structure: 'gr4',
  routing: 'lag0',
  states: ['hi', 'hp', 'ht'],
  parameters: ['ci', 'cp', 'ct', 'kexc'],
  cellCount: 4,
  stationCount: 1,
  stepSeconds: 3600,
  precision: 'f64',
};
const mapping: Mapping = {
  layout,
  parameters: [
    { id: 'cp', range: { lower: 1e-6, upper: 1000 } },
    { id: 'kexc', range: { lower: -50, upper: 50 } },
  ],
  stores: [{ id: 'ht', range: { lower: 1e-6, upper: 0.999999 } }],
  descriptors: [standardize('slope', Float64Array.from([1, 2, 3, 6])), standardize('drainage_density', Float64Array.from([4, 1, 0, 1]))],
};
const base: Fields = { parameters: new Float64Array(16).fill(0.7), initialState: new Float64Array(12).fill(0.01) };

describe('mapping', () => {
  it('makes uniform fields from a control without slopes and leaves the rest alone', () => {
    const control = controlOf(mapping, id => ({ cp: 210, kexc: -0.6, ht: 0.3 })[id] ?? NaN);
    expect(control).toHaveLength(controlSize(mapping));
    const { parameters, initialState } = fieldsOf(mapping, control, base);
    [...parameters.subarray(4, 8)].forEach(value => {
      expect(value).toBeCloseTo(210, 8);
    });
    [...parameters.subarray(12, 16)].forEach(value => {
      expect(value).toBeCloseTo(-0.6, 8);
    });
    [...initialState.subarray(8, 12)].forEach(value => {
      expect(value).toBeCloseTo(0.3, 8);
    });
    expect([...parameters.subarray(0, 4), ...parameters.subarray(8, 12)]).toEqual(Array(8).fill(0.7));
    expect([...initialState.subarray(0, 8)]).toEqual(Array(8).fill(0.01));
  });

  it('lets a slope raise a parameter where its descriptor is high', () => {
    const control = controlOf(mapping, id => ({ cp: 500, kexc: 0, ht: 0.3 })[id] ?? NaN);
    control[1] = 1;
    const cp = fieldsOf(mapping, control, base).parameters.subarray(4, 8);
    expect([...cp].sort((a, b) => a - b)).toEqual([...cp]);
    expect(cp[3]! / cp[0]!).toBeGreaterThan(2);
  });

  it('chains the gradient by cell to the control (central differences)', () => {
    const weight = (k: number): number => Math.sin(k + 1);
    const cost = ({ parameters, initialState }: Fields): number =>
      parameters.reduce((sum, value, k) => sum + weight(k) * value ** 2, 0) +
      initialState.reduce((sum, value, k) => sum + weight(k) * value ** 2, 0);
    const control = Float64Array.from([-1, 0.3, -0.2, 0.1, 0.2, 0.4, -0.5]);
    const fields = fieldsOf(mapping, control, base);
    const byCell: Fields = {
      parameters: fields.parameters.map((value, k) => 2 * weight(k) * value),
      initialState: fields.initialState.map((value, k) => 2 * weight(k) * value),
    };
    controlGradient(mapping, control, byCell).forEach((slope, i) => {
      const at = (by: number): number =>
        cost(
          fieldsOf(
            mapping,
            control.map((value, j) => (i === j ? value + by : value)),
            base,
          ),
        );
      const difference = (at(1e-5) - at(-1e-5)) / 2e-5;
      expect(Math.abs(slope - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(difference)));
    });
  });
});
