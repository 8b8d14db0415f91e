import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BEAT_MS, epochMs, parseIso } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { writeExceedances, writeHydrographs, type HydrographRow } from './forecasts.js';
import { readStatesBefore, writeStates, type StateRow } from './states.js';

const FIRST = parseIso('2014-11-04T12:00Z');
const beat = (k: number) => epochMs(FIRST + k * BEAT_MS);
const state = (k: number): StateRow => ({ issueTime: beat(k), validTime: beat(k - 1), state: Uint8Array.of(k, 255), hash: `h${k}` });

describe('states and forecasts', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await writeStates(database.pool, 'cance', 'replay', [0, 1, 2, 4].map(state));
  });
  afterAll(() => database.close());

  it('finds the newest state at or before each time', async () => {
    const found = await readStatesBefore(database.pool, 'cance', 'replay', [beat(3), beat(-1), beat(4), beat(0)]);
    expect(found).toEqual([state(2), null, state(4), state(0)]);
  });

  it('never overwrites a state', async () => {
    await writeStates(database.pool, 'cance', 'replay', [{ ...state(1), hash: 'other' }]);
    expect(await readStatesBefore(database.pool, 'cance', 'replay', [beat(1)])).toEqual([state(1)]);
  });

  it('stores a forecast to the last bit and refuses to overwrite it', async () => {
    const values = Float64Array.of(1 / 3, 2e-7, 317.38);
    const peak = { time: beat(3), value: 317.38, low: 200, high: 400 };
    const series = { q05: values, q25: values, q50: values, q75: values, q95: values, openLoop: values, analysis: values };
    const hydrograph: HydrographRow = { station: 'V3524010', startTime: beat(0), stepMs: BEAT_MS, peak, ...series };
    const cycle = { basin: 'cance', issueTime: beat(0), runKind: 'replay' } as const;
    await writeHydrographs(database.pool, cycle, [hydrograph]);
    await writeExceedances(database.pool, cycle, [
      { station: 'V3524010', level: 'yellow', threshold: 80, probability: 0.9, firstCrossing: beat(2) },
      { station: 'V3524010', level: 'red', threshold: 300, probability: 0.1, firstCrossing: null },
    ]);
    const { rows } = await database.pool.query('select q50, analysis, peak_time, step_s from hydrograph');
    expect(rows).toEqual([{ q50: Array.from(values), analysis: Array.from(values), peak_time: beat(3), step_s: 900 }]);
    await expect(writeHydrographs(database.pool, cycle, [hydrograph])).rejects.toThrow(/duplicate key/);
  });
});
