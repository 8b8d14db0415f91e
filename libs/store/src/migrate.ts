import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { Fault, isFault } from '#errors';
import { inTransaction, type Pool, type Queryable } from './connect.js';
import { applyEdition } from './timescale.js';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** How a migration stands in line for tables that others use. */
export interface Patience {
  /** How long it waits for one: as long, whoever else wants the table waits behind it. */
  readonly lockMs: number;
  /** How long it lets the others go on before the next try. */
  readonly pauseMs: number;
  readonly tries: number;
}

const PATIENCE: Patience = Object.freeze({ lockMs: 2_000, pauseMs: 1_000, tries: 60 });

/**
 * Brings the schema up to this version, each file once, in order, all in one transaction; several replicas may
 * start at once. There is no way back: a database made by a newer Freshet, or a file changed afterwards, is refused.
 * Where an older version is at work its transactions go first: a table that is not to be had is tried again later.
 * @returns the names of the migrations applied now.
 * @throws Fault SCHEMA_CHANGED; SQL_CONFLICT when a table was in use at every try
 */
export async function migrate(pool: Pool, patience: Patience = PATIENCE): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await migrateOnce(pool, patience);
    } catch (error) {
      if (!isFault(error) || error.code !== 'SQL_CONFLICT' || tries >= patience.tries) throw error;
      await delay(patience.pauseMs);
    }
  }
}

async function migrateOnce(pool: Pool, { lockMs }: Patience): Promise<string[]> {
  const migrations = readMigrations();
  return inTransaction(pool, async client => {
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query(`set local lock_timeout = ${lockMs}`);
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
