import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BEAT_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import type { ForecastBasin } from './forecast-basin.js';
import { enterDueCycles } from './schedule.js';

const FIRST = parseIso('2014-11-04T12:00Z');
const CUT_OFF_MS = 4 * MINUTE_MS;
const basin = { model: { basin: 'cance' }, domain: { settings: { forecast: { cutOff: CUT_OFF_MS } } } } as unknown as ForecastBasin;

describe('schedule', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate cycle, outbox'));

  const enter = (now: number) => enterDueCycles({ pool: database.pool, basin, runKind: 'scheduled', first: FIRST }, epochMs(now));
  const ledger = async () => {
    const { rows } = await database.pool.query<{ issue_time: number; as_of: number; notifies: boolean }>(
      'select issue_time, as_of, notifies from cycle order by issue_time',
    );
    return rows.map(row => [(row.issue_time - FIRST) / BEAT_MS, (row.as_of - row.issue_time) / MINUTE_MS, row.notifies]);
  };

  it('waits for the cut-off', async () => {
    await enter(FIRST + CUT_OFF_MS - 1);
    expect(await ledger()).toEqual([]);
    await enter(FIRST + CUT_OFF_MS);
    expect(await ledger()).toEqual([[0, 4, true]]);
  });

  it('catches up with every missed cycle, of which only the newest notifies', async () => {
    await enter(FIRST + CUT_OFF_MS);
    await enter(FIRST + 3 * BEAT_MS + CUT_OFF_MS + MINUTE_MS);
    expect(await ledger()).toEqual([
      [0, 4, true],
      [1, 4, false],
      [2, 4, false],
      [3, 4, true],
    ]);
    const { rows } = await database.pool.query<{ value: { issueTime: number } }>('select value from outbox order by id');
    expect(rows.map(row => (row.value.issueTime - FIRST) / BEAT_MS)).toEqual([0, 1, 2, 3]);
  });

  it('lets the newest of the missed ones see what came in meanwhile', async () => {
    await enter(FIRST + CUT_OFF_MS);
    await enter(FIRST + 2 * BEAT_MS + CUT_OFF_MS + 8 * MINUTE_MS);
    expect(await ledger()).toEqual([
      [0, 4, true],
      [1, 4, false],
      [2, 12, true],
    ]);
    await enter(FIRST + 3 * BEAT_MS + CUT_OFF_MS + 4 * MINUTE_MS); // one missed
    expect((await ledger()).at(-1)).toEqual([3, 8, true]);
  });

  it('does nothing for a clock that goes back, and catches up with one that jumps ahead', async () => {
    await enter(FIRST + BEAT_MS + CUT_OFF_MS);
    const before = await ledger();
    await enter(FIRST + BEAT_MS + CUT_OFF_MS - 60 * MINUTE_MS);
    expect(await ledger()).toEqual(before);
    await enter(FIRST + 4 * BEAT_MS + CUT_OFF_MS);
    expect((await ledger()).map(([beat, , notifies]) => [beat, notifies])).toEqual([
      [0, false],
      [1, true],
      [2, false],
      [3, false],
      [4, true],
    ]);
  });

  it('enters a cycle once, whoever looks', async () => {
    await Promise.all([1, 2, 3].map(() => enter(FIRST + CUT_OFF_MS)));
    expect(await ledger()).toHaveLength(1);
    expect((await database.pool.query('select from outbox')).rowCount).toBe(1);
  });
});
