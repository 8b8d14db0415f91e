import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { Fault } from '#errors';
import { inTransaction, type Pool } from './connect.js';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the schema up to this version, each file once, in order, all in one transaction; several replicas may
 * start at once. There is no way back: a database made by a newer Freshet, or a file changed afterwards, is refused.
 * @returns the names of the migrations applied now.
 */
export async function migrate(pool: Pool): Promise<string[]> {
  const migrations = readMigrations();
  return inTransaction(pool, async client => {
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query(
      'create table if not exists migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from migration');
    const applied = new Map(rows.map(row => [row.name, row.checksum]));
    assertKnown(migrations, applied);
    const missing = migrations.filter(migration => !applied.has(migration.name));
    for (const migration of missing) await apply(client, migration);
    return missing.map(migration => migration.name);
  });
}

const MIGRATION_LOCK = 0x6d_69_67_72; // "migr"

function readMigrations(): Migration[] {
  const folder = fileURLToPath(new URL('.', import.meta.resolve('#migrations/0001_first.sql')));
  return readdirSync(folder)
    .filter(name => name.endsWith('.sql'))
    .sort()
    .map(name => {
      const sql = readFileSync(`${folder}${name}`, 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

function assertKnown(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): void {
  const known = new Map(migrations.map(migration => [migration.name, migration.checksum]));
  for (const [name, checksum] of applied) {
    if (!known.has(name))
      throw new Fault('SCHEMA_CHANGED', `the database has migration ${name}, which this Freshet does not know`, { name });
    if (known.get(name) !== checksum)
      throw new Fault('SCHEMA_CHANGED', `migration ${name} is not the one this database was made with`, { name });
  }
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
  await client.query(migration.sql);
  await client.query('insert into migration (name, checksum) values ($1, $2)', [migration.name, migration.checksum]);
}
