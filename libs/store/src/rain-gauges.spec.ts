import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { readRainGauges, readReceivedDepths, writeRainGauges, type RainGaugeRow } from './rain-gauges.js';
import { readRainAt, writeRain } from './rain.js';

const NOON = parseIso('2014-11-04T12:00Z');
const hour = (k: number) => epochMs(NOON + k * HOUR_MS);
const depth = (k: number, depthMm: number | null, delay = 0.5, flag: 0 | 3 | 9 = 0): RainGaugeRow => ({
  ...{ gauge: 'R1', validTime: hour(k), durationMs: HOUR_MS, receivedAt: hour(k + delay), depthMm, flag, flagSource: '', source: 'ea' },
});

describe('rain gauges', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    const rows = [depth(0, 1), depth(1, 0), depth(2, null, 0.5, 9), depth(1, 2, 3, 3)];
    await writeRainGauges(database.pool, 'cance', rows);
    await writeRainGauges(database.pool, 'cance', rows); // delivered twice
    await writeRainGauges(database.pool, 'other', [depth(0, 9)]);
  });
  afterAll(() => database.close());

  const read = (from: number, to: number, asOf: number, onTime?: { cutOff: number; stampedUntil: number }) =>
    readRainGauges(database.pool, {
      ...{ basin: 'cance', from: hour(from), to: hour(to), asOf: hour(asOf) },
      ...(onTime && { onTime: { cutOff: hour(onTime.cutOff), stampedUntil: hour(onTime.stampedUntil) } }),
    });

  it('are read as they were known, the missing left out and the dry not', async () => {
    const [early] = await read(-1, 3, 2);
    expect(early).toMatchObject({ gauge: 'R1', depths: Float64Array.of(1, 0), flags: Uint8Array.of(0, 0) });
    expect(early!.times).toEqual(Float64Array.of(hour(0), hour(1)));
    expect(early!.durationsMs).toEqual(Float64Array.of(HOUR_MS, HOUR_MS));
    const [late] = await read(-1, 3, 9);
    expect(late).toMatchObject({ depths: Float64Array.of(1, 2), flags: Uint8Array.of(0, 3) });
    expect(await read(5, 9, 9)).toEqual([]);
  });

  it('are read as if they had come in time', async () => {
    const [series] = await read(-1, 3, 9, { cutOff: 1, stampedUntil: 0 });
    expect(series!.depths).toEqual(Float64Array.of(1)); // of one o'clock nothing was there
  });

  it('leave one row a receipt however often it comes', async () => {
    const received = await readReceivedDepths(database.pool, { basin: 'cance', from: hour(-1), to: hour(3), asOf: hour(9) });
    expect(received.map(({ validTime, value }) => [(validTime - NOON) / HOUR_MS, value])).toEqual([
      [0, 1],
      [1, 0],
      [1, 2],
      [2, null],
    ]);
  });

  it('are received to the millisecond, like the grids over them', async () => {
    const receivedAt = epochMs(hour(20.5) + 250);
    const one = { ...depth(20, 4), receivedAt };
    await writeRainGauges(database.pool, 'cance', [one]);
    const grid = { source: 'radar', validTime: hour(20), durationMs: HOUR_MS, receivedAt, values: Float32Array.of(4), meanMm: 4 };
    await writeRain(database.pool, 'cance', [{ ...grid, flag: 0, flagSource: '' }]);
    const known = async (asOf: number, onTime?: { cutOff: EpochMs; stampedUntil: EpochMs }) => {
      const query = { basin: 'cance', from: hour(19), to: hour(20), asOf: epochMs(asOf), ...(onTime && { onTime }) };
      return [(await readRainGauges(database.pool, query)).length, (await readRainAt(database.pool, query, [0])).length];
    };
    expect([await known(receivedAt - 1), await known(receivedAt)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const depths = async (asOf: number) =>
      (await readReceivedDepths(database.pool, { basin: 'cance', from: hour(19), to: hour(20), asOf: epochMs(asOf) })).length;
    expect([await depths(receivedAt - 1), await depths(receivedAt)]).toEqual([0, 1]);
    const onTime = (cutOff: number) => ({ cutOff: epochMs(cutOff), stampedUntil: hour(18) });
    expect([await known(hour(30), onTime(receivedAt - 1)), await known(hour(30), onTime(receivedAt))]).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('have the radar over them read alone, every receipt in its order', async () => {
    const grid = (value: number, delay: number) => ({
      ...{ source: 'radar', validTime: hour(0), durationMs: HOUR_MS, receivedAt: hour(delay), values: Float32Array.of(0, value, NaN, 7) },
      ...{ meanMm: 1, flag: 0 as const, flagSource: '' },
    });
    await writeRain(database.pool, 'cance', [grid(1, 0.25), grid(2, 2)]);
    const at = (asOf: number) => readRainAt(database.pool, { basin: 'cance', from: hour(-2), to: hour(2), asOf: hour(asOf) }, [3, 1, 2, 3]);
    expect((await at(1)).map(({ values }) => values)).toEqual([Float32Array.of(7, 1, NaN, 7)]);
    expect((await at(3)).map(({ values }) => values[1])).toEqual([1, 2]);
  });
});
