import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { ObservationList, OperatorActList, Problem, VerdictList, VerdictReply } from '#contracts';
import { RAIN_GAUGE, startFixtureApi, type FixtureApi } from '../../../test/setup/fixture-api.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';

describe('verdicts of operators over the API', () => {
  let database: TestDatabase;
  let api: FixtureApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'public', consoleFolder: null, rainGauges: [RAIN_GAUGE] });
  }, 60_000);
  afterAll(async () => {
    await api.close();
    await database.close();
  });

  const ask = async <S extends z.ZodType>(schema: S, path: string, init?: RequestInit): Promise<z.output<S>> =>
    schema.parse(await (await fetch(`${api.url}${path}`, init)).json());
  const post = (body: object): RequestInit => ({
    method: 'POST',
    headers: { 'x-api-key': api.key, 'content-type': 'application/json' },
    body: JSON.stringify({ operator: 'M. Durand', reason: 'float stuck, seen on site', ...body }),
  });
  const AT = '/v1/stations/V3524010/verdicts';
  const flags = async (asOf = '') =>
    (await ask(ObservationList, `/v1/stations/V3524010/observations?from=2014-11-04T12:00Z${asOf}`)).values.map(
      ({ flag, flagSource, revision }) => `${flag} ${flagSource} ${revision}`,
    );

  it('are given with a name and a reason, shown to everybody, and seen by reads from then on', async () => {
    expect(await flags()).toEqual(['0  0', '0  0', '0  0']);
    const stretch = { from: '2014-11-04T13:00:00Z', to: '2014-11-04T14:00:00Z', decision: 'reject' };
    const { verdict, values } = await ask(VerdictReply, AT, post(stretch));
    expect(values).toBe(1);
    expect(verdict).toMatchObject({ ...stretch, variable: 'Q', by: 'M. Durand', at: '2014-11-04T15:34:00Z', superseded: false });
    expect(await flags()).toEqual(['0  0', '6 MAN 1', '0  0']);
    expect(await flags('&asOf=2014-11-04T15:33Z')).toEqual(['0  0', '0  0', '0  0']);
    expect((await ask(VerdictList, AT)).verdicts.map(({ reason }) => reason)).toEqual(['float stuck, seen on site']);
    expect((await ask(VerdictList, `${AT}?asOf=2014-11-04T15:33Z`)).verdicts).toEqual([]);
    await ask(VerdictReply, AT, post({ ...stretch, decision: 'checks', reason: 'it was the other float' }));
    expect(await flags()).toEqual(['0  0', '0  2', '0  0']);
    expect((await ask(VerdictList, AT)).verdicts.map(({ superseded }) => superseded)).toEqual([false, true]);
  });

  it('are read again to the millisecond by the asOf of an answer', async () => {
    await database.pool.query(
      `insert into observation values ('cance', 'V3524010', 'H', '2014-11-04T15:00Z', 0, '2014-11-04T15:20:00.500Z', 1.5, 0, '', 'test')`,
    );
    const read = (asOf: string) =>
      ask(ObservationList, `/v1/stations/V3524010/observations?variable=H&from=2014-11-04T14:30Z&to=2014-11-04T15:00Z&asOf=${asOf}`);
    const given = await read('2014-11-04T15:20:00.750Z');
    expect([given.asOf, given.values.length]).toEqual(['2014-11-04T15:20:00.750Z', 1]);
    expect((await read(given.asOf)).values).toEqual(given.values);
    expect((await read('2014-11-04T15:20:00.250Z')).values).toEqual([]);
  });

  it('are announced, so that the alerts weigh the values anew, and kept among the acts of operators', async () => {
    const { rows } = await database.pool.query<{ value: object }>(
      `select value from outbox where topic = 'obs.archived.v1' and message_id like '%verdict%' order by id limit 1`,
    );
    expect(rows[0]!.value).toMatchObject({ basin: 'cance', runKind: 'replay', values: 1 });
    const { acts } = await ask(OperatorActList, '/v1/operator-acts?limit=1', { headers: { 'x-api-key': api.key } });
    expect(acts[0]).toMatchObject({ act: 'POST /v1/stations/:station/verdicts', target: AT, callerName: 'Duty desk', status: 200 });
  });

  it('are refused without a reason, on nothing, on the distant past, and from whoever may not act', async () => {
    const stretch = { from: '2014-11-04T13:00:00Z', to: null, decision: 'trust' };
    const refuse = async (path: string, init: RequestInit) => {
      const { status, code, detail } = await ask(Problem, path, init);
      return `${status} ${code} ${detail}`;
    };
    expect(await refuse(AT, post({ ...stretch, reason: ' ' }))).toContain('400 QUERY_INVALID');
    expect(await refuse(AT, post({ ...stretch, decision: 'perhaps' }))).toContain('400 QUERY_INVALID');
    expect(await refuse(AT, post({ ...stretch, to: '2014-11-04T13:00:00Z' }))).toContain(
      '409 CONFLICT to: 2014-11-04T13:00:00Z is not after',
    );
    expect(await refuse(AT, post({ ...stretch, from: '2014-10-01T00:00:00Z' }))).toContain('begin at 2014-10-04T15:34:00Z or later');
    expect(await refuse('/v1/stations/CANCE-V1/verdicts', post(stretch))).toContain('409 CONFLICT CANCE-V1 has no gauge');
    expect(await refuse('/v1/stations/NOWHERE/verdicts', post(stretch))).toContain('404 STATION_UNKNOWN');
    expect(await refuse(AT, { method: 'POST' })).toContain('401 CALLER_UNKNOWN');
  });

  it('are given of rain gauges too, which measure P and nothing else', async () => {
    await database.pool.query(
      `insert into rain_gauge values ('cance', 'RG1', '2014-11-04T14:00Z', 3600, 0, '2014-11-04T14:20Z', 12, 0, '', 'table')`,
    );
    const [stretch, path] = [{ from: '2014-11-04T13:00:00Z', to: null, decision: 'reject' }, '/v1/stations/RG1/verdicts'];
    const wrong = await ask(Problem, path, post(stretch));
    expect(`${wrong.status} ${wrong.detail}`).toContain('409 variable: RG1 measures P, not Q');
    expect((await ask(Problem, AT, post({ ...stretch, variable: 'P' }))).detail).toContain('variable: V3524010 measures Q and H, not P');
    expect(await ask(VerdictReply, path, post({ ...stretch, variable: 'P' }))).toMatchObject({ station: 'RG1', values: 1 });
    expect((await ask(VerdictList, path)).verdicts).toMatchObject([{ variable: 'P', decision: 'reject', to: null }]);
    const { variable, values } = await ask(ObservationList, '/v1/stations/RG1/observations?from=2014-11-04T12:00Z');
    expect([variable, values]).toMatchObject(['P', [{ rainMm: 12, durationMinutes: 60, flag: 6, flagSource: 'MAN', revision: 1 }]]);
    const before = await ask(ObservationList, '/v1/stations/RG1/observations?from=2014-11-04T12:00Z&asOf=2014-11-04T15:00Z');
    expect(before.values.map(({ flag }) => flag)).toEqual([0]);
    expect((await ask(Problem, '/v1/stations/RG1/observations?variable=Q')).detail).toContain('variable: RG1 measures P, not Q');
  });
});
