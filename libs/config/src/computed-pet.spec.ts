import { describe, expect, it } from '@jest/globals';
import { extraterrestrialRadiation } from '#forcing';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { computePet } from './computed-pet.js';
import type { TemperatureRecord } from './temperature-file.js';

const latitudes = Float64Array.of(45, -30);
const GRID = { epsg: 2154, xMin: 0, yMax: 1000, xResolution: 1000, yResolution: 1000, rows: 1, columns: 2 };
const position = Int32Array.of(0, 1);
const expected = (degrees: number, latitude: number, dayOfYear: number) =>
  (extraterrestrialRadiation(latitude, dayOfYear) / 2.45) * ((degrees + 5) / 100);

/** Hourly, from `start`; the second cell is 10° warmer. */
function recordOf(start: string, degrees: readonly number[]): TemperatureRecord {
  const stamps = degrees.map((_, k) => epochMs(parseIso(start) + (k + 1) * HOUR_MS));
  return { ...GRID, stepMs: HOUR_MS, stamps, values: Float32Array.from(degrees.flatMap(each => [each, each + 10])) };
}

describe('PET that is computed', () => {
  it('takes the mean of a month in its middle, and lies on straight lines between', () => {
    const monthlyTemperature = [2, 4, 8, 10, 14, 18, 20, 20, 16, 12, 6, 2];
    const pet = computePet({ formula: 'oudin', latitudes, monthlyTemperature }, null);
    // November has 30 days: its middle lies between the 15th and the 16th, so noon of the 15th is a sixtieth of a month before it
    expect(pet(parseIso('2014-11-15'))[0]).toBeCloseTo(expected(6 + 6 / 60, 45, 319), 4);
    expect(pet(parseIso('2014-11-15'))[1]).toBeCloseTo(expected(6 + 6 / 60, -30, 319), 4);
    // noon of the last of December is half a month less half a day after its middle
    expect(pet(parseIso('2014-12-31'))[0]).toBeCloseTo(expected(2, 45, 365), 4);
    // noon of 1 April: half a month less half a day before the middle of April
    expect(pet(parseIso('2015-04-01'))[0]).toBeCloseTo(expected(8 + 2 * (0.5 + 0.5 / 30), 45, 91), 4);
  });

  it('takes the mean of the day itself where the record knows all of it', () => {
    const day = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 5 : 15));
    const pet = computePet(
      { formula: 'oudin', latitudes },
      { record: recordOf('2014-06-21', [...day, ...day.map(each => each + 5)]), position },
    );
    expect([...pet(parseIso('2014-06-21'))]).toEqual([expected(10, 45, 172), expected(20, -30, 172)].map(Math.fround));
    expect(pet(parseIso('2014-06-22'))[0]).toBeCloseTo(expected(15, 45, 173), 5);
  });

  it('takes the days around it over the years where the record does not, and says where it knows nothing', () => {
    const hours = Array.from({ length: 3 * 24 }, (_, k) => 8 + 2 * Math.floor(k / 24));
    const pet = computePet({ formula: 'oudin', latitudes }, { record: recordOf('2014-06-20', hours), position });
    expect(pet(parseIso('2026-06-21'))[0]).toBeCloseTo(expected(10, 45, 172), 5);
    expect(pet(parseIso('2026-07-06'))[0]).toBeCloseTo(expected(11, 45, 187), 5); // 20 June lies out of its reach
    expect(() => pet(parseIso('2026-12-01'))).toThrow(/knows no temperature within 15 days of 12-01/);
  });
});
