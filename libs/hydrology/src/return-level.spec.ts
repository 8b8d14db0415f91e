import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  HOUR_MS,
  annualMaxima,
  fitAreaExponent,
  fitGumbel,
  hydrologicalYearStart,
  reducedVariate,
  returnLevels,
  scaleByArea,
} from './index.js';

describe('fitGumbel', () => {
  it('fits by L-moments: a sample worked by hand', () => {
    // 1 2 3 4: mean 2.5, b1 = (0·1 + 1/3·2 + 2/3·3 + 1·4)/4 = 1.6667, λ2 = .8333
    const { location, scale } = fitGumbel([3, 1, 4, 2]);
    expect(scale).toBeCloseTo(0.833333333 / Math.LN2, 8);
    expect(location).toBeCloseTo(2.5 - 0.5772156649 * (0.833333333 / Math.LN2), 7);
  });

  it('finds a law again from its own quantiles', () => {
    const n = 20_000;
    const sample = Array.from({ length: n }, (_, i) => 50 - 20 * Math.log(-Math.log((i + 0.5) / n)));
    const { location, scale } = fitGumbel(sample);
    expect(location).toBeCloseTo(50, 1);
    expect(scale).toBeCloseTo(20, 1);
  });

  it('refuses two values', () => {
    expect(() => fitGumbel([1, 2])).toThrow(/at least three/);
  });

  it('follows a change of unit', () => {
    const sample = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(sample, fc.double({ min: 0.1, max: 10, noNaN: true }), (values, factor) => {
        const [law, scaled] = [fitGumbel(values), fitGumbel(values.map(value => factor * value))];
        expect(scaled.location).toBeCloseTo(factor * law.location, 6);
        expect(scaled.scale).toBeCloseTo(factor * law.scale, 6);
        expect(law.scale).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });
});

describe('returnLevels', () => {
  const maxima = [85, 30, 75, 169, 60, 23, 26, 138];

  it('rises with the period, within its interval, the same for the same seed', () => {
    const levels = returnLevels(maxima, [2, 5, 20], { samples: 2000, seed: 7 });
    expect(levels).toEqual(returnLevels(maxima, [2, 5, 20], { samples: 2000, seed: 7 }));
    const law = fitGumbel(maxima);
    levels.forEach(({ years, value, low, high }, k) => {
      expect(value).toBeCloseTo(law.location + law.scale * reducedVariate(years), 9);
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
      if (k > 0) expect(value).toBeGreaterThan(levels[k - 1]!.value);
    });
  });

  it('covers the true level in about nine samples of ten', () => {
    // 300 samples of 8 years from Gumbel(50, 20): expected 270 hits, sd 5.2; small samples cover a little less than nominal
    let state = 12345;
    const uniform = (): number => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) + 0.5) / 4_294_967_296;
    const truth = 50 + 20 * reducedVariate(20);
    let hits = 0;
    for (let trial = 0; trial < 300; trial++) {
      const sample = Array.from({ length: 8 }, () => 50 - 20 * Math.log(-Math.log(uniform())));
      const [level] = returnLevels(sample, [20], { samples: 300, seed: trial });
      if (level!.low <= truth && truth <= level!.high) hits++;
    }
    expect(hits / 300).toBeGreaterThan(0.78);
    expect(hits / 300).toBeLessThan(0.97);
  });

  it('gives the mean of the reduced variate as it is printed in tables', () => {
    expect(reducedVariate(2)).toBeCloseTo(0.3665, 4);
    expect(reducedVariate(5)).toBeCloseTo(1.4999, 4);
    expect(reducedVariate(20)).toBeCloseTo(2.9702, 4);
  });
});

describe('annualMaxima', () => {
  const from = hydrologicalYearStart(2006);
  const hours = (hydrologicalYearStart(2008) - from) / HOUR_MS;
  const times = Float64Array.from({ length: hours }, (_, k) => from + (k + 1) * HOUR_MS);

  it('belongs a value stamped 1 September 00:00 to the year that ends there', () => {
    const values = new Float64Array(hours);
    const boundary = times.indexOf(hydrologicalYearStart(2007));
    values[boundary] = 9;
    values[boundary + 1] = 5;
    const { maxima } = annualMaxima(times, values, { first: 2006, last: 2007, minCompleteness: 0.95 });
    expect(maxima.map(({ year, value }) => [year, value])).toEqual([[2006, 9], [2007, 5]]); // prettier-ignore
    expect(maxima[0]!.completeness).toBe(1);
  });

  it('refuses a year with too many missing hours and never sees years outside', () => {
    const values = new Float64Array(hours).fill(1);
    values.fill(NaN, 0, Math.ceil(0.06 * 8760));
    values[hours - 1] = 100;
    const { maxima, refused } = annualMaxima(times, values, { first: 2006, last: 2006, minCompleteness: 0.95 });
    expect(maxima).toEqual([]);
    expect(refused[0]).toMatchObject({ year: 2006, value: 1 });
  });
});

describe('scaleByArea', () => {
  it('keeps the flow at the same area and follows the power', () => {
    expect(scaleByArea(100, 50, 50, 0.8)).toBe(100);
    expect(scaleByArea(100, 25, 50, 0.8)).toBeCloseTo(100 * 0.5 ** 0.8, 9);
  });

  it('finds the exponent of gauges that follow a power of the area', () => {
    const gauges = [25, 107, 382].map(areaM2 => ({ areaM2, discharge: 0.3 * areaM2 ** 0.9 }));
    expect(fitAreaExponent(gauges)).toBeCloseTo(0.9, 12);
    expect(fitAreaExponent([gauges[0]!, gauges[0]!])).toBeNaN();
  });
});
