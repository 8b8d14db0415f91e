import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '#hydrology';
import { toErrorSpace } from './error-space.js';
import { blendAt, MEMBERS, newStatistics, PRIOR_WEIGHTS, verify } from './statistics.js';

/** A repeatable standard normal deviate. */
function deviates(): () => number {
  let state = 7;
  const uniform = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

describe('statistics of verified forecasts', () => {
  it('widens and narrows its band until nine in ten observations fall inside', () => {
    const draw = deviates();
    let statistics = newStatistics();
    let [inside, count] = [0, 0];
    for (let k = 0; k < 4000; k++) {
      const median = 10;
      const observed = ((median + 3 * draw()) / 2) ** 2;
      const { widths } = blendAt(statistics, 6 * HOUR_MS);
      const position = (toErrorSpace(observed) - median) / median;
      if (k >= 1000) {
        count++;
        if (position >= -widths[0]! && position <= widths[3]!) inside++;
      }
      statistics = verify(statistics, { validTime: 0, lead: 4, members: MEMBERS.map(() => 25), median, scale: median }, observed);
    }
    expect(inside / count).toBeGreaterThan(0.87);
    expect(inside / count).toBeLessThan(0.93);
  });

  it('gives weight to the member that has been right, at that lead and its neighbours only', () => {
    let statistics = newStatistics();
    for (let k = 0; k < 200; k++) {
      const observed = 20 + (k % 7);
      statistics = verify(
        statistics,
        { validTime: 0, lead: 2, members: [observed + 4, observed + 5, observed], median: 9, scale: 9 },
        observed,
      );
    }
    expect(blendAt(statistics, 3 * HOUR_MS).weights[2]).toBeGreaterThan(0.7);
    expect(blendAt(statistics, 24 * HOUR_MS).weights).toEqual([...PRIOR_WEIGHTS]);
  });

  it('is linear between the learned leads and constant beyond', () => {
    const statistics = newStatistics();
    const width = (hours: number): number => blendAt(statistics, hours * HOUR_MS).widths[3]!;
    expect(width(5)).toBeCloseTo((width(4) + width(6)) / 2, 12);
    expect(width(0.25)).toBe(width(1));
    expect(width(40)).toBe(width(24));
  });
});
