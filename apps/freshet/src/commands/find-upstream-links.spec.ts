import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, stationId, type PointSeries } from '#hydrology';
import { lagBetween } from './find-upstream-links.js';

const flood = (peakHour: number, height: number): PointSeries => {
  const hours = Array.from({ length: 72 }, (_, k) => k);
  return {
    station: stationId('S'),
    variable: 'Q',
    times: Float64Array.from(hours, hour => hour * HOUR_MS),
    values: Float64Array.from(hours, hour => 2 + height * Math.exp(-(((hour - peakHour) / 4) ** 2))),
    flags: new Uint8Array(hours.length),
  };
};

describe('lagBetween', () => {
  it('finds how much later the lower gauge rises and falls', () => {
    expect(lagBetween(flood(30, 20), flood(33, 70))).toBe(3 * HOUR_MS);
    expect(lagBetween(flood(30, 20), flood(30, 70))).toBe(0);
  });
  it('is not misled by values that are missing', () => {
    const { times, values, ...rest } = flood(30, 20);
    const keep = (k: number): boolean => k % 9 !== 0;
    const upper = { ...rest, times: times.filter((_, k) => keep(k)), values: values.filter((_, k) => keep(k)) };
    expect(lagBetween(upper, flood(32, 70))).toBe(2 * HOUR_MS);
  });
});
