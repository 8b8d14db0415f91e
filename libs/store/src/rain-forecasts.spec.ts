import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { readRainForecasts, writeRainForecasts, type ForecastRow } from './rain-forecasts.js';

const hour = (k: number) => epochMs(parseIso('2014-11-04') + k * HOUR_MS);
/** The sum since the issue at `lead`, received `late` hours after it. */
const sum = (issue: number, lead: number, depth: number, late = 4): ForecastRow => ({
  ...{ source: 'model', issued: hour(issue), validTime: hour(issue + lead), durationMs: lead * HOUR_MS, receivedAt: hour(issue + late) },
  values: Float32Array.of(depth, NaN),
});

describe('rain of runs', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    const runs = [0, 6, 12].flatMap(issue => [1, 2, 3, 12].map(lead => sum(issue, lead, issue + lead)));
    await writeRainForecasts(database.pool, 'cance', runs);
    await writeRainForecasts(database.pool, 'cance', [sum(6, 1, 99, 9), sum(18, 1, 1, 99)]);
    await writeRainForecasts(database.pool, 'cance', []);
  });
  afterAll(() => database.close());

  const read = async (asOf: number, runs: number, [from, to] = [0, 40]) =>
    (await readRainForecasts(database.pool, { basin: 'cance', from: hour(from), to: hour(to), asOf: hour(asOf), runs })).map(
      ({ issued, validTime, values }) => [(issued - hour(0)) / HOUR_MS, (validTime - issued) / HOUR_MS, values[0]],
    );

  it('are seen as they were received at the cut-off, never a later one', async () => {
    expect(await read(3, 1)).toEqual([]);
    expect(await read(9.9, 1)).toEqual([1, 2, 3, 12].map(lead => [0, lead, lead]));
    expect((await read(10, 1)).map(([issue]) => issue)).toEqual([6, 6, 6, 6]);
    expect((await read(30, 1)).map(([issue]) => issue)).toEqual([12, 12, 12, 12]); // that of 18:00 comes later
  });

  it('are the newest, as many as are asked for, each from its beginning as far as it matters', async () => {
    expect((await read(10, 2, [9, 20])).map(([issue, lead]) => [issue, lead])).toEqual([
      ...[1, 2, 3, 12].map(lead => [0, lead]),
      ...[1, 2, 3, 12].map(lead => [6, lead]),
    ]);
  });

  it('count as they came first', async () => {
    expect((await read(40, 2)).find(([issue, lead]) => issue === 6 && lead === 1)).toEqual([6, 1, 7]);
  });
});
