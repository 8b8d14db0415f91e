import { describe, expect, it } from '@jest/globals';
import { applyStandard, standardize } from './descriptors.js';

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
});
