import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blendWeights } from './blend.js';

describe('blendWeights', () => {
  it('keeps the prior when nothing has been verified', () => {
    expect(blendWeights([0, 0, 0, 0], [0.7, 0.3], 0.3)).toEqual([0.7, 0.3]);
  });

  it('finds the minimum of two independent members in closed form', () => {
    const [w = 0] = blendWeights([1, 0, 0, 4], [0.5, 0.5], 1e-9);
    expect(w).toBeCloseTo(0.8, 6);
  });

  it('moves to the better member as the shrinkage falls', () => {
    const weight = (shrinkage: number): number => blendWeights([1, 0.5, 0.5, 4], [0.5, 0.5], shrinkage)[0]!;
    expect(weight(0.01)).toBeGreaterThan(weight(1));
    expect(weight(1e6)).toBeCloseTo(0.5, 4);
  });

  it('stays on the simplex and is no worse than the prior for any errors', () => {
    const errors = fc.array(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(errors, rows => {
        const products = Array.from({ length: 16 }, (_, k) => rows.reduce((sum, row) => sum + row[Math.floor(k / 4)]! * row[k % 4]!, 0));
        const prior = [0.4, 0.1, 0.4, 0.1];
        const weights = blendWeights(products, prior, 0.3);
        const cost = (w: readonly number[]): number =>
          w.reduce((sum, a, i) => sum + w.reduce((part, b, j) => part + a * b * products[i * 4 + j]!, 0), 0);
        expect(weights.every(w => w >= 0)).toBe(true);
        expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
        expect(cost(weights)).toBeLessThanOrEqual(cost(prior) * (1 + 1e-9) + 1e-12);
      }),
    );
  });
});
