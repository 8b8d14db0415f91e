import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, timeGrid } from '#hydrology';
import { HOURLY_PET_SHARES, disaggregatePet } from './index.js';

const FROM = parseIso('2014-11-03');
const TO = parseIso('2014-11-05');
const daily = (day: number): Float32Array => Float32Array.of(day === FROM ? 2 : 3, 1);

describe('disaggregatePet', () => {
  it('keeps the depth of each day at any step and gives nothing by night', () => {
    expect(HOURLY_PET_SHARES.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const minutes of [5, 15, 60, 180, 1440]) {
      const time = timeGrid(FROM, TO, minutes * MINUTE_MS);
      const values = disaggregatePet(time, 2, daily);
      const sumOf = (from: number, to: number, cell: number): number =>
        values.reduce((sum, value, k) => (k % 2 === cell && k >= from && k < to ? sum + value : sum), 0);
      expect(sumOf(0, values.length / 2, 0)).toBeCloseTo(2, 5);
      expect(sumOf(values.length / 2, values.length, 0)).toBeCloseTo(3, 5);
    }
  });

  it('starts with the hour that ends at 07:00 UTC and shares an hour equally', () => {
    const values = disaggregatePet(timeGrid(FROM, TO, 15 * MINUTE_MS), 2, daily);
    expect(values[(6 * 4 - 1) * 2]).toBe(0);
    for (const quarter of [0, 1, 2, 3]) expect(values[(6 * 4 + quarter) * 2]).toBeCloseTo((0.035 * 2) / 4, 7);
    expect(values[18 * 4 * 2]).toBe(0);
  });

  it('refuses steps that neither divide an hour nor are whole hours', () => {
    expect(() => disaggregatePet({ start: FROM, stepMs: 7 * MINUTE_MS, count: 3 }, 2, daily)).toThrow(/divide an hour/);
    expect(() => disaggregatePet({ start: epochMs(FROM + 1), stepMs: HOUR_MS, count: 3 }, 2, daily)).toThrow(/on the clock/);
  });
});
