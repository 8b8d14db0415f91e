import { describe, expect, it } from '@jest/globals';
import { plate, rangeOf, type Scale } from './raster.js';

const scale: Scale = { range: [0, 1], ramp: 'sequential', label: 'cp, mm' };

describe('plate', () => {
  it('draws a class of colour as one path, a run of cells as one rectangle, and leaves holes', () => {
    const svg = plate([{ label: 'a & b', raster: { rows: 2, columns: 3, values: [0, 0, 1, NaN, 1, 1] } }], scale);
    const paths = [...svg.matchAll(/<path fill="([^"]+)" d="([^"]+)"/g)].map(([, , d]) => d);
    expect(paths).toEqual(['M0 0h2v1h-2z', 'M2 0h1v1h-1zM1 1h2v1h-2z']);
    expect(svg).toContain('a &amp; b');
  });

  it('is as wide as its tiles and goes on below', () => {
    const raster = { rows: 1, columns: 1, values: [0.5] };
    const size = (count: number): number[] =>
      /viewBox="0 0 (\d+) (\d+)"/
        .exec(
          plate(
            Array.from({ length: count }, () => ({ label: '', raster })),
            scale,
          ),
        )!
        .slice(1)
        .map(Number);
    expect(size(6)[0]).toBe(2 * size(3)[0]!);
    expect(size(7)[0]).toBe(size(6)[0]);
    expect(size(7)[1]).toBeGreaterThan(size(6)[1]!);
  });
});

describe('rangeOf', () => {
  it('leaves out what is strange, lies around a centre when asked, and is never empty', () => {
    const values = [...Array.from({ length: 200 }, (_, k) => k / 200), 1e9];
    expect(rangeOf([values])[1]).toBeLessThan(1);
    expect(rangeOf([[-1, 3]], 0)).toEqual([-3, 3]);
    expect(rangeOf([[2, 2]])).toEqual([1, 3]);
  });
});
