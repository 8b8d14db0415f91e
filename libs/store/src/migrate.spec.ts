import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { migrate } from './migrate.js';

describe('migrations', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it('are applied once, by however many replicas that start', async () => {
    await database.pool.query('drop schema public cascade; create schema public');
    const applied = await Promise.all([migrate(database.pool), migrate(database.pool), migrate(database.pool)]);
    expect(applied.flat().filter(name => name === '0001_first.sql')).toHaveLength(1);
  });

  it('refuse a database made by a newer Freshet', async () => {
    await database.pool.query(`insert into migration (name, checksum) values ('9999_future.sql', '')`);
    await expect(migrate(database.pool)).rejects.toMatchObject({ code: 'SCHEMA_CHANGED' });
    await database.pool.query(`delete from migration where name = '9999_future.sql'`);
  });

  it('refuse a file that was changed after it had been applied', async () => {
    await database.pool.query(`update migration set checksum = 'x' where name = '0001_first.sql'`);
    await expect(migrate(database.pool)).rejects.toMatchObject({ code: 'SCHEMA_CHANGED' });
  });
});
