import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, openSync, closeSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Fault, isFault } from '#errors';
import { rethrowAsFault } from './connect.js';
import { FOLDER_LOCK, portOfRunning, stopOrphan } from './postmaster.js';
import { commandAs, databaseUser, findBinaries, majorOf, type Binaries } from './postgres-binaries.js';

export interface EmbeddedOptions {
  /** Further settings of PostgreSQL, `name=value`. */
  readonly settings?: readonly string[];
  /** Other programs than those out of npm, such as a PostgreSQL with extensions. */
  readonly binaries?: Binaries;
  /** Any free one if left out. */
  readonly port?: number;
}

/** A PostgreSQL that this process started and owns. */
export interface EmbeddedDatabase {
  /** Connects to a database of the cluster; it must exist. */
  urlOf(database: string): string;
  /** Creates the database unless it is there. */
  ensureDatabase(database: string): Promise<string>;
  stop(): Promise<void>;
  /** Resolves when PostgreSQL ended although nobody stopped it: whoever owns it should end and be started again. */
  readonly lost: Promise<Error>;
}

/**
 * Starts PostgreSQL in `<folder>/postgres`, made at the first start; any folder that can be written will do, also as
 * root. One Freshet a folder. The database dies with this process, however it dies, and an orphan is stopped first.
 * @throws Fault DATA_FOLDER_IN_USE, DATA_FOLDER_UNUSABLE, DATA_FOLDER_MISFIT, DATABASE_FAILED
 */
export async function startEmbedded(folder: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const root = resolve(folder);
  prepareFolder(root);
  const password = readPassword(root);
  const binaries = options.binaries ?? (await findBinaries());
  createCluster(root, password, binaries);
  assertFits(root, binaries);
  const { child, guard, port } = await startGuarded(root, password, { ...options, binaries });
  const urlOf = (database: string) => `postgres://freshet:${password}@127.0.0.1:${port}/${database}`;
  let stopping = false;
  const lost = new Promise<Error>(resolveLost => {
    child.once('exit', code => {
      if (!stopping) resolveLost(new Fault('DATABASE_FAILED', `the database in ${root} ended by itself (code ${code})`, { folder: root }));
    });
  });
  return {
    urlOf,
    lost,
    ensureDatabase: async database => {
      const { rowCount } = await guard.query('select from pg_database where datname = $1', [database]).catch(rethrowAsFault);
      if (rowCount === 0) await guard.query(`create database ${pg.escapeIdentifier(database)}`).catch(rethrowAsFault);
      return urlOf(database);
    },
    stop: () => {
      stopping = true;
      return stop(child, guard);
    },
  };
}

/** The URL of a database of the cluster that a living Freshet runs in this folder; null when none does or it holds no such database. */
export async function findRunning(folder: string, database: string): Promise<string | null> {
  const root = resolve(folder);
  const port = portOfRunning(clusterOf(root));
  if (port === null) return null;
  const url = `postgres://freshet:${readFileSync(join(root, 'password'), 'utf8')}@127.0.0.1:${port}/${database}`;
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => url),
    () => null,
  );
}

/** Removes the database of a folder, so that the next start begins from nothing. The caller must own the folder. */
export async function dropDatabase(owner: EmbeddedDatabase, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: owner.urlOf('postgres') });
  await client.connect().catch(rethrowAsFault);
  const dropped = client.query(`drop database if exists ${pg.escapeIdentifier(database)} with (force)`);
  await dropped.catch(rethrowAsFault).finally(() => client.end());
}

const clusterOf = (root: string): string => join(root, 'postgres');

