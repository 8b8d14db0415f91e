import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coverage, crpsOfQuantiles } from './probabilistic.js';

describe('crpsOfQuantiles', () => {
  it('is the absolute error of a forecast without spread', () => {
    const levels = [0.05, 0.25, 0.5, 0.75, 0.95];
    fc.assert(
      fc.property(fc.double({ min: 0, max: 400, noNaN: true }), fc.double({ min: 0, max: 400, noNaN: true }), (value, observed) => {
        expect(crpsOfQuantiles({ levels, values: levels.map(() => value) }, observed)).toBeCloseTo(Math.abs(value - observed), 8);
      }),
    );
  });

  it('approaches the closed form of a uniform forecast on 0 … 1', () => {
    const levels = Array.from({ length: 199 }, (_, k) => (k + 1) / 200);
    const y = 0.3; // CRPS of U(0,1): y² − y + 1/3
    expect(crpsOfQuantiles({ levels, values: levels }, y)).toBeCloseTo(y * y - y + 1 / 3, 3);
  });
});

describe('coverage', () => {
  it('counts what lies inside and leaves out what is missing', () => {
    expect(coverage([0, 0, 0, 0], [1, 1, 1, 1], [0.5, 1, 2, NaN])).toBeCloseTo(2 / 3, 12);
    expect(coverage([], [], [])).toBeNaN();
  });
});
