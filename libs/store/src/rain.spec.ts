import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { readRain, writeRain, type RainRow } from './rain.js';

const NOON = parseIso('2014-11-04T12:00Z');
const hour = (k: number) => epochMs(NOON + k * HOUR_MS);

const grid = (k: number, depth: number, delay = 0.25): RainRow => ({
  source: 'radar',
  validTime: hour(k),
  durationMs: HOUR_MS,
  receivedAt: hour(k + delay),
  values: Float32Array.of(depth, Number.NaN, 0.1),
  meanMm: depth,
  flag: 0,
  flagSource: '',
});

describe('rain', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await writeRain(database.pool, 'cance', [grid(0, 1), grid(1, 2), grid(2, 3), grid(1, 2.5, 3)]);
    await writeRain(database.pool, 'cance', [grid(1, 2)]);
  });
  afterAll(() => database.close());

  const depths = async (from: number, to: number, asOf: number) =>
    (await readRain(database.pool, { basin: 'cance', from: hour(from), to: hour(to), asOf: hour(asOf) })).map(one => one.values[0]);

  it('gives back every bit of a grid, missing cells included', async () => {
    const [first] = await readRain(database.pool, { basin: 'cance', from: hour(-1), to: hour(0), asOf: hour(9) });
    expect(first).toEqual({ validTime: hour(0), durationMs: HOUR_MS, receivedAt: hour(0.25), values: Float32Array.of(1, Number.NaN, 0.1) });
  });

  it('knows what had been received at the cut-off', async () => {
    expect(await depths(-1, 2, 1)).toEqual([1]);
    expect(await depths(-1, 2, 2.25)).toEqual([1, 2, 3]);
    expect(await depths(-1, 2, 9)).toEqual([1, 2.5, 3]);
  });

  it('includes a grid that reaches into the interval from either side', async () => {
    expect(await depths(0.5, 0.75, 9)).toEqual([2.5]);
    expect(await depths(0, 1, 9)).toEqual([2.5]);
  });
});
