import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseIso } from '#hydrology';
import { describeHouseKeeping } from './keep-house.contract.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { keepHouse } from './keep-house.js';

describeHouseKeeping('plain PostgreSQL', () => openTestDatabase());

describe('housekeeping', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it('is done by one process at a time', async () => {
    const other = await database.pool.connect();
    await other.query('begin');
    await other.query('select pg_advisory_xact_lock($1)', [0x68_6f_75_73]);
    expect(await keepHouse(database.pool, parseIso('2014-11-05'))).toBeNull();
    await other.query('rollback');
    other.release();
    expect(await keepHouse(database.pool, parseIso('2014-11-05'))).toEqual({ hours: 0, dropped: [] });
  });
});
