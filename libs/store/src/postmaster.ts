import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Fault } from '#errors';

/** The advisory lock that the Freshet owning a cluster holds on its database `postgres`. */
export const FOLDER_LOCK = 0x66_72_65_73; // "fres"

/**
 * Makes sure that no database runs in the cluster's folder: one left over by a Freshet that died is stopped.
 * @throws Fault DATA_FOLDER_IN_USE when a living Freshet holds it.
 */
export async function stopOrphan(cluster: string, folder: string, password: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const running = readPostmaster(cluster);
    if (running === null) return;
    if (!isAlive(running.pid)) {
      rmSync(join(cluster, 'postmaster.pid'), { force: true });
      return;
    }
    await askToStop(running, folder, password);
    await delay(50);
  }
  throw new Fault('DATA_FOLDER_IN_USE', `the database in ${folder} neither answers nor ends`, { folder });
}

/** Where the database of a cluster listens; null when it does not run. */
export function portOfRunning(cluster: string): number | null {
  const running = readPostmaster(cluster);
  return running !== null && isAlive(running.pid) ? running.port : null;
}

interface Postmaster {
  readonly pid: number;
  readonly port: number | null;
}

/** Lines 1 and 4 of postmaster.pid; the port is missing in the first moments. */
function readPostmaster(cluster: string): Postmaster | null {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const port = Number(lines[3]);
    return { pid: Number(lines[0]), port: Number.isInteger(port) && port > 0 ? port : null };
  } catch {
    return null;
  }
}

/** A killed process may stay a zombie for seconds, and a pid may have gone to another program. */
function isAlive(pid: number): boolean {
  if (platform() === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return /\(postgres\) [^Z]/.test(stat);
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Sends SIGINT (fast shutdown) when nobody holds the folder's lock. */
async function askToStop(running: Postmaster, folder: string, password: string): Promise<void> {
  if (running.port === null) return;
  const client = new pg.Client({ host: '127.0.0.1', port: running.port, user: 'freshet', password, database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [FOLDER_LOCK]);
    if (rows[0]?.free !== true) throw new Fault('DATA_FOLDER_IN_USE', `another Freshet uses ${folder}`, { folder });
    process.kill(running.pid, 'SIGINT');
  } catch (error) {
    if (error instanceof Fault) throw error;
    // refused: it is starting or stopping; the caller looks again
  } finally {
    await client.end().catch(() => undefined);
  }
}
