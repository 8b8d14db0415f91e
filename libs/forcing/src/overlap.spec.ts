import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CellOverlap } from './overlap.js';

const sharesOf = (points: readonly (readonly [number, number])[]) => {
  const overlap = new CellOverlap();
  overlap.compute(
    Float64Array.from(points, ([x]) => x),
    Float64Array.from(points, ([, y]) => y),
  );
  return overlap;
};
const total = ({ shares, rows, columns }: CellOverlap) => shares.subarray(0, rows * columns).reduce((sum, share) => sum + share, 0);

describe('overlap of a quadrilateral with cells', () => {
  it('gives a quarter of each of four cells', () => {
    const { shares, columns, row, column } = sharesOf([
      [2.5, 1.5],
      [3.5, 1.5],
      [3.5, 2.5],
      [2.5, 2.5],
    ]);
    expect([row, column]).toEqual([1, 2]);
    expect([shares[0], shares[1], shares[columns], shares[columns + 1]]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('gives the one cell that a small one lies in, and all of a cell on its own lines', () => {
    const small = sharesOf([
      [0.2, 0.2],
      [0.4, 0.2],
      [0.4, 0.4],
      [0.2, 0.4],
    ]);
    expect(small.shares[0]).toBeCloseTo(0.04, 12);
    const whole = sharesOf([
      [-3, 5],
      [-2, 5],
      [-2, 6],
      [-3, 6],
    ]);
    expect(whole.shares[0]).toBe(1);
    expect(total(whole)).toBe(1);
  });

  it('shares out all the area, whatever the place, size and turn', () => {
    const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(real(-50, 50), real(-50, 50), real(0.01, 20), real(0, 2 * Math.PI), (x, y, side, turn) => {
        const [c, s] = [side * Math.cos(turn), side * Math.sin(turn)];
        const overlap = sharesOf([
          [x, y],
          [x + c, y + s],
          [x + c - s, y + s + c],
          [x - s, y + c],
        ]);
        expect(Math.abs(total(overlap) - side * side)).toBeLessThan(1e-7 * Math.max(1, side * side));
        expect(overlap.shares.every(share => share < 1 + 1e-7)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with points thrown at it', () => {
    const corners = [
      [0.3, 0.1],
      [2.9, 1.2],
      [1.8, 3.7],
      [-0.6, 2.4],
    ] as const;
    const { shares, columns, row, column } = sharesOf(corners);
    const inside = (x: number, y: number) =>
      corners.every(([x0, y0], k) => {
        const [x1, y1] = corners[(k + 1) % 4]!;
        return (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0;
      });
    const points = 200;
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < columns - 1; c++) {
        let hits = 0;
        for (let k = 0; k < points * points; k++) {
          if (inside(column + c + ((k % points) + 0.5) / points, row + r + (Math.floor(k / points) + 0.5) / points)) hits++;
        }
        expect(shares[r * columns + c]).toBeCloseTo(hits / points ** 2, 2);
      }
    }
  });
});
