import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { advect } from './advect.js';
import { waysBack, type VectorField } from './displacement.js';
import { toLogRain } from './log-rain.js';
import { estimateMotion } from './motion.js';
import { raster, type Raster } from './raster.js';
import { rmsOf, testRain, type TestRain } from './test-rain.js';

const [ROWS, COLUMNS] = [96, 128];
const OPTIONS = { most: 12, spacing: 8 };

function fieldsOf(rain: TestRain, change: (rates: Float32Array) => Float32Array = rates => rates) {
  return [0, 1, 2].map(step => raster(ROWS, COLUMNS, toLogRain(change(testRain(rain, step)))));
}

const meanOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const worst = ({ down, right }: VectorField, d: number, r: number): number =>
  Math.max(...down.values.map((value, k) => Math.hypot(value - d, right.values[k]! - r)));

describe('estimateMotion', () => {
  it('finds a motion that rain of many cells has, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -7, max: 7, noNaN: true }),
        fc.double({ min: -7, max: 7, noNaN: true }),
        fc.nat(1000),
        (down, right, seed) => {
          const motion = estimateMotion(fieldsOf({ rows: ROWS, columns: COLUMNS, down, right, seed }), OPTIONS);
          expect(Math.abs(meanOf(motion.down.values) - down)).toBeLessThan(0.6);
          expect(Math.abs(meanOf(motion.right.values) - right)).toBeLessThan(0.6);
        },
      ),
      { numRuns: 5, seed: 7, endOnFailure: true },
    );
  });

  it('is smooth and everywhere, also where there is no rain', () => {
    const motion = estimateMotion(fieldsOf({ rows: ROWS, columns: COLUMNS, down: 2, right: -3, cells: 12 }), OPTIONS);
    expect(worst(motion, 2, -3)).toBeLessThan(1);
  });

  it('does not take a gap for dry ground: a radar that sees nothing does not stop the rain', () => {
    const gap = (rates: Float32Array): Float32Array => rates.map((rate, k) => (k % COLUMNS > 40 && k % COLUMNS < 70 ? NaN : rate));
    const motion = estimateMotion(fieldsOf({ rows: ROWS, columns: COLUMNS, down: 3, right: 4 }, gap), OPTIONS);
    const dry = (rates: Float32Array): Float32Array => gap(rates).map(rate => (rate === rate ? rate : 0));
    const taken = estimateMotion(fieldsOf({ rows: ROWS, columns: COLUMNS, down: 3, right: 4 }, dry), OPTIONS);
    expect(worst(motion, 3, 4)).toBeLessThan(1);
    expect(worst(taken, 3, 4)).toBeGreaterThan(worst(motion, 3, 4));
  });

  it('is none where nothing rains or nothing is seen', () => {
    for (const value of [0, NaN]) {
      const empty = [0, 1].map(() => raster(ROWS, COLUMNS, new Float32Array(ROWS * COLUMNS).fill(value)));
      expect(worst(estimateMotion(empty, OPTIONS), 0, 0)).toBe(0);
    }
  });
});

describe('advect', () => {
  const still = (value: number) => raster(13, 17, new Float32Array(13 * 17).fill(value));

  it('carries a field along a uniform motion, by one interpolation whatever the lead', () => {
    const motion = { spacing: 8, down: still(2), right: still(-1) };
    const rain = { rows: ROWS, columns: COLUMNS, down: 2, right: -1 };
    const carried = advect(raster(ROWS, COLUMNS, testRain(rain, 0)), waysBack(motion, 6)[5]!).values;
    expect(rmsOf(carried, testRain(rain, 6))).toBeLessThan(1e-3);
    expect(carried[0]).toBeNaN(); // comes from beyond the raster
  });

  const turnedAround = ({ rows, columns, values }: Raster): Raster =>
    raster(
      rows,
      columns,
      values.map(value => -value),
    );

  it('turns with a rotation, and comes back by the way forward', () => {
    const about = (row: number, column: number) => [0.02 * (column - 64), -0.02 * (row - 48)] as const;
    const [down, right] = [still(0), still(0)];
    for (let k = 0; k < down.values.length; k++) [down.values[k], right.values[k]] = about(8 * Math.floor(k / 17), 8 * (k % 17));
    const motion = { spacing: 8, down, right };
    const opposite = { spacing: 8, down: turnedAround(down), right: turnedAround(right) };
    const [way, forward] = [waysBack(motion, 10)[9]!, waysBack(opposite, 10)[9]!];
    const field = raster(ROWS, COLUMNS, testRain({ rows: ROWS, columns: COLUMNS, down: 0, right: 0 }, 0));
    const there = advect(field, way);
    // a point 20 cells north of the centre turns by .2 rad
    const node = 3 * 17 + 8; // 24 rows north of the centre
    const [r, c] = [-24 + way.down.values[node]!, way.right.values[node]!];
    expect(Math.hypot(r, c)).toBeCloseTo(24, 1);
    expect(Math.abs(Math.atan2(c, -r))).toBeCloseTo(0.2, 2);
    expect(rmsOf(advect(there, forward).values, field.values)).toBeLessThan(0.25);
  });
});
