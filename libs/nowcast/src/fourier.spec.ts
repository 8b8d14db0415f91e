import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalNumbers } from '#hydrology';
import { isSmooth } from './fourier-line.js';
import { FourierPlane } from './fourier-plane.js';

const SIDES = [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 27, 30, 36, 40];

describe('FourierPlane', () => {
  it('is the sum of its definition', () => {
    for (const [rows, columns] of [
      [6, 10],
      [9, 8],
      [5, 4],
      [25, 3],
    ] as const) {
      const re = Float32Array.from(normalNumbers(rows * columns, 3));
      const im = Float32Array.from(normalNumbers(rows * columns, 4));
      const plane = { re: re.slice(), im: im.slice() };
      new FourierPlane(rows, columns).forward(plane);
      for (const [u, v] of [
        [0, 0],
        [1, 2],
        [rows - 1, 1],
        [2, columns - 1],
      ] as const) {
        let [sumRe, sumIm] = [0, 0];
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) {
            const angle = -2 * Math.PI * ((u * r) / rows + (v * c) / columns);
            const [x, y] = [re[r * columns + c]!, im[r * columns + c]!];
            sumRe += x * Math.cos(angle) - y * Math.sin(angle);
            sumIm += x * Math.sin(angle) + y * Math.cos(angle);
          }
        }
        expect(plane.re[u * columns + v]).toBeCloseTo(sumRe, 3);
        expect(plane.im[u * columns + v]).toBeCloseTo(sumIm, 3);
      }
    }
  });

  it('comes back through its inverse, at any smooth size', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SIDES), fc.constantFrom(...SIDES), fc.integer(), (rows, columns, seed) => {
        const re = Float32Array.from(normalNumbers(rows * columns, seed));
        const im = Float32Array.from(normalNumbers(rows * columns, seed + 1));
        const plane = { re: re.slice(), im: im.slice() };
        const fourier = new FourierPlane(rows, columns);
        fourier.forward(plane);
        fourier.inverse(plane);
        const worst = Math.max(...re.map((x, k) => Math.abs(x - plane.re[k]!)), ...im.map((x, k) => Math.abs(x - plane.im[k]!)));
        expect(worst).toBeLessThan(1e-5);
      }),
    );
  });

  it('refuses a side with another prime factor', () => {
    expect(isSmooth(1152)).toBe(true);
    expect(isSmooth(14)).toBe(false);
    expect(() => new FourierPlane(14, 8)).toThrow(/product of 2, 3 and 5/);
  });
});
