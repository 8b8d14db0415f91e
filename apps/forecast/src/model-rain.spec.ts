import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { writeRainForecasts, type ForecastRow } from '#store';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { modelRain, modelRainOf } from './model-rain.js';
import { withModel } from './rain-to-come.js';

const hour = (k: number) => epochMs(parseIso('2014-11-04') + k * HOUR_MS);

describe('rain of a weather model', () => {
  let database: TestDatabase;
  let rows: readonly ForecastRow[];
  beforeAll(async () => {
    database = await openTestDatabase();
    // sums since the issue: `rate` mm each hour; the run of 06:00 has only begun to arrive
    const run = (issue: number, leads: number, rate: number) =>
      Array.from({ length: leads }, (_, k) => ({
        ...{
          source: 'model',
          issued: hour(issue),
          validTime: hour(issue + k + 1),
          durationMs: (k + 1) * HOUR_MS,
          receivedAt: hour(issue + 4),
        },
        values: Float32Array.of(rate * (k + 1)),
      }));
    rows = [...run(0, 24, 1), ...run(6, 3, 5)];
    await writeRainForecasts(database.pool, 'cance', rows);
  });
  afterAll(() => database.close());
  const read = (issue: number, asOf = issue) =>
    modelRain(database.pool, { basin: 'cance', issueTime: hour(issue), asOf: hour(asOf), end: hour(issue + 24) });
  /** mm of the hour that ends at `k`, by the newest run. */
  const at = ({ rain }: Awaited<ReturnType<typeof read>>, k: number) =>
    rain.filter(({ validTime }) => validTime === hour(k)).sort((a, b) => b.receivedAt - a.receivedAt)[0]?.values[0];

  it('is that of each hour by the newest run which had come and says something of it', async () => {
    const before = await read(9.9);
    expect([at(before, 8), at(before, 20)]).toEqual([1, 1]);
    const after = await read(10);
    expect([at(after, 8), at(after, 9), at(after, 10), at(after, 20)]).toEqual([5, 5, 1, 1]);
    expect(after.because).toBeUndefined();
  });

  it('is the same of runs in memory as of those in the archive, whenever it is asked for', async () => {
    for (const [issue, asOf] of [-1, 3, 4, 5, 9.9, 10, 12, 15, 22, 29, 31, 60].flatMap(k => [[k, k] as const, [k, k + 0.25] as const])) {
      const times = { issueTime: hour(issue), asOf: hour(asOf), end: hour(issue + 24) };
      expect(modelRainOf(rows.toReversed(), times)).toEqual(await read(issue, asOf));
    }
  });

  it('is said to be old, or not to be there', async () => {
    // what the run of 06:00 says has passed
    expect((await read(22)).because).toBe('The newest run of the weather model is that of 2014-11-04T00:00:00Z, 22 h old');
    expect((await read(15)).because).toBeUndefined();
    expect(await read(3)).toEqual({ rain: [], because: 'No run of a weather model has come' });
    expect((await read(60)).rain).toEqual([]); // what it says has passed
  });

  it('stands behind the nowcast, in its place, or leaves it alone', async () => {
    const { rain } = await read(10);
    const nowcast = { kind: 'nowcast' as const, rain: [] };
    const none = { kind: 'persistence' as const, because: 'There is no nowcast: no rain has come' };
    expect(withModel(nowcast, { rain })).toEqual({ kind: 'nowcast', rain: [], model: rain });
    expect(withModel(none, { rain, because: 'It is old' })).toEqual({
      kind: 'nwp',
      rain,
      because: 'There is no nowcast: no rain has come. It is old',
    });
    expect(withModel(nowcast, { rain: [], because: 'No run' })).toEqual({ ...nowcast, because: 'No run' });
    expect(withModel({ kind: 'persistence' }, { rain: [], because: 'No run' })).toEqual({ kind: 'persistence', because: 'No run' });
  });
});
