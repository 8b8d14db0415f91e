import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, epochMs, parseIso } from '#hydrology';
import { HYPERTABLES, connect, migrate, readForecast, readObservations, startEmbedded, writeObservations, type Pool } from '#store';
import { archiveDischarge, archiveRain, loadCance, storeCycles } from '../setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { TIMESCALE } from '../stack/prepare.js';

const FROM = parseIso('2014-11-03T00:00Z');
const TO = epochMs(FROM + 2 * DAY_MS);
const RESTORED = 'freshet_restored';

const BIN = join(TIMESCALE, 'usr/lib/postgresql/15/bin');
const tool = (name: string, ...args: readonly string[]): string =>
  execFileSync(join(BIN, name), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

// As docs/guides/deploy.md says it: pg_dump of a database in use, pg_restore into an empty one.

describe('backup and restore', () => {
  let database: TestDatabase;
  let restored: Pool;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'freshet-backup-'));
    database = await openTestDatabase();
    const span = { domain: await loadCance(), runKind: 'scheduled' as const, from: FROM, to: TO };
    await archiveDischarge(database.pool, span);
    await archiveRain(database.pool, span);
    await storeCycles(database.pool, { ...span, to: epochMs(FROM + 6 * HOUR_MS) });
    const dump = join(folder, 'freshet.dump');
    tool('pg_dump', '--format=custom', `--file=${dump}`, database.url);
    // written after the backup: it must not be there
    const late = {
      station: 'V3524010',
      variable: 'Q' as const,
      validTime: TO,
      receivedAt: TO,
      value: 1,
      flag: 0 as const,
      flagSource: '',
      source: 'late',
    };
    await writeObservations(database.pool, 'cance', [{ ...late, validTime: epochMs(TO + HOUR_MS) }]);
    await database.pool.query(`create database ${RESTORED}`);
    const url = database.url.replace(/\/[^/]*$/, `/${RESTORED}`);
    restored = connect(url, { maxConnections: 2 });
    await restored.query('create extension timescaledb');
    await restored.query('select timescaledb_pre_restore()');
    tool('pg_restore', `--dbname=${url}`, '--no-owner', '--exit-on-error', dump);
    await restored.query('select timescaledb_post_restore()');
  }, 120_000);
  afterAll(async () => {
    await restored.end();
    await database.pool.query(`drop database ${RESTORED} with (force)`);
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('brings back every row as of the backup', async () => {
    const tables = ['observation', 'rain_grid', 'cycle', 'hydrograph', 'exceedance', 'migration'];
    const countAll = async (pool: Pool) =>
      Promise.all(tables.map(async table => (await pool.query<{ count: number }>(`select count(*) from ${table}`)).rows[0]!.count));
    const counts = await countAll(database.pool);
    counts[0]! -= 1;
    expect(await countAll(restored)).toEqual(counts);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    const discharge = { basin: 'cance', variable: 'Q' as const, from: FROM, to: TO, asOf: epochMs(TO + HOUR_MS) };
    expect(await readObservations(restored, discharge)).toEqual(await readObservations(database.pool, discharge));
    const forecast = { basin: 'cance', runKind: 'scheduled' as const, station: 'V3524010', issueTime: FROM, asOf: TO };
    expect(await readForecast(restored, forecast)).toEqual(await readForecast(database.pool, forecast));
  });

  it('gives a database that Freshet goes on with', async () => {
    expect(await migrate(restored)).toEqual([]);
    const { rows } = await restored.query('select hypertable_name from timescaledb_information.hypertables');
    expect(rows).toHaveLength(HYPERTABLES.length);
    const next = {
      station: 'V3524010',
      variable: 'Q' as const,
      receivedAt: TO,
      value: 1,
      flag: 0 as const,
      flagSource: '',
      source: 'next',
    };
    await writeObservations(restored, 'cance', [{ ...next, validTime: epochMs(TO + 400 * DAY_MS) }]); // in a chunk of its own
    expect((await restored.query(`select from observation where source = 'next'`)).rowCount).toBe(1);
  });
});

// A data folder that another PostgreSQL made, here one that is older than ours, and the way of its data as the guide says it.

describe('a data folder of another PostgreSQL', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'freshet-folders-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const urlOf = (data: string): string => {
    const [password, pid] = ['password', 'postgres/postmaster.pid'].map(name => readFileSync(join(data, name), 'utf8'));
    return `postgres://freshet:${password!}@127.0.0.1:${pid!.split('\n')[3]!}/freshet`;
  };

  it('is refused by name; its data get into a new one by pg_dump and pg_restore', async () => {
    const [old, renewed, dump] = ['old', 'renewed', 'freshet.dump'].map(name => join(folder, name)) as [string, string, string];
    const before = await startEmbedded(old, { binaries: { initdb: join(BIN, 'initdb'), postgres: join(BIN, 'postgres') } });
    const pool = connect(await before.ensureDatabase('freshet'), { maxConnections: 2 });
    await migrate(pool);
    const span = { domain: await loadCance(), runKind: 'scheduled' as const, from: FROM, to: epochMs(FROM + DAY_MS) };
    await archiveDischarge(pool, span);
    const discharge = { basin: 'cance', variable: 'Q' as const, from: FROM, to: span.to, asOf: epochMs(TO + HOUR_MS) };
    const kept = await readObservations(pool, discharge);
    expect(kept.map(({ values }) => values.length)).toEqual([24, 24, 24]);
    tool('pg_dump', '--format=custom', `--file=${dump}`, urlOf(old));
    await pool.end();
    await before.stop();
    await expect(startEmbedded(old)).rejects.toMatchObject({ code: 'DATA_FOLDER_MISFIT', context: { made: '15' } });
    const after = await startEmbedded(renewed);
    const next = connect(await after.ensureDatabase('freshet'), { maxConnections: 2 });
    await migrate(next); // as the new version did when it was started on the empty folder
    tool('pg_restore', `--dbname=${urlOf(renewed)}`, '--clean', '--if-exists', '--no-owner', '--single-transaction', dump);
    expect(await migrate(next)).toEqual([]);
    expect(await readObservations(next, discharge)).toEqual(kept);
    await next.end();
    await after.stop();
  }, 60_000);
});
