import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { composeRadars, type RadarView } from './compose-radars.js';

const view = (depths: number[], distances: number[], quality?: number[]): RadarView => ({
  depths: Float32Array.from(depths),
  distanceKm: Float32Array.from(distances),
  quality: quality === undefined ? null : Float32Array.from(quality),
});

describe('a composite of radars', () => {
  it('lies between what its radars see, is there where any of them sees, and is theirs where they agree', () => {
    const depth = fc.option(fc.double({ min: 0, max: 50, noNaN: true }), { nil: NaN });
    const cell = fc.tuple(depth, fc.double({ min: 0, max: 400, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('distance' as const, 'maximum' as const),
        (radars, by) => {
          const [composite] = composeRadars(
            radars.map(([d, km, q]) => view([d], [km], [q])),
            by,
          );
          const seen = radars.map(([d]) => Math.fround(d)).filter(d => !Number.isNaN(d));
          if (seen.length === 0) expect(composite).toBeNaN();
          else if (by === 'maximum') expect(composite).toBe(Math.max(...seen));
          else {
            expect(composite).toBeGreaterThanOrEqual(Math.min(...seen) - 1e-4);
            expect(composite).toBeLessThanOrEqual(Math.max(...seen) + 1e-4);
          }
        },
      ),
    );
  });

  it('believes the nearer radar, and the one of better quality', () => {
    expect(composeRadars([view([10], [50]), view([2], [150])], 'distance')[0]).toBeGreaterThan(9.7);
    expect(composeRadars([view([10], [50], [0]), view([2], [60], [1])], 'distance')[0]).toBeLessThan(2.05);
    expect(composeRadars([view([10], [50], [0]), view([NaN], [60], [1])], 'distance')[0]).toBeCloseTo(10, 4);
  });

  it('of nothing is empty', () => {
    expect(composeRadars([], 'distance')).toHaveLength(0);
  });
});
