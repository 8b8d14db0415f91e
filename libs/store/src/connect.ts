import pg from 'pg';
import { Fault } from '#errors';

export type Pool = pg.Pool;
/** A pool or a client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export interface ConnectOptions {
  readonly maxConnections?: number;
  /**
   * false: a commit does not wait for the disk. Nothing is torn by a crash, but the last moments may be missing; a
   * replay computes them again, operations must not.
   */
  readonly waitForDisk?: boolean;
}

/** A new connection plans its first queries from nothing, which takes some 20 ms where TimescaleDB has many chunks: it is kept for a lull. */
const IDLE_MS = 300_000;

/**
 * Opens a pool whose answers speak Freshet's types: `timestamptz` is epoch milliseconds, `bigint` a number, `float8[]` an array of one dimension. Times go in
 * as ISO text (`toIso`). A lost connection is the transient fault SQL_UNAVAILABLE, whatever was asked, a deadlock is SQL_CONFLICT. Check `ping` before relying on it:
 * connections open when they are needed.
 */
export function connect(url: string, options: ConnectOptions = {}): Pool {
  const settings = [`-c timezone=UTC`, `-c jit=off`, ...(options.waitForDisk === false ? ['-c synchronous_commit=off'] : [])];
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    idleTimeoutMillis: IDLE_MS,
    options: settings.join(' '),
    types: { getTypeParser: typeParser },
    application_name: 'freshet',
  });
  pool.on('error', () => undefined); // an idle connection that broke; the next query opens another or fails by itself
  const query = pool.query.bind(pool) as (...args: readonly unknown[]) => Promise<unknown>;
  pool.query = ((...args: readonly unknown[]) => query(...args).catch(rethrowAsFault)) as typeof pool.query;
  return pool;
}

/** Runs `work` in one transaction: all of it or nothing. */
export async function inTransaction<T>(pool: Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(rethrowAsFault);
  // a client that is out of the pool has no listener, and an 'error' nobody hears ends the process
  let broken = false;
  const lost = () => {
    broken = true;
  };
  client.on('error', lost);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(lost);
    return rethrowAsFault(error);
  } finally {
    client.off('error', lost);
    client.release(broken);
  }
}

/** Turns a lost connection into the transient fault SQL_UNAVAILABLE and a lock that is not to be had into SQL_CONFLICT; everything else passes unchanged. */
export function rethrowAsFault(error: unknown): never {
  if (isConflict(error))
    throw new Fault('SQL_CONFLICT', `another transaction of the database was in the way: ${error.message}`, {}, { cause: error });
  if (isConnectionLoss(error)) throw new Fault('SQL_UNAVAILABLE', `the database does not answer: ${error.message}`, {}, { cause: error });
  throw error;
}

const TIMESTAMPTZ = 1184;
const BIGINT = 20;
const FLOAT8_ARRAY = 1022;

function typeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === TIMESTAMPTZ) return text => Date.parse(`${text.replace(' ', 'T')}:00`);
  if (oid === BIGINT) return Number;
  if (oid === FLOAT8_ARRAY) return numbersIn;
  return (pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown)(oid, format);
}

/** 40P01: two transactions that waited for each other, this one had to give way; 55P03: no lock within `lock_timeout`; 40001: both changed the same. */
const isConflict = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '55P03' || error.code === '40001');

/** `{1.5,NaN,…}` in one go: the driver's own parser goes letter by letter, which was a fifth of the time a forecast took to read. */
function numbersIn(text: string): (number | null)[] {
  if (text === '{}') return [];
  return text
    .slice(1, -1)
    .split(',')
    .map(number => (number === 'NULL' ? null : Number(number)));
}

/** Connection refused, reset, terminated by an administrator (57P01 …), class 08, or 53: no room on its disk, too many connections. */
function isConnectionLoss(error: unknown): error is Error {
  if (typeof error !== 'object' || error === null) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|08|53|57P0)/.test(code) ||
    /Connection terminated|is not queryable|timeout exceeded when trying to connect/.test(message)
  );
}
