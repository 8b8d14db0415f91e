import { describe, expect, it } from '@jest/globals';
import { normalNumbers } from '#hydrology';
import { Cascade } from './cascade.js';

const SIDE = 192;

describe('Cascade', () => {
  const cascade = new Cascade(SIDE, SIDE);

  it('enlarges the sides to what can be halved and transformed', () => {
    const wide = new Cascade(1091, 1176);
    expect([wide.rows, wide.columns, wide.count]).toEqual([1152, 1280, 7]);
    expect([cascade.rows, cascade.columns, cascade.count]).toEqual([192, 192, 5]);
    expect(new Cascade(10, 7).count).toBe(1);
  });

  it('is a sum: the levels of two fields give both back', () => {
    const [a, b] = [Float32Array.from(normalNumbers(SIDE ** 2, 1)), Float32Array.from(normalNumbers(SIDE ** 2, 2))];
    const into = new Float32Array(SIDE ** 2);
    for (const [field, levels] of [
      [a, cascade.decompose(a, b)[0]],
      [b, cascade.decompose(a, b)[1]],
    ] as const) {
      cascade.recompose(levels, into);
      expect(Math.max(...into.map((value, k) => Math.abs(value - field[k]!)))).toBeLessThan(1e-4);
    }
  });

  it('puts a wave on the level of its length', () => {
    for (const [length, level] of [
      [3, 0],
      [8, 1],
      [16, 2],
      [32, 3],
      [96, 4],
    ] as const) {
      const wave = Float32Array.from({ length: SIDE ** 2 }, (_, k) => Math.sin((2 * Math.PI * (k % SIDE)) / length));
      const [levels] = cascade.decompose(wave, wave);
      const power = levels.map(({ values }) => values.reduce((sum, x) => sum + x * x, 0) / values.length);
      expect(power[level]! / 0.5).toBeGreaterThan(0.85);
      expect(power.filter((_, j) => j !== level).reduce((sum, x) => sum + x, 0)).toBeLessThan(0.08);
    }
  });
});
