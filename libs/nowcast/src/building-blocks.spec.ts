import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalNumbers } from '#hydrology';
import { fitAutoregression, type Autoregression } from './autoregression.js';
import { Cascade } from './cascade.js';
import { Histogram, matchDistribution, sortedRates } from './distribution.js';
import { fillGaps } from './fill-gaps.js';
import { NoiseSource } from './noise.js';
import { raster } from './raster.js';
import { testRain } from './test-rain.js';
import { distanceFromRain } from './wet-reach.js';

const share = fc.double({ min: -1, max: 1, noNaN: true });

/** Variance of the noise that has come together after 1 … steps steps, in units of the level's variance. */
function noiseVariances({ first, second, noise }: Autoregression, steps: number): number[] {
  let [before, weight, sum] = [0, 1, 0];
  return Array.from({ length: steps }, () => {
    sum += (noise * weight) ** 2;
    [before, weight] = [weight, first * weight + second * before];
    return sum;
  });
}

describe('fitAutoregression', () => {
  it('is stationary with unit variance whatever the correlations', () => {
    fc.assert(
      fc.property(share, share, (r1, r2) => {
        const model = fitAutoregression(r1, r2);
        expect(noiseVariances(model, 3000).at(-1)!).toBeLessThanOrEqual(1.0001);
        expect(model.noise).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('has the correlations it was made of, and forgets without a second as the first says', () => {
    const { first, second } = fitAutoregression(0.8, 0.6);
    expect(first + second * 0.8).toBeCloseTo(0.8, 12);
    expect(first * 0.8 + second).toBeCloseTo(0.6, 12);
    noiseVariances(fitAutoregression(0.7), 3).forEach((variance, n) => {
      expect(variance).toBeCloseTo(1 - 0.7 ** (2 * (n + 1)), 12);
    });
    expect(fitAutoregression(NaN)).toEqual({ first: 0, second: 0, noise: 1 });
  });
});

describe('matchDistribution', () => {
  it('gives a field the rates of the target, rank by rank', () => {
    const field = Float32Array.from(normalNumbers(20_000, 1), x => 10 * x);
    const rates = Float32Array.from(normalNumbers(20_000, 2), x => Math.max(0, x) ** 2);
    const histogram = new Histogram();
    histogram.addAndCount(field, new Float32Array(field.length));
    const { table, least, scale } = matchDistribution(histogram, sortedRates(rates), 2);
    const mapped = field.map(db => {
      const at = (db - least) * scale;
      return table[Math.floor(at)]! + (at % 1) * (table[Math.floor(at) + 1]! - table[Math.floor(at)]!);
    });
    const [a, b] = [sortedRates(mapped), sortedRates(rates)];
    for (const k of [0, 5_000, 12_000, 16_000, 19_000]) expect(a[k]).toBeCloseTo(2 * b[k]!, 1);
  });
});

describe('fillGaps', () => {
  it('keeps what is there, continues it smoothly, and stays between its extremes', () => {
    const field = raster(
      9,
      14,
      Float32Array.from({ length: 126 }, (_, k) => (k % 5 === 0 ? 3 + (k % 7) : NaN)),
    );
    const { values } = fillGaps(field, -1);
    field.values.forEach((value, k) => {
      if (value === value) expect(values[k]).toBe(value);
    });
    expect(Math.min(...values)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...values)).toBeLessThanOrEqual(9);
    expect([...fillGaps(raster(3, 5, new Float32Array(15).fill(NaN)), -1).values]).toEqual(new Array<number>(15).fill(-1));
  });
});

describe('NoiseSource', () => {
  it('has unit variance on every level, drawn or shifted, and steps that do not know of each other', () => {
    const cascade = new Cascade(240, 240);
    const source = new NoiseSource(cascade, testRain({ rows: 240, columns: 240, down: 0, right: 0, cells: 200 }, 0), 3);
    for (let level = 0; level < 3; level++) {
      const make = () => raster(240 >> level, 240 >> level);
      const noise = source.ofMember(9);
      const [a, b, rest] = [make(), make(), make()];
      noise.step(level, rest, a, [0, 0, 1]);
      noise.step(level, rest, b, [0, 0, 1]);
      const product = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, k) => sum + value * y[k]!, 0) / x.length;
      expect(product(a.values, a.values)).toBeGreaterThan(0.8);
      expect(product(a.values, a.values)).toBeLessThan(1.2);
      expect(Math.abs(product(a.values, b.values))).toBeLessThan(0.25);
    }
  });
});

describe('distanceFromRain', () => {
  it('counts cells from the nearest block with rain', () => {
    const field = raster(40, 40);
    field.values[0] = 1;
    const distance = distanceFromRain(field);
    expect(distance.values[0]).toBe(0);
    expect(distance.values[3]).toBe(24);
    expect(distance.values[6]).toBeCloseTo(8 * Math.SQRT2, 4);
    expect(distanceFromRain(raster(40, 40)).values.every(value => value === Infinity)).toBe(true);
  });
});
