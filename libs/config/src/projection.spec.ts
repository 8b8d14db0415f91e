import { describe, expect, it } from '@jest/globals';
import { projectionOf, toLonLat } from './projection.js';

describe('projectionOf', () => {
  it('places the gauge of Sarras', () => {
    const [longitude, latitude] = toLonLat(projectionOf(2154), 840_261, 6_457_807);
    expect([longitude, latitude]).toEqual([expect.closeTo(4.7867, 4), expect.closeTo(45.2053, 4)]);
  });

  it('has its origin where each system puts it', () => {
    expect(toLonLat(projectionOf(2154), 700_000, 6_600_000)).toEqual([expect.closeTo(3, 9), expect.closeTo(46.5, 9)]);
    expect(toLonLat(projectionOf(32_631), 500_000, 0)).toEqual([expect.closeTo(3, 9), expect.closeTo(0, 9)]);
    expect(toLonLat(projectionOf(32_760), 500_000, 10_000_000)).toEqual([expect.closeTo(177, 9), expect.closeTo(0, 9)]);
    expect(toLonLat(projectionOf(25_832), 500_000, 0)).toEqual([expect.closeTo(9, 9), expect.closeTo(0, 9)]);
    expect(toLonLat(projectionOf(4326), 4.5, 45)).toEqual([4.5, 45]);
  });

  it('takes a proj4 text for any other code', () => {
    const swiss =
      '+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +k_0=1 +x_0=2600000 +y_0=1200000 +ellps=bessel +towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs';
    const [longitude, latitude] = toLonLat(projectionOf(2056, swiss), 2_600_000, 1_200_000);
    expect([longitude, latitude]).toEqual([expect.closeTo(7.4386, 3), expect.closeTo(46.951, 3)]);
    expect(() => projectionOf(2056)).toThrow(/EPSG:2056 is not known/);
    expect(() => projectionOf(32_661)).toThrow(/not known/);
  });
});