function prepareFolder(root: string): void {
  try {
    makeFolder(root);
    const probe = join(root, `.write-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (cause) {
    throw new Fault('DATA_FOLDER_UNUSABLE', `cannot write in ${root}: ${(cause as Error).message}`, { folder: root }, { cause });
  }
}

/** Parent first: node's own `recursive` never returns where a file system refuses with ENOENT, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Made once, readable by us alone: without it every local user could read the database. */
function readPassword(root: string): string {
  const file = join(root, 'password');
  try {
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch {
    // there since the first start
  }
  return readFileSync(file, 'utf8');
}

/** Into a folder of its own first: a cluster whose making was interrupted must never be taken for a whole one. */
function createCluster(root: string, password: string, { initdb }: Binaries): void {
  const cluster = clusterOf(root);
  if (existsSync(join(cluster, 'PG_VERSION'))) return;
  const user = databaseUser();
  const making = join(root, `postgres.new-${process.pid}`);
  const pwfile = `${making}.pw`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o700 });
  writeFileSync(pwfile, password, { mode: 0o600 });
  if (user) for (const path of [making, pwfile]) chownSync(path, user.uid, user.gid);
  const args = ['-D', making, '-U', 'freshet', '--auth=scram-sha-256', `--pwfile=${pwfile}`, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  try {
    execFileSync(...commandAs(user, initdb, args), { stdio: ['ignore', 'ignore', 'pipe'] });
    renameSync(making, cluster);
  } catch (cause) {
    rmSync(making, { recursive: true, force: true });
    if (existsSync(join(cluster, 'PG_VERSION'))) return; // another Freshet was faster; the lock decides between us
    throw new Fault('DATABASE_FAILED', `the database in ${root} could not be made: ${stderrOf(cause)}`, { folder: root }, { cause });
  } finally {
    rmSync(pwfile, { force: true });
  }
}

/** PostgreSQL reads the folders of its own major version only, older and newer ones alike not. */
function assertFits(root: string, { postgres }: Binaries): void {
  const made = readFileSync(join(clusterOf(root), 'PG_VERSION'), 'utf8').trim();
  const ours = majorOf(postgres);
  if (Number(made) === ours) return;
  throw new Fault('DATA_FOLDER_MISFIT', `${root} was made by PostgreSQL ${made}; this Freshet brings ${ours}, which cannot read it`, {
    folder: root,
    made,
    ours,
  });
}

const stderrOf = (error: unknown): string =>
  error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : error instanceof Error ? error.message : String(error);

interface Running {
  readonly child: ChildProcess;
  /** The connection that holds the folder's lock as long as we live. */
  readonly guard: pg.Client;
  readonly port: number;
}

type StartOptions = EmbeddedOptions & { readonly binaries: Binaries };

/** A start may lose its race against an orphan that is still going, or for the port: tried again. */
async function startGuarded(root: string, password: string, options: StartOptions): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    await stopOrphan(clusterOf(root), root, password);
    try {
      return await startOnce(root, password, options);
    } catch (cause) {
      if (isFault(cause)) throw cause;
      if (attempt === START_ATTEMPTS) {
        throw new Fault(
          'DATABASE_FAILED',
          `the database in ${root} does not start: ${(cause as Error).message}`,
          { folder: root },
          { cause },
        );
      }
      await delay(250);
    }
  }
}

const START_ATTEMPTS = 20;

async function startOnce(root: string, password: string, options: StartOptions): Promise<Running> {
  const { postgres } = options.binaries;
  const port = options.port ?? (await freePort());
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'recovery_init_sync_method=syncfs',
    ...(options.settings ?? []),
  ];
  const args = ['-D', clusterOf(root), '-p', String(port), ...settings.flatMap(setting => ['-c', setting])];
  const log = openSync(join(root, 'postgres.log'), 'a', 0o600);
  // detached: Ctrl-C goes to our group only, so that we can drain before the database ends
  const child = spawn(...commandAs(databaseUser(), postgres, args, ['--pdeathsig', 'INT']), {
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => {
      reject(new Error(`postgres ended with code ${code}; see ${join(root, 'postgres.log')}`));
    });
  });
  exited.catch(() => undefined);
  const guard = await Promise.race([connectGuard(port, password, child), exited]);
  await takeFolder(guard, child, root);
  return { child, guard, port };
}

async function connectGuard(port: number, password: string, child: ChildProcess): Promise<pg.Client> {
  for (;;) {
    const guard = new pg.Client({ host: '127.0.0.1', port, user: 'freshet', password, database: 'postgres', keepAlive: true });
    guard.on('error', () => undefined);
    try {
      await guard.connect();
      return guard;
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null) throw error;
      await delay(20);
    }
  }
}

async function takeFolder(guard: pg.Client, child: ChildProcess, root: string): Promise<void> {
  const { rows } = await guard.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [FOLDER_LOCK]);
  if (rows[0]?.taken === true) return;
  await stop(child, guard);
  throw new Fault('DATA_FOLDER_IN_USE', `another Freshet uses ${root}`, { folder: root });
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolvePort(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}

/** SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for clients. */
async function stop(child: ChildProcess, guard: pg.Client): Promise<void> {
  const running = child.exitCode === null && child.signalCode === null;
  const ended = running ? once(child, 'exit') : undefined;
  await guard.end().catch(() => undefined);
  child.kill('SIGINT');
  await ended;
}
