import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, epochMs, timeGrid } from '#hydrology';
import { extraterrestrialRadiation, oudinPet } from './oudin.js';
import { meanOfDay, petOfTemperature } from './pet-of-temperature.js';

const DAY = Date.UTC(2024, 6, 1);
const field = (hours: number, ...values: readonly number[]) => ({
  validTime: epochMs(DAY + hours * HOUR_MS),
  values: Float32Array.from(values),
});
const line = (from: number, to: number, every: number, at: (hours: number) => number) =>
  Array.from({ length: (to - from) / every + 1 }, (_, k) => field(from + k * every, at(from + k * every)));

describe('mean temperature of a day', () => {
  it('is exact for what changes on straight lines, however far apart its times are and whether or not they meet midnight', () => {
    for (const [from, to, every] of [
      [0, 24, 1],
      [0, 24, 6],
      [-3, 27, 6],
      [-1, 26, 3],
    ] as const) {
      expect(
        meanOfDay(
          line(from, to, every, hours => 10 + hours / 2),
          DAY,
        )![0],
      ).toBeCloseTo(16, 4);
    }
    const uneven = [field(0, 0), field(6, 12), field(7, 0), field(12, 0), field(18, 0), field(24, 0)];
    expect(meanOfDay(uneven, DAY)![0]).toBeCloseTo((6 * 6 + 6) / 24, 5); // a triangle of 7 h
  });

  it('is not known where its times do not cover the day or lie more than 6 h apart', () => {
    expect(meanOfDay([], DAY)).toBeNull();
    expect(
      meanOfDay(
        line(1, 24, 1, () => 5),
        DAY,
      ),
    ).toBeNull();
    expect(
      meanOfDay(
        line(0, 23, 1, () => 5),
        DAY,
      ),
    ).toBeNull();
    expect(
      meanOfDay(
        line(0, 24, 12, () => 5),
        DAY,
      ),
    ).toBeNull();
    expect([
      ...meanOfDay(
        [
          field(-2, 1, 1),
          field(4, 1, NaN),
          ...line(10, 28, 6, () => 1).map(({ validTime }) => ({ validTime, values: Float32Array.of(1, 1) })),
        ],
        DAY,
      )!,
    ]).toEqual([1, NaN]);
  });
});

describe('PET of temperatures', () => {
  const time = timeGrid(epochMs(DAY), epochMs(DAY + 2 * DAY_MS), HOUR_MS);
  const otherwise = { time, cellCount: 2, values: new Float32Array(96).fill(0.5) };
  const latitudes = Float64Array.of(45, 60);

  it('is that of Oudin on the days that are covered, what stands in on others and in cells that miss a value', () => {
    const fields = [0, 6, 12, 18, 24].map(hours => field(hours, 18, hours === 12 ? NaN : 18));
    const { pet, without } = petOfTemperature(fields, otherwise, latitudes);
    const sum = (cell: number, day: number) =>
      Array.from({ length: 24 }, (_, k) => pet.values[2 * (24 * day + k) + cell]!).reduce((a, b) => a + b);
    expect(sum(0, 0)).toBeCloseTo(oudinPet(18, extraterrestrialRadiation(45, 183)), 4);
    expect([sum(1, 0), sum(0, 1), sum(1, 1)].map(depth => Number(depth.toFixed(1)))).toEqual([6, 6, 6]); // in the twelve hours that have any
    expect(without).toEqual([DAY, DAY + DAY_MS]);
    expect(pet.values.every(depth => depth >= 0)).toBe(true);
  });
});
