import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { readMosaics, writeMosaic, type Mosaic } from './mosaics.js';

const NOON = parseIso('2014-11-04T12:00Z');
const minute = (k: number) => epochMs(NOON + k * MINUTE_MS);

const mosaic = (k: number, rate: number, delay = 10): Mosaic => ({
  ...{ basin: 'cance', source: 'radar', raster: '2 2', validTime: minute(k), durationMs: 15 * MINUTE_MS, receivedAt: minute(k + delay) },
  rates: Float32Array.of(rate, NaN, 0, 900),
});

describe('mosaics', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    for (const one of [mosaic(0, 4), mosaic(15, 8), mosaic(15, 12, 40), mosaic(15, 8)]) await writeMosaic(database.pool, one);
  });
  afterAll(() => database.close());

  const read = async (asOf: number, raster = '2 2') => {
    const mosaics = await readMosaics(database.pool, { basin: 'cance', raster, from: minute(-60), to: minute(60), asOf: minute(asOf) });
    return mosaics.map(({ values }) => Array.from(values, depth => Math.round(1000 * depth) / 1000));
  };

  it('are known as they had been received: depths, what was not seen, the largest rate that is kept', async () => {
    expect(await read(10)).toEqual([[1, NaN, 0, 163.835]]);
    expect(await read(25)).toEqual([
      [1, NaN, 0, 163.835],
      [2, NaN, 0, 163.835],
    ]);
    expect((await read(55))[1]![0]).toBe(3);
  });

  it('of another raster are not read', async () => {
    expect(await read(55, '3 3')).toEqual([]);
  });

  it('go when others came that are six hours newer', async () => {
    await writeMosaic(database.pool, mosaic(6 * 60 + 10, 1));
    const { rows } = await database.pool.query<{ valid_time: number }>(
      'select valid_time from rain_mosaic order by valid_time, received_at',
    );
    expect(rows.map(row => (row.valid_time - NOON) / HOUR_MS)).toEqual([0.25, 0.25, 6 + 1 / 6]);
  });
});
