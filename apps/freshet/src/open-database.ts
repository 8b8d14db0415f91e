import { Fault } from '#errors';
import type { Lifecycle } from '#runtime';
import { connect, dropDatabase, migrate, rethrowAsFault, startEmbedded, type Pool } from '#store';

export interface DatabaseOptions {
  /** `embedded:<folder>` or `postgres://…` */
  readonly sql: string;
  /** Begin with an empty database (embedded only). */
  readonly anew: boolean;
  /** false where what was lost in a crash is computed again. */
  readonly waitForDisk: boolean;
}

/** Opens the database, starting the embedded one in its folder, and brings the schema up to date. */
export async function openDatabase({ sql, anew, waitForDisk }: DatabaseOptions, lifecycle: Lifecycle): Promise<Pool> {
  const url = sql.startsWith(EMBEDDED) ? await startIn(sql.slice(EMBEDDED.length), anew, lifecycle) : sql;
  const pool = connect(url, { waitForDisk });
  lifecycle.push('database connections', () => pool.end());
  await pool.query('select 1').catch(explain(sql));
  await migrate(pool);
  return pool;
}

const EMBEDDED = 'embedded:';
const DATABASE = 'freshet';

async function startIn(folder: string, anew: boolean, lifecycle: Lifecycle): Promise<string> {
  const database = await startEmbedded(folder);
  lifecycle.push('embedded database', () => database.stop());
  if (anew) await dropDatabase(database, DATABASE);
  return database.ensureDatabase(DATABASE);
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
