import { Fault } from '#errors';
import type { Lifecycle } from '#runtime';
import { assertMigrated, connect, dropDatabase, findRunning, mayMigrate, migrate, rethrowAsFault, startEmbedded, type Pool } from '#store';

export interface DatabaseOptions {
  /** `embedded:<folder>` or `postgres://…` */
  readonly sql: string;
  /** An exercise has a database of its own beside that of operations, so that none can harm the other (embedded only). */
  readonly name: 'freshet' | 'freshet_replay';
  /** Begin with an empty database (embedded only). */
  readonly anew: boolean;
  /** false where what was lost in a crash is computed again. */
  readonly waitForDisk: boolean;
  /** Told when the embedded database is gone. */
  readonly onLost: (error: unknown) => void;
}

/** Opens the database, starting the embedded one in its folder, and brings the schema up to date where this user may. @throws Fault SCHEMA_BEHIND */
export async function openDatabase(options: DatabaseOptions, lifecycle: Lifecycle): Promise<Pool> {
  const { sql, waitForDisk } = options;
  const url = sql.startsWith(EMBEDDED) ? await startIn(sql.slice(EMBEDDED.length), options, lifecycle) : sql;
  const pool = connect(url, { waitForDisk });
  lifecycle.push('database connections', () => pool.end());
  await pool.query('select 1').catch(explain(sql));
  if (await mayMigrate(pool)) await migrate(pool);
  else await assertMigrated(pool);
  return pool;
}

/**
 * Opens the database of operations for a command that changes it as its owner, also the embedded one of a Freshet that is running.
 * @throws Fault COMMAND_INVALID when this user is not the owner.
 */
export async function openOwned({ sql, name }: Pick<DatabaseOptions, 'sql' | 'name'>, lifecycle: Lifecycle): Promise<Pool> {
  const running = sql.startsWith(EMBEDDED) ? await findRunning(sql.slice(EMBEDDED.length), name) : null;
  const onLost = () => undefined;
  const pool = await openDatabase({ sql: running ?? sql, name, anew: false, waitForDisk: true, onLost }, lifecycle);
  if (await mayMigrate(pool)) return pool;
  throw new Fault('COMMAND_INVALID', 'FRESHET_SQL names a user who may not do this; give the owner of the database');
}

const EMBEDDED = 'embedded:';

async function startIn(folder: string, { name, anew, onLost }: DatabaseOptions, lifecycle: Lifecycle): Promise<string> {
  const database = await startEmbedded(folder);
  lifecycle.push('embedded database', () => database.stop());
  void database.lost.then(onLost);
  if (anew) await dropDatabase(database, name);
  return database.ensureDatabase(name);
}

/** A server that is down or refuses us is named, without its password. */
const explain = (sql: string) => (error: unknown) => {
  try {
    rethrowAsFault(error);
  } catch (cause) {
    const where = sql.startsWith(EMBEDDED) ? sql : sql.replace(/\/\/[^@/]*@/, '//');
    throw new Fault('SQL_UNAVAILABLE', `cannot use the database ${where}: ${(cause as Error).message}`, { sql: where }, { cause });
  }
};
