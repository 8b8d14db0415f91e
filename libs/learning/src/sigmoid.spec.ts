import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inverseSigmoid, sigmoid, sigmoidSlope } from './sigmoid.js';

const range = { lower: -50, upper: 50 };

describe('sigmoid', () => {
  it('stays inside the range and is undone by its inverse', () => {
    fc.assert(
      fc.property(fc.double({ min: -49.9, max: 49.9, noNaN: true }), value => {
        expect(sigmoid(inverseSigmoid(value, range), range)).toBeCloseTo(value, 8);
      }),
    );
    expect(sigmoid(-1e6, range)).toBe(-50);
    expect(sigmoid(1e6, range)).toBe(50);
  });

  it('has the slope it says', () => {
    for (const z of [-3, 0, 2]) {
      const difference = (sigmoid(z + 1e-5, range) - sigmoid(z - 1e-5, range)) / 2e-5;
      expect(sigmoidSlope(z, range)).toBeCloseTo(difference, 6);
    }
  });

  it('has a finite inverse at and beyond the bounds', () => {
    expect(inverseSigmoid(-50, range)).toBeCloseTo(Math.log(1e-6), 4);
    expect(inverseSigmoid(80, range)).toBeCloseTo(-Math.log(1e-6), 4);
  });
});
