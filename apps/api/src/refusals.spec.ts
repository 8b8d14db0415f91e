import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startFixtureApi, type FixtureApi } from '../../../test/setup/fixture-api.js';
import { readProblem } from '../../../test/setup/read-problem.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';

describe('what the API refuses', () => {
  let database: TestDatabase;
  let api: FixtureApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'open', consoleFolder: null });
  }, 60_000);
  afterAll(async () => {
    await api.close();
    await database.close();
  });

  const get = (path: string, init?: RequestInit) => fetch(`${api.url}${path}`, init);
  const refuse = async (path: string, init?: RequestInit) => readProblem(await get(path, init));

  it('is said in problem+json that names every mistake and the remedy', async () => {
    expect(await refuse('/v1/stations/V3524010/forecast?issuetime=2014-11-04')).toMatchObject({
      status: 400,
      code: 'QUERY_INVALID',
      errors: [{ parameter: 'issuetime' }],
      remedy: 'Correct the named parameter; /docs describes each.',
      marker: 'REPLAY · EXERCISE',
    });
    const two = await refuse('/v1/stations/V3524010/observations?from=yesterday&limit=0');
    expect(two.errors.map(error => error.parameter)).toEqual(['from', 'limit']);
    expect(two.detail).toContain('"yesterday" is not a date');
    expect((await refuse('/v1/stations/V3524010/observations?from=2014-11-05&to=2014-11-04')).errors).toMatchObject([
      { parameter: 'from' },
    ]);
    expect(await refuse('/v1/stations/X1')).toMatchObject({ status: 404, code: 'STATION_UNKNOWN', detail: 'there is no station "X1"' });
    expect(await refuse('/v1/basins/rhone')).toMatchObject({ status: 404, code: 'BASIN_UNKNOWN' });
    expect(await refuse('/v1/alerts?station=X1')).toMatchObject({ status: 404, code: 'STATION_UNKNOWN' });
    expect(await refuse('/v1/basins/cance/map?deep=1')).toMatchObject({ status: 400, errors: [{ parameter: 'deep' }] });
    expect(await refuse('/v1/health/live?x=1')).toMatchObject({ status: 400 });
    expect(await refuse('/v1/nothing')).toMatchObject({ status: 404, code: 'ROUTE_UNKNOWN' });
    const broken = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' };
    expect(await refuse('/v1/replay/speed', broken)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    const large = { ...broken, body: JSON.stringify({ operator: 'x'.repeat(100_000) }) };
    expect(await refuse('/v1/replay/speed', large)).toMatchObject({ status: 413 });
  });
});
