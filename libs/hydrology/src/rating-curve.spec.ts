import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { epochMs } from './brand.js';
import { dischargeAt, ratingCurve, type RatingTable } from './rating-curve.js';

const linear: RatingTable = { from: null, to: null, stages: [0, 1, 3], discharges: [0, 10, 100], between: 'linear' };
const power: RatingTable = {
  from: null,
  to: null,
  stages: [0.5, 2],
  discharges: [5 * 0.4 ** 1.8, 5 * 1.9 ** 1.8],
  between: { logarithmicAbove: 0.1 },
};

describe('rating curve', () => {
  it('interpolates and marks what lies beyond its points', () => {
    const curve = ratingCurve([linear]);
    expect(dischargeAt(curve, 2, epochMs(0))).toEqual({ discharge: 55, extrapolated: false });
    expect(dischargeAt(curve, 1, epochMs(0))).toEqual({ discharge: 10, extrapolated: false });
    expect(dischargeAt(curve, 4, epochMs(0))).toEqual({ discharge: 145, extrapolated: true });
    expect(dischargeAt(curve, -1, epochMs(0))).toEqual({ discharge: 0, extrapolated: true });
  });

  it('follows a power law exactly between and beyond its points', () => {
    const curve = ratingCurve([power]);
    for (const stage of [0.3, 0.5, 1.234, 2, 3.5]) {
      expect(dischargeAt(curve, stage, epochMs(0))!.discharge).toBeCloseTo(5 * (stage - 0.1) ** 1.8, 9);
    }
    expect(dischargeAt(curve, 0.05, epochMs(0))).toEqual({ discharge: 0, extrapolated: true });
  });

  it('takes the table of the time, the later of two, none outside of all', () => {
    const curve = ratingCurve([
      { ...linear, from: epochMs(100), to: epochMs(200) },
      { ...linear, from: epochMs(150), to: null, discharges: [0, 20, 200] },
    ]);
    expect(dischargeAt(curve, 1, epochMs(99))).toBeNull();
    expect(dischargeAt(curve, 1, epochMs(100))!.discharge).toBe(10);
    expect(dischargeAt(curve, 1, epochMs(150))!.discharge).toBe(20);
    expect(dischargeAt(curve, 1, epochMs(300))!.discharge).toBe(20);
  });

  it('never descends with the stage', () => {
    const stage = fc.double({ min: -2, max: 10, noNaN: true });
    fc.assert(
      fc.property(stage, stage, fc.constantFrom(linear, power), (one, other, table) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const curve = ratingCurve([table]);
        expect(dischargeAt(curve, low, epochMs(0))!.discharge).toBeLessThanOrEqual(dischargeAt(curve, high, epochMs(0))!.discharge + 1e-9);
      }),
    );
  });

  it.each([
    ['has stages that do not ascend', { stages: [0, 3, 1] }],
    ['has discharges that descend or are negative', { discharges: [0, 10, 5] }],
    ['holds something that is no number', { discharges: [0, 10, NaN] }],
    ['has 3 stages and 2 discharges', { discharges: [0, 10] }],
    ['ends before it begins', { from: epochMs(5), to: epochMs(5) }],
    ['has its stage of no flow above its lowest point', { between: { logarithmicAbove: 0 } }],
  ])('is refused when it %s', (what, changes) => {
    expect(() => ratingCurve([{ ...linear, ...changes }])).toThrow(`table 1 of the rating curve ${what}`);
  });
});
