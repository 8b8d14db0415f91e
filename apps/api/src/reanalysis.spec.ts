import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem, ReanalysisReply } from '#contracts';
import { BEAT_MS, MINUTE_MS, epochMs, toIso } from '#hydrology';
import { startFixtureApi, type FixtureApi } from '../../../test/setup/fixture-api.js';
import { OUTLET, REANALYSED, TERNAY, disturbInputs, reanalyse } from '../../../test/setup/late-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';

const { from: FROM, to: TO } = REANALYSED;
const PATH = '/v1/basins/cance/reanalysis';

describe('what late and corrected values changed', () => {
  let database: TestDatabase;
  let api: FixtureApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'open', consoleFolder: null });
  }, 60_000);
  afterAll(async () => {
    expect(api.defects).toEqual([]);
    await api.close();
    await database.close();
  });
  const get = (query = '') => fetch(`${api.url}${PATH}${query}`);
  const read = async (query = ''): Promise<ReanalysisReply> => ReanalysisReply.parse(await (await get(query)).json());

  it('is nothing while everything came on time', async () => {
    expect(await read()).toMatchObject({
      ...{ basin: 'cance', marker: 'REPLAY · EXERCISE', from: '2014-11-01T15:34:00Z', to: '2014-11-04T15:34:00Z' },
      ...{ computedFrom: null, computedTo: null, waiting: 0, inputs: [], changes: [] },
    });
  });

  it('names the inputs of which something came late or was corrected', async () => {
    await disturbInputs(database.pool);
    const { inputs } = await read();
    const none = { late: 0, corrected: 0, longestDelayMinutes: null, largestChangeM3s: null, largestChangeMm: null };
    const [noon, one, eleven] = ['2014-11-04T12:00:00Z', '2014-11-04T13:00:00Z', '2014-11-04T11:30:00Z'];
    expect(inputs).toEqual([
      { ...none, input: TERNAY, name: 'Ternay gauge', late: 1, from: one, to: one, longestDelayMinutes: 95 },
      { ...none, input: OUTLET, name: 'Cance at Sarras', corrected: 1, from: noon, to: noon, largestChangeM3s: 7.5 },
      { ...none, input: 'rain', name: expect.any(String) as unknown, corrected: 1, from: eleven, to: eleven, largestChangeMm: 0.75 },
    ]);
    expect((await read('?to=2014-11-04T12:30Z')).inputs.map(({ input }) => input)).toEqual([OUTLET, 'rain']);
  });

  it('shows the transitions that would not have been and those that would', async () => {
    const { warned, spared } = await reanalyse(database.pool);
    const { changes, computedFrom, computedTo, waiting } = await read();
    expect([computedFrom, computedTo, waiting]).toEqual([toIso(FROM), toIso(TO), 0]);
    const told = changes
      .filter(({ level }) => level === 'yellow')
      .map(({ change, station, phase, at }) => `${change} ${station} ${phase} ${at}`);
    const cutOff = (beats: number) => toIso(epochMs(FROM + beats * BEAT_MS + 4 * MINUTE_MS));
    expect(told.sort()).toEqual(
      [
        ...[`gained ${warned} pending ${cutOff(0)}`, `gained ${warned} raised ${cutOff(1)}`],
        ...[`lost ${spared} pending ${cutOff(0)}`, `lost ${spared} raised ${cutOff(1)}`],
      ].sort(),
    );
    expect(changes.map(({ at }) => at)).toEqual([...changes.map(({ at }) => at)].sort());
    expect(changes.every(({ name, marker }) => name !== '' && marker === 'REPLAY · EXERCISE')).toBe(true);
  });

  it('says how many cycles are still to be computed again', async () => {
    await database.pool.query(`update cycle set status = 'due' where run_kind = 'reanalysis' and issue_time = $1`, [toIso(TO)]);
    expect(await read()).toMatchObject({ waiting: 1, computedTo: toIso(epochMs(TO - BEAT_MS)) });
    expect((await read(`?to=${toIso(epochMs(TO - BEAT_MS))}`)).waiting).toBe(0);
  });

  it('gives its rows as CSV, and refuses a window it cannot look at', async () => {
    const [head, ...rows] = (await (await get('?format=csv')).text()).trimEnd().split('\r\n');
    expect(head).toContain('change,name');
    expect(rows.length).toBeGreaterThan(2);
    for (const query of ['?from=2014-11-05', '?from=2014-09-01', '?from=yesterday']) {
      const refused = await get(query);
      expect(Problem.parse(await refused.json())).toMatchObject({ status: 400, code: 'QUERY_INVALID', errors: [{ parameter: 'from' }] });
    }
    expect((await fetch(`${api.url}/v1/basins/rhone/reanalysis`)).status).toBe(404);
  });
});
