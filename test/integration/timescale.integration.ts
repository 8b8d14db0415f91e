import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseIso } from '#hydrology';
import {
  DATABASE_ROLES,
  HYPERTABLES,
  assertMigrated,
  connect,
  decideVerdict,
  grantDatabaseRoles,
  inTransaction,
  keepHouse,
  mayMigrate,
  migrate,
  readEdition,
  readObservations,
  readRain,
  writeObservations,
} from '#store';
import { describeHouseKeeping } from '../../libs/store/src/keep-house.contract.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';

describeHouseKeeping('TimescaleDB, Apache edition', () => openTestDatabase());

describe('TimescaleDB', () => {
  let database: TestDatabase;
  const rowsOf = async (sql: string, values: unknown[] = []) => (await database.pool.query<Record<string, unknown>>(sql, values)).rows;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it('holds the growing tables as hypertables, and migrating again changes nothing', async () => {
    expect(await readEdition(database.pool)).toBe('apache');
    expect(await migrate(database.pool)).toEqual([]);
    const tables = await rowsOf('select hypertable_name from timescaledb_information.hypertables order by 1');
    expect(tables.map(row => row['hypertable_name'])).toEqual(HYPERTABLES.map(({ table }) => table).sort());
  });

  it('reads as of a time by an index, and only the chunks of the window', async () => {
    // 40 stations, 15 minutes, 120 days: 460,000 values, every tenth corrected an hour later
    await database.pool.query(
      `insert into observation select 'b' || s % 4, 'S' || s, 'Q', time, 0, time + interval '20 minutes', 1, 0, '', 'x'
       from generate_series(0, 39) s, generate_series('2014-07-01'::timestamptz, '2014-10-29', '15 minutes') time`,
    );
    await database.pool.query(
      `insert into observation select basin, station, variable, valid_time, 1, received_at + interval '1 hour', 2, 0, '', 'x' from observation where extract(minute from valid_time) = 15 and extract(hour from valid_time)::int % 3 = 0`,
    );
    await database.pool.query('analyze observation');
    const query = {
      basin: 'b1',
      variable: 'Q',
      from: parseIso('2014-10-01'),
      to: parseIso('2014-10-02'),
      asOf: parseIso('2014-10-02T00:25Z'),
    } as const;
    const plan = await planOf(() => readObservations(database.pool, query));
    expect(plan).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
    expect(plan).not.toMatch(/Seq Scan/);
    expect(new Set(plan.match(/_hyper_\d+_\d+_chunk(?=\b)/g)).size).toBeLessThanOrEqual(2); // of ten
    const series = await readObservations(database.pool, query);
    expect(series).toHaveLength(10);
    expect(series[0]!.values).toHaveLength(96);
    expect(new Set(series[0]!.values)).toEqual(new Set([1, 2]));
    const rain = await planOf(() => readRain(database.pool, { basin: 'b1', from: query.from, to: query.to, asOf: query.asOf }));
    expect(rain).not.toMatch(/Seq Scan/);
  });

  it('adds what verdicts need to hypertables that are full, and decides on a month of values', async () => {
    await database.pool.query(
      `drop table verdict; alter table observation drop column verdict; delete from migration where name = '0013_verdict.sql'`,
    );
    expect(await migrate(database.pool)).toEqual(['0013_verdict.sql']);
    const stretch = { basin: 'b1', station: 'S1', variable: 'Q', from: parseIso('2014-09-28'), to: parseIso('2014-10-29') } as const;
    const decided = { ...stretch, decision: 'reject', reason: 'float stuck', by: 'M. Durand', at: parseIso('2014-10-29T01:00Z') } as const;
    const { values } = await inTransaction(database.pool, client => decideVerdict(client, decided));
    expect(values).toBe(31 * 96);
    const flagsAt = async (asOf: string) =>
      (await readObservations(database.pool, { ...stretch, asOf: parseIso(asOf), stations: ['S1'] }))[0]!.flags;
    expect(new Set(await flagsAt('2014-10-29T01:00Z'))).toEqual(new Set([6]));
    expect(new Set(await flagsAt('2014-10-29T00:59Z'))).toEqual(new Set([0]));
  });

  it('takes every later migration, late values and retention on chunks of years, compressed where the edition can', async () => {
    const old = await openTestDatabase();
    try {
      const { pool } = old;
      await pool.query(
        `drop table rain_forecast; drop table verdict, rain_mosaic; alter table observation drop column verdict;
         delete from migration where name in ('0013_verdict.sql', '0015_rain_forecast.sql', '0016_rain_mosaic.sql')`,
      );
      await pool.query(
        `insert into observation select 'b', 'S' || s, 'Q', time, 0, time + interval '20 minutes', 1, 0, '', 'x'
         from generate_series(0, 3) s, generate_series('2013-11-01'::timestamptz, '2014-11-01', '1 hour') time`,
      );
      await pool.query(
        `insert into rain_grid select 'b', 'radar', time, 0, 3600, time + interval '15 minutes', '\\x0000803f', 1, 0, ''
         from generate_series('2011-11-01'::timestamptz, '2014-11-01', '6 hours') time`,
      );
      const chunks = await compressAll(pool);
      expect(await migrate(pool)).toEqual(['0013_verdict.sql', '0015_rain_forecast.sql', '0016_rain_mosaic.sql']);
      expect(chunks).toBeGreaterThan(26 + 156);
      const late = { station: 'S1', variable: 'Q', flag: 0, flagSource: '', source: 'late' } as const;
      const at = parseIso('2013-12-24T18:00Z');
      const receivedAt = parseIso('2014-11-01T12:00Z');
      await writeObservations(pool, 'b', [
        { ...late, validTime: at, receivedAt, value: 7 }, // a correction
        { ...late, validTime: parseIso('2013-12-24T18:30Z'), receivedAt, value: 8 }, // a value that came late
      ]);
      const query = {
        basin: 'b',
        variable: 'Q',
        from: parseIso('2013-12-24T17:30Z'),
        to: parseIso('2013-12-24T18:30Z'),
        stations: ['S1'],
      } as const;
      expect([...(await readObservations(pool, { ...query, asOf: receivedAt }))[0]!.values]).toEqual([7, 8]);
      expect([...(await readObservations(pool, { ...query, asOf: parseIso('2014-01-01') }))[0]!.values]).toEqual([1]);
      const stretch = { basin: 'b', station: 'S2', variable: 'Q', from: parseIso('2013-12-01'), to: parseIso('2014-01-01') } as const;
      const decided = { ...stretch, decision: 'reject', reason: 'ice', by: 'M. Durand', at: receivedAt } as const;
      expect((await inTransaction(pool, client => decideVerdict(client, decided))).values).toBe(31 * 24);
      // the hours of the year were rolled up as it went: at once they take 17 s
      if ((await readEdition(pool)) === 'apache')
        await pool.query(`insert into roll_up values ('observation_hourly', '2014-11-01T06:00Z')`);
      await keepHouse(pool, receivedAt);
      if ((await readEdition(pool)) === 'community') await pool.query(RETAIN_NOW);
      const kept = await pool.query<{ rain: string; gauges: string }>(
        `select (select min(valid_time)::date::text from rain_grid) as rain, (select min(valid_time)::date::text from observation) as gauges`,
      );
      expect(kept.rows[0]!.rain > '2012-10-20' && kept.rows[0]!.rain < '2012-11-03').toBe(true); // two years, in whole chunks
      expect(kept.rows[0]!.gauges).toBe('2013-11-01'); // for ever
    } finally {
      await old.close();
    }
  });

  /** The policies of the community edition, without waiting for their hour. */
  const RETAIN_NOW = `select drop_chunks('rain_grid', '2012-11-01'::timestamptz)`;

  /** How many chunks there are, all of them compressed where that can be. */
  async function compressAll(pool: TestDatabase['pool']): Promise<number> {
    const { rows } = await pool.query<{ chunk: string }>(
      `select format('%I.%I', chunk_schema, chunk_name) as chunk from timescaledb_information.chunks where hypertable_name in ('observation', 'rain_grid')`,
    );
    if ((await readEdition(pool)) === 'community') for (const { chunk } of rows) await pool.query('select compress_chunk($1)', [chunk]);
    else process.stdout.write('not tested: compressed chunks, which the Apache edition of TimescaleDB does not have\n');
    return rows.length;
  }

  /** The plan of the one statement that a read sends. */
  async function planOf(read: () => Promise<unknown>): Promise<string> {
    const { pool } = database;
    const original = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
    let seen: unknown[] = [];
    pool.query = ((...args: unknown[]) => original(...(seen = args))) as typeof pool.query;
    await read();
    pool.query = original as typeof pool.query;
    const [sql, values] = seen as [string, unknown[]];
    const rows = await rowsOf(`explain ${sql}`, values);
    return rows.map(row => row['QUERY PLAN']).join('\n');
  }

  describe('roles', () => {
    const urlAs = (user: string) => database.url.replace(/\/\/[^@]*@/, `//${user}:secret@`);
    beforeAll(async () => {
      await inTransaction(database.pool, grantDatabaseRoles);
      await inTransaction(database.pool, grantDatabaseRoles);
      for (const role of Object.values(DATABASE_ROLES)) {
        await database.pool.query(`drop role if exists ${role}_login`);
        await database.pool.query(`create role ${role}_login login password 'secret' in role ${role}`);
      }
    });
    afterAll(async () => {
      for (const role of Object.values(DATABASE_ROLES)) await database.pool.query(`drop role ${role}_login`);
    });
    const as = async <T>(role: string, work: (pool: ReturnType<typeof connect>) => Promise<T>): Promise<T> => {
      const pool = connect(urlAs(`${role}_login`), { maxConnections: 1 });
      return work(pool).finally(() => pool.end());
    };

    it('lets the writer write, but neither change the schema nor rewrite what happened to an alert', async () => {
      await as(DATABASE_ROLES.writer, async pool => {
        await pool.query(`insert into observation values ('w', 'W', 'Q', '2016-01-01', 0, '2016-01-01', 1, 0, '', 'x')`); // makes a chunk
        expect(await mayMigrate(pool)).toBe(false);
        await assertMigrated(pool);
        for (const sql of ['create table t ()', 'drop table cycle', 'update alert_event set at = now()', 'delete from migration'])
          await expect(pool.query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/42501/) as unknown });
      });
    });

    it('lets the reader read and nothing else', async () => {
      await as(DATABASE_ROLES.reader, async pool => {
        expect((await pool.query('select from observation limit 1')).rowCount).toBe(1);
        await expect(pool.query(`delete from observation`)).rejects.toMatchObject({ code: '42501' });
      });
    });

    it('tells a writer what its database lacks, and goes on with one that a newer version has added to', async () => {
      await database.pool.query(`insert into migration (name, checksum) values ('9999_newer.sql', '')`);
      await as(DATABASE_ROLES.writer, assertMigrated);
      await database.pool.query(`delete from migration where name like '0003%'`);
      await expect(as(DATABASE_ROLES.writer, assertMigrated)).rejects.toMatchObject({ code: 'SCHEMA_BEHIND' });
    });
  });
});
