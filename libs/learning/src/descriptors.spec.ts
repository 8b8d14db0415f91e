import { describe, expect, it } from '@jest/globals';
import { applyStandard, scaleOf, standardize } from './descriptors.js';

describe('standardize', () => {
  it('gives mean 0 and deviation 1, and says how', () => {
    const slope = standardize('slope', Float64Array.from([1, 2, 3, 6]));
    expect(slope.mean).toBe(3);
    expect(slope.deviation).toBeCloseTo(Math.sqrt(3.5), 12);
    expect(slope.values.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12);
    expect(applyStandard(slope, Float64Array.from([3]))).toMatchObject({ name: 'slope', values: Float64Array.from([0]) });
  });

  it('refuses a constant or incomplete descriptor by name', () => {
    expect(() => standardize('karst', new Float64Array(4))).toThrow(/karst/);
    expect(() => standardize('slope', Float64Array.from([1, NaN]))).toThrow(/slope/);
  });

  it('is the same for the cells of several basins as for one field of them, and refuses what is constant on all', () => {
    const basins = [Float64Array.from([1, 2, 3]), Float64Array.from([6])];
    const { values: _, ...scale } = standardize('slope', Float64Array.from([1, 2, 3, 6]));
    expect(scaleOf('slope', () => basins)).toEqual(scale);
    expect(scaleOf('soil', () => [new Float64Array(2), new Float64Array(3).fill(1)]).minimum).toBe(0);
    expect(() => scaleOf('soil', () => [new Float64Array(2).fill(3), new Float64Array(3).fill(3)])).toThrow(/soil is constant/);
    expect(() => scaleOf('soil', () => [new Float64Array(2), Float64Array.of(1, NaN)])).toThrow(/soil has no value in cell 1/);
  });
});
