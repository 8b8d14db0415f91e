import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cornerOf, L_CURVE_WEIGHTS } from './l-curve.js';

describe('cornerOf', () => {
  it('finds where the curve turns', () => {
    const points = [[1, 0.01], [0.3, 0.012], [0.1, 0.015], [0.09, 0.1], [0.085, 1], [0.08, 9]] as const; // prettier-ignore
    expect(cornerOf(points.map(([misfit, background]) => ({ weight: 1, misfit, background })))).toBe(2);
  });

  it('takes the heaviest weight of a curve without a corner', () => {
    const bent = [[1, 0.01], [0.99, 3], [0.9, 8], [0.01, 9]] as const; // prettier-ignore
    expect(cornerOf(bent.map(([misfit, background]) => ({ weight: 1, misfit, background })))).toBe(0);
    expect(cornerOf(L_CURVE_WEIGHTS.map(weight => ({ weight, misfit: 0.2, background: 1 })))).toBe(0);
  });

  it('finds the weight that balances a linear problem, in any unit', () => {
    // Two components of a least-squares problem: one that the data determine well, one that they hardly see but whose noise is large.
    const minimum = (weight: number, scale: number) => {
      const [strong, weak] = [1 / (1 + weight), (1e-4 * 30) / (1e-4 + weight)];
      const misfit = (strong - 1) ** 2 + 1e-4 * (weak - 30) ** 2 + 0.01;
      return { weight, misfit: scale * misfit, background: strong ** 2 + weak ** 2 };
    };
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), scale => {
        const corner = cornerOf(L_CURVE_WEIGHTS.map(weight => minimum(weight, scale)));
        expect(corner).toBe(cornerOf(L_CURVE_WEIGHTS.map(weight => minimum(weight, 1))));
        expect(corner).toBeGreaterThan(0);
      }),
    );
  });
});
