import { describe, expect, it } from '@jest/globals';
import { stepFactor } from './rescale.js';

const HOUR = 3600;
const QUARTER = 900;

describe('stepFactor', () => {
  it('gives the factors of hourly coefficients at a quarter of an hour', () => {
    expect(stepFactor('ct', HOUR, QUARTER)).toBeCloseTo(Math.SQRT2, 12);
    expect(stepFactor('kexc', HOUR, QUARTER)).toBeCloseTo(0.8409, 4);
    expect(stepFactor('ht', HOUR, QUARTER)).toBeCloseTo(1 / Math.SQRT2, 12);
    for (const id of ['cp', 'ci', 'akw', 'bkw', 'llr', 'hp']) expect(stepFactor(id, HOUR, QUARTER)).toBe(1);
  });

  it('keeps the water of the transfer store, and a quarter of its release and exchange', () => {
    const [ct, ht, kexc] = [288, 0.4, -0.6];
    const [ct4, ht4, kexc4] = [
      ct * stepFactor('ct', HOUR, QUARTER),
      ht * stepFactor('ht', HOUR, QUARTER),
      kexc * stepFactor('kexc', HOUR, QUARTER),
    ];
    expect(ct4 * ht4).toBeCloseTo(ct * ht, 10);
    expect(ct4 * ht4 ** 5).toBeCloseTo((ct * ht ** 5) / 4, 10);
    expect(kexc4 * ht4 ** 3.5).toBeCloseTo((kexc * ht ** 3.5) / 4, 10);
  });

  it('is undone on the way back', () => {
    expect(stepFactor('ct', QUARTER, HOUR) * stepFactor('ct', HOUR, QUARTER)).toBeCloseTo(1, 15);
  });
});
