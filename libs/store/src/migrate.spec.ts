import { setTimeout as delay } from 'node:timers/promises';
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

  /** Somebody who uses the table cycle until told to end; the migrations change it. */
  const useCycle = async () => {
    await database.pool.query(`drop table if exists migration; drop schema public cascade; create schema public`);
    await migrate(database.pool);
    await database.pool.query(`delete from migration where name like '0009%'; alter table cycle drop column members`);
    const client = await database.pool.connect();
    await client.query('begin; select from cycle');
    return async () => {
      await client.query('commit');
      client.release();
    };
  };

  it('let those at work with a table go first, and wait for no table so long that the others stand behind them', async () => {
    const end = await useCycle();
    const migrated = migrate(database.pool, { lockMs: 50, pauseMs: 200, tries: 20 });
    const waits: number[] = [];
    for (let asked = 0; asked < 30; asked++) {
      await delay(20);
      const began = performance.now();
      await database.pool.query('select from cycle');
      waits.push(performance.now() - began);
    }
    await end();
    expect(await migrated).toEqual(['0009_forecast_member.sql']);
    expect(Math.max(...waits)).toBeLessThan(1_000);
  });

  it('say so when a table stays in use', async () => {
    const end = await useCycle();
    const migrated = migrate(database.pool, { lockMs: 20, pauseMs: 20, tries: 3 });
    await expect(migrated).rejects.toMatchObject({ code: 'SQL_CONFLICT', message: expect.stringMatching(/lock timeout/) as unknown });
    await end();
    expect(await migrate(database.pool)).toEqual(['0009_forecast_member.sql']);
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
