import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, SECOND_MS, epochMs, parseIso, timeGrid } from '#hydrology';
import { gridVariables, writeNetCdf } from './netcdf.js';
import { projectionOf } from './projection.js';
import { readTemperatureFile, temperatureOnSteps } from './temperature-file.js';

const START = parseIso('2014-11-04');
const GRID = { epsg: 2154, xMin: 0, yMax: 2000, xResolution: 1000, yResolution: 1000, rows: 2, columns: 2 };
const FIRST_CELL = Int32Array.of(0);

describe('readTemperatureFile', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-temperature-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const write = async (units: string, hours: readonly number[], values: Float32Array): Promise<string> => {
    const path = join(folder, `${units}.nc`);
    const stamps = Int32Array.from(hours, hour => (START + hour * HOUR_MS) / SECOND_MS);
    await writeNetCdf(path, {}, [
      { name: 'time', type: '<i', data: stamps, shape: [hours.length], attributes: { units: 'seconds since 1970-01-01 00:00:00' } },
      ...gridVariables(GRID, projectionOf(2154)),
      {
        name: 'air_temperature',
        type: '<f',
        data: values,
        shape: [hours.length, 2, 2],
        dimensions: ['time', 'y', 'x'],
        fillValue: -9999,
        attributes: { units },
      },
    ]);
    return path;
  };

  it('takes kelvin and degrees, and leaves missing values missing', async () => {
    const kelvin = await readTemperatureFile(
      await write('K', [1, 2], Float32Array.of(273.15, 274.15, -9999, 263.15, 280, 280, 280, 280)),
      2154,
    );
    expect([...kelvin.values.subarray(0, 4)]).toEqual([expect.closeTo(0, 4), expect.closeTo(1, 4), NaN, expect.closeTo(-10, 4)]);
    const degrees = await readTemperatureFile(await write('degC', [1, 2], new Float32Array(8).fill(-3)), 2154);
    expect(degrees.values[0]).toBe(-3);
    expect(degrees).toMatchObject({ stepMs: HOUR_MS, rows: 2, columns: 2, xMin: 0, yMax: 2000 });
  });

  it('refuses another unit and uneven times by name', async () => {
    await expect(write('mm', [1, 2], new Float32Array(8)).then(path => readTemperatureFile(path, 2154))).rejects.toThrow(
      /in "mm"; write K/,
    );
    await expect(write('celsius', [1, 2, 4], new Float32Array(12)).then(path => readTemperatureFile(path, 2154))).rejects.toThrow(
      /not equally spaced at index 2/,
    );
  });
});

describe('temperatureOnSteps', () => {
  const hourly = (...degrees: number[]) => ({
    ...GRID,
    stepMs: HOUR_MS,
    stamps: degrees.map((_, k) => epochMs(START + (k + 1) * HOUR_MS)),
    values: Float32Array.from(degrees.flatMap(value => [value, NaN, NaN, NaN])),
  });
  const onSteps = (record: ReturnType<typeof hourly>, from: number, to: number, stepMs: number) => [
    ...temperatureOnSteps(record, FIRST_CELL, timeGrid(epochMs(START + from * HOUR_MS), epochMs(START + to * HOUR_MS), stepMs)),
  ];

  it('gives a finer step the value of its hour and a longer one the mean of its hours', () => {
    expect(onSteps(hourly(4, 8), 0, 2, HOUR_MS / 4)).toEqual([4, 4, 4, 4, 8, 8, 8, 8]);
    expect(onSteps(hourly(4, 8, -2, 0), 0, 4, 2 * HOUR_MS)).toEqual([6, -1]);
    expect(onSteps(hourly(4, 8, -2), 0, 3, HOUR_MS)).toEqual([4, 8, -2]);
  });

  it('takes the mean of what it knows, and knows nothing before and after', () => {
    expect(onSteps(hourly(4, NaN, NaN, NaN), 0, 4, 2 * HOUR_MS)).toEqual([4, NaN]);
    expect(onSteps(hourly(4, 8), -1, 4, HOUR_MS)).toEqual([NaN, 4, 8, NaN, NaN]);
  });
});
