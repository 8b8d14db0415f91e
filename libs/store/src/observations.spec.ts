import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { readObservations, writeObservations, type ObservationRow } from './observations.js';

const NOON = parseIso('2014-11-04T12:00Z');
const at = (minutes: number) => epochMs(NOON + minutes * MINUTE_MS);

const row = (changes: Partial<ObservationRow> = {}): ObservationRow => ({
  station: 'V3524010',
  variable: 'Q',
  validTime: NOON,
  receivedAt: at(20),
  value: 100,
  flag: 0,
  flagSource: '',
  source: 'gauges',
  ...changes,
});

describe('observations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate observation'));

  const read = (asOf = at(600)) =>
    readObservations(database.pool, { basin: 'cance', variable: 'Q', from: epochMs(NOON - HOUR_MS), to: at(180), asOf });
  const revisions = async () =>
    (
      await database.pool.query<{ revision: number; value: number }>(
        'select revision, value from observation order by valid_time, revision',
      )
    ).rows;

  it('reads what was known at the cut-off, not later corrections', async () => {
    await writeObservations(database.pool, 'cance', [row(), row({ receivedAt: at(90), value: 110, flag: 1 })]);
    expect((await read(at(19))).length).toBe(0);
    expect(Array.from((await read(at(20)))[0]!.values)).toEqual([100]);
    const [late] = await read(at(90));
    expect([Array.from(late!.values), Array.from(late!.flags), Array.from(late!.times)]).toEqual([[110], [1], [NOON]]);
  });

  it('leaves one trace of a value delivered twice', async () => {
    await writeObservations(database.pool, 'cance', [row()]);
    await writeObservations(database.pool, 'cance', [row(), row({ receivedAt: at(35) })]);
    expect(await revisions()).toEqual([{ revision: 0, value: 100 }]);
  });

  it('ignores the repeat of an older receipt after a correction', async () => {
    await writeObservations(database.pool, 'cance', [row(), row({ receivedAt: at(90), value: 110 })]);
    await writeObservations(database.pool, 'cance', [row()]);
    expect(await revisions()).toEqual([
      { revision: 0, value: 100 },
      { revision: 1, value: 110 },
    ]);
  });

  it('leaves out what was reported as missing and keeps stations apart, ascending', async () => {
    await writeObservations(database.pool, 'cance', [
      row({ validTime: at(60), value: 120 }),
      row({ validTime: at(30), value: null, flag: 9 }),
      row(),
      row({ station: 'V3515010', value: 7 }),
    ]);
    const series = await read();
    expect(series.map(one => [one.station, Array.from(one.values)])).toEqual([
      ['V3515010', [7]],
      ['V3524010', [100, 120]],
    ]);
  });

  it('covers (from, to]', async () => {
    const hours = [-60, 0, 180, 240].map(minutes => row({ validTime: at(minutes), value: minutes }));
    await writeObservations(database.pool, 'cance', hours);
    expect(Array.from((await read())[0]!.values)).toEqual([0, 180]);
  });
});
