import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { Fault } from '#errors';
import { inTransaction, type Pool, type Queryable } from './connect.js';
import { applyEdition } from './timescale.js';

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
    await applyEdition(client);
    return missing.map(migration => migration.name);
  });
}

/** May this user change the schema? A writer may not; the owner migrates for it. */
export async function mayMigrate(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ may: boolean }>(
    `select case when to_regclass('migration') is null then has_schema_privilege(current_schema(), 'create')
       else pg_has_role(current_user, (select relowner from pg_class where oid = to_regclass('migration')), 'member') end as may`,
  );
  return rows[0]!.may;
}

/**
 * For a process that may not migrate: does the database have all this version needs? A newer version may have added to
 * it meanwhile; what it takes away it takes away a version later (expand, then contract), so the older goes on.
 * @throws Fault SCHEMA_BEHIND
 */
export async function assertMigrated(db: Queryable): Promise<void> {
  const { rows: there } = await db.query<{ there: boolean }>(`select to_regclass('migration') is not null as there`);
  const { rows } = there[0]!.there ? await db.query<{ name: string }>('select name from migration') : { rows: [] };
  const applied = new Set(rows.map(({ name }) => name));
  const missing = readMigrations().filter(({ name }) => !applied.has(name));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  throw new Fault('SCHEMA_BEHIND', `the database lacks ${names.join(', ')}, and this user may not add it`, { names });
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
