import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { readDischargeFile, writeDischargeFile } from './discharge-file.js';
import { dayOfLeapYear, readPetFile, writePetFile } from './pet-file.js';
import { writeNetCdf, type VariableDefinition } from './netcdf.js';
import { projectionOf } from './projection.js';
import { MISSING_RAIN, TENTHS, readRainFile, writeRainFile } from './rain-file.js';

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
      values: Int16Array.of(0, 1, 485, -1, -1, 7, -1, -1, -1, -1, -1, -1),
      missing: MISSING_RAIN,
      perMm: TENTHS,
    } as const;
    await writeRainFile(path, rain, LAMBERT, 'a test');
    expect(await readRainFile(path, 2154)).toEqual(rain);
  });

  it('refuses rain on unequal steps', async () => {
    const path = join(folder, 'gap.nc');
    const stamps = [0, 1, 3].map(k => epochMs(START + k * HOUR_MS));
    await writeRainFile(path, { ...GRID, stepMs: HOUR_MS, stamps, values: new Int16Array(18), perMm: TENTHS } as const, LAMBERT, 'a test');
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

  /** A rain file as another tool writes it. */
  const writeForeign = async (path: string, change: Readonly<Record<string, Partial<VariableDefinition>>> = {}): Promise<void> => {
    const variables: VariableDefinition[] = [
      { name: 'time', type: '<d', data: Float64Array.of(0, 1), shape: [2], attributes: { units: 'hours since 2014-12-19 00:00:00' } },
      { name: 'y', type: '<d', data: Float64Array.of(1500, 500), shape: [2] },
      { name: 'x', type: '<d', data: Float64Array.of(500, 1500), shape: [2] },
      {
        name: 'rainfall_amount',
        type: '<f',
        data: Float32Array.of(0, 0.25, 3, NaN, -9, 6, 7, 8),
        shape: [2, 2, 2],
        dimensions: ['time', 'y', 'x'],
      },
    ];
    await writeNetCdf(
      path,
      {},
      variables.map(variable => ({ ...variable, ...change[variable.name] })),
    );
  };

  it('reads depths in mm and hours since a date', async () => {
    const path = join(folder, 'foreign.nc');
    await writeForeign(path);
    const rain = await readRainFile(path, 2154);
    expect(rain).toMatchObject({ xMin: 0, yMax: 2000, xResolution: 1000, stepMs: HOUR_MS, perMm: 1, stamps: [START, START + HOUR_MS] });
    expect([...rain.values]).toEqual([0, 0.25, 3, NaN, -9, 6, 7, 8]);
  });

  it.each([
    ['y', { data: Float64Array.of(500, 1500) }, 'y must run from north to south'],
    ['x', { data: Float64Array.of(500, 500) }, 'x must run from west to east'],
    ['time', { attributes: { units: 'fortnights since Easter' } }, 'time units "fortnights since Easter" are not like'],
  ] as const)('says what is wrong with %s', async (name, change, message) => {
    const path = join(folder, `bad-${name}.nc`);
    await writeForeign(path, { [name]: change });
    await expect(readRainFile(path, 2154)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('names an absent file', async () => {
    await expect(readRainFile(join(folder, 'nowhere.nc'), 2154)).rejects.toThrow(`${join(folder, 'nowhere.nc')} does not exist`);
  });

  it('counts the days of a leap year', () => {
    expect([dayOfLeapYear(1, 1), dayOfLeapYear(2, 29), dayOfLeapYear(3, 1), dayOfLeapYear(12, 31)]).toEqual([1, 60, 61, 366]);
  });
});
