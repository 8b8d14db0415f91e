import { describe, expect, it } from '@jest/globals';
import { affineOf } from './geotiff.js';

describe('place of a GeoTIFF', () => {
  it('refuses a rotated raster and reads a straight one that is placed by a matrix', () => {
    const matrix = (turn: number): number[] => [1000, turn, 0, 813_000, turn, -500, 0, 6_478_000, 0, 0, 0, 0, 0, 0, 0, 1];
    expect(affineOf({ ModelTransformation: matrix(0) })).toEqual({
      xOrigin: 813_000,
      yOrigin: 6_478_000,
      xResolution: 1000,
      yResolution: 500,
    });
    expect(() => affineOf({ ModelTransformation: matrix(100) })).toThrow(/rotated against its projection; resample it north up/);
    expect(() => affineOf({})).toThrow(/does not say where it lies/);
  });
});
