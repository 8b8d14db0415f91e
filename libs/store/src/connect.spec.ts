import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { connect, inTransaction } from './connect.js';

describe('connect', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it('reads times as epoch milliseconds in UTC and bigint as numbers', async () => {
    const { rows } = await database.pool.query(
      `select '2014-11-04 16:00:00.25+01'::timestamptz as at, 9007199254740991::bigint as many, null::timestamptz as never`,
    );
    expect(rows).toEqual([{ at: Date.parse('2014-11-04T15:00:00.250Z'), many: Number.MAX_SAFE_INTEGER, never: null }]);
  });

  it('reads arrays of numbers as they are', async () => {
    const { rows } = await database.pool.query(
      `select array[1.5, -2e-300, 0.1, 'NaN', '-Infinity', null]::float8[] as values, '{}'::float8[] as none, null::float8[] as never`,
    );
    expect(rows).toEqual([{ values: [1.5, -2e-300, 0.1, NaN, -Infinity, null], none: [], never: null }]);
  });

  it('undoes a transaction that fails', async () => {
    await database.pool.query('create table kept (n integer)');
    const failing = inTransaction(database.pool, async client => {
      await client.query('insert into kept values (1)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await database.pool.query('select from kept')).rowCount).toBe(0);
  });

  it('turns a connection lost in the middle of a transaction into a transient fault, and works on', async () => {
    const cut = inTransaction(database.pool, async client => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await database.pool.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      await new Promise(resolve => setTimeout(resolve, 50)); // nobody is asking when the connection goes
      await client.query('select 1');
    });
    await expect(cut).rejects.toMatchObject({ code: 'SQL_UNAVAILABLE', kind: 'transient' });
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('turns a deadlock into a transient fault for the one that gives way', async () => {
    await database.pool.query('create table first (n integer); create table second (n integer)');
    const locking = (tables: readonly string[], met: () => Promise<void>) =>
      inTransaction(database.pool, async client => {
        await client.query(`lock ${tables[0]}`);
        await met();
        await client.query(`lock ${tables[1]}`);
      });
    let waiting = 0;
    const met = async () => {
      waiting++;
      while (waiting < 2) await new Promise(resolve => setTimeout(resolve, 5));
    };
    const ends = await Promise.allSettled([locking(['first', 'second'], met), locking(['second', 'first'], met)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const reasons = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []));
    expect(reasons).toMatchObject([{ code: 'SQL_CONFLICT', kind: 'transient' }]);
  });

  it('names a server that does not answer', async () => {
    const nowhere = connect('postgres://freshet@127.0.0.1:1/freshet');
    await expect(inTransaction(nowhere, () => Promise.resolve())).rejects.toMatchObject({ code: 'SQL_UNAVAILABLE' });
    await expect(nowhere.query('select 1')).rejects.toMatchObject({ code: 'SQL_UNAVAILABLE' });
    await nowhere.end();
  });
});
