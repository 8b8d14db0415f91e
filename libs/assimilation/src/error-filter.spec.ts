import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS } from '#hydrology';
import { newErrorFilter, decayError, predictError, updateErrorFilter, type ErrorFilter } from './error-filter.js';

const after = (errors: readonly number[]): ErrorFilter =>
  errors.reduce((filter, error, k) => updateErrorFilter(filter, (k + 1) * HOUR_MS, error), newErrorFilter());

describe('error filter', () => {
  it('predicts nothing before the first observation and almost the error itself right after one', () => {
    expect(predictError(newErrorFilter(), HOUR_MS)).toBe(0);
    expect(predictError(after([2]), HOUR_MS)).toBeCloseTo(2, 1);
  });

  it('trusts an error that has lasted longer than a spike of the same size', () => {
    const lasting = after(new Array<number>(48).fill(1));
    const spike = after([...new Array<number>(47).fill(0), 1]);
    const at = (48 + 12) * HOUR_MS;
    expect(predictError(lasting, at)).toBeGreaterThan(2 * predictError(spike, at));
    expect(predictError(spike, at)).toBeGreaterThan(0);
    expect(decayError(lasting, at, 4)).toBeCloseTo(Math.exp(-3), 1);
  });

  it('does not take in an observation twice or out of order', () => {
    const filter = after([1, 2, 3]);
    expect(updateErrorFilter(filter, 3 * HOUR_MS, 9)).toBe(filter);
    expect(updateErrorFilter(filter, 2 * HOUR_MS, 9)).toBe(filter);
  });

  it('never predicts more than it has seen, and fades to nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 60 }), fc.nat(48), (errors, lead) => {
        const filter = after(errors);
        const largest = Math.max(...errors.map(Math.abs));
        expect(Math.abs(predictError(filter, (errors.length + lead) * HOUR_MS))).toBeLessThanOrEqual(3 * largest + 1e-9);
        expect(Math.abs(predictError(filter, (errors.length + 3000) * HOUR_MS))).toBeLessThan(1e-6 + 1e-6 * largest);
      }),
    );
  });
});
