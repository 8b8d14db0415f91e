import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { readDischargeFile, writeDischargeFile } from './discharge-file.js';
import { dayOfLeapYear, readPetFile, writePetFile } from './pet-file.js';
import { projectionOf } from './projection.js';
import { readRainFile, writeRainFile } from './rain-file.js';

const GRID = { epsg: 2154, xMin: 813_000, yMax: 6_478_000, xResolution: 1000, yResolution: 1000, rows: 2, columns: 3 };
const LAMBERT = projectionOf(2154);
const START = parseIso('2014-12-19');

describe('the files of a record', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-record-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('gives back the rain as it was written, missing values too', async () => {
    const path = join(folder, 'rain.nc');
    const rain = {
      ...GRID,
      stepMs: HOUR_MS,
      stamps: [START, epochMs(START + HOUR_MS)],
      tenthsMm: Int16Array.of(0, 1, 485, -1, -1, 7, -1, -1, -1, -1, -1, -1),
    };
    await writeRainFile(path, rain, LAMBERT, 'a test');
    expect(await readRainFile(path, 2154)).toEqual(rain);
  });

  it('refuses rain on unequal steps', async () => {
    const path = join(folder, 'gap.nc');
    const stamps = [0, 1, 3].map(k => epochMs(START + k * HOUR_MS));
    await writeRainFile(path, { ...GRID, stepMs: HOUR_MS, stamps, tenthsMm: new Int16Array(18) }, LAMBERT, 'a test');
    await expect(readRainFile(path, 2154)).rejects.toThrow(`${path}: time is not equally spaced at index 2`);
  });

  it('gives back PET and discharge', async () => {
    const pet = { ...GRID, daysOfYear: [1, 60, 366], values: Float32Array.from({ length: 18 }, (_, k) => (k === 4 ? NaN : k / 7)) };
    await writePetFile(join(folder, 'pet.nc'), pet, LAMBERT, 'a test');
    expect(await readPetFile(join(folder, 'pet.nc'), 2154)).toEqual(pet);
    const discharge = { stations: ['A', 'Été-2'], stamps: [START, epochMs(START + HOUR_MS)], values: Float32Array.of(1.5, NaN, 0, 317.38) };
    await writeDischargeFile(join(folder, 'discharge.nc'), discharge, 'a test');
    expect(await readDischargeFile(join(folder, 'discharge.nc'))).toEqual(discharge);
  });

  it('names an absent file', async () => {
    await expect(readRainFile(join(folder, 'nowhere.nc'), 2154)).rejects.toThrow(`${join(folder, 'nowhere.nc')} does not exist`);
  });

  it('counts the days of a leap year', () => {
    expect([dayOfLeapYear(1, 1), dayOfLeapYear(2, 29), dayOfLeapYear(3, 1), dayOfLeapYear(12, 31)]).toEqual([1, 60, 61, 366]);
  });
});
