import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect, type EmbeddedDatabase, type Pool } from '#store';
import { commandAs, databaseUser } from '../../libs/store/src/postgres-binaries.js';
import { TcpProxy } from '../setup/tcp-proxy.js';
import { freePort } from './free-port.js';
import { TIMESCALE } from './prepare.js';
import { childrenOf } from './processes.js';
import { startTimescale } from './timescale.js';

interface Server {
  readonly folder: string;
  readonly port: number;
  readonly database: EmbeddedDatabase;
  /** Straight to it, not by the entrance. */
  readonly pool: Pool;
}

/**
 * A TimescaleDB and, once `addStandby` was called, a second one that follows it by streaming replication: a commit is then
 * acknowledged when both have it on disk. Clients come by the entrance, which leads to the primary of the moment, as the
 * address of a cluster does that a manager of failovers keeps.
 */
export class TimescalePair {
  #standby: Server | null = null;
  #servers = 1;

  private constructor(
    readonly root: string,
    private primary: Server,
    readonly entrance: TcpProxy,
    /** The way from the primary to its standby. */
    readonly replication: TcpProxy,
  ) {}

  static async start(root: string): Promise<TimescalePair> {
    const primary = await startServer(join(root, 'server-1'));
    return new TimescalePair(root, primary, await TcpProxy.open(primary.port), await TcpProxy.open(primary.port));
  }

  /** The database by the entrance, made if need be. */
  async ensureDatabase(name: string): Promise<string> {
    const url = new URL(await this.primary.database.ensureDatabase(name));
    url.port = String(this.entrance.port);
    return url.href;
  }

  /** Copies the primary and follows it. Resolves when commits wait for both. */
  async addStandby(): Promise<void> {
    const folder = join(this.root, `server-${++this.#servers}`);
    mkdirSync(folder, { mode: 0o700 });
    const password = readFileSync(join(this.primary.folder, 'password'), 'utf8');
    writeFileSync(join(folder, 'password'), password, { mode: 0o600 });
    this.replication.target = this.primary.port;
    const from = `postgres://freshet:${password}@127.0.0.1:${this.replication.port}`;
    const copy = ['-D', join(folder, 'postgres'), '-d', from, '--checkpoint=fast', '--write-recovery-conf', '--no-sync'];
    await run(...commandAs(databaseUser(), join(TIMESCALE, 'usr/lib/postgresql/15/bin/pg_basebackup'), copy));
    this.#standby = await startServer(folder);
    await this.primary.pool.query(`alter system set synchronous_standby_names = '*'`);
    await this.primary.pool.query('select pg_reload_conf()');
    while ((await this.#count(`select from pg_stat_replication where sync_state = 'sync'`)) === 0) await delay(20);
  }

  /** How many commits the primary has on its disk and its standby has not yet confirmed. */
  waitingCommits(): Promise<number> {
    return this.#count(`select from pg_stat_activity where wait_event = 'SyncRep'`);
  }

  /** The primary dies at once, all of it; its standby takes over, and the entrance leads there. */
  async failOver(): Promise<void> {
    const standby = this.#standby;
    if (standby === null) throw new Error('there is no standby that could take over');
    const dead = this.primary;
    kill(dead);
    await standby.pool.query('select pg_promote()');
    this.primary = standby;
    this.#standby = null;
    this.entrance.target = standby.port;
    this.replication.delayMs = 0;
    await stopServer(dead);
  }

  async stop(): Promise<void> {
    await Promise.all([this.entrance.close(), this.replication.close()]);
    for (const server of [this.#standby, this.primary]) if (server !== null) await stopServer(server);
  }

  async #count(sql: string): Promise<number> {
    return (await this.primary.pool.query(sql)).rowCount ?? 0;
  }
}

const run = promisify(execFile);

async function startServer(folder: string): Promise<Server> {
  const port = await freePort();
  const database = await startTimescale(TIMESCALE, folder, { port });
  return { folder, port, database, pool: connect(database.urlOf('postgres'), { maxConnections: 2 }) };
}

async function stopServer({ pool, database }: Server): Promise<void> {
  await pool.end();
  await database.stop();
}

/** kill -9 of PostgreSQL and all its processes: its children would live on for a moment. */
function kill({ folder }: Server): void {
  const pid = Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  for (const each of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // ended by itself meanwhile
    }
  }
}
