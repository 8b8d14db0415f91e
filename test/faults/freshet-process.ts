import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** dist/test/faults → the root of the package. */
const BIN = fileURLToPath(new URL('../../../apps/freshet/bin/freshet.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What ends a process, and after how many milliseconds. */
export interface Interruption {
  readonly afterMs: number;
  /** Counted from when PostgreSQL runs, not from the start, which takes as long as the machine is busy. */
  readonly onceUp?: boolean;
  /** Sent to Freshet. */
  readonly signal?: NodeJS.Signals;
  /** File that takes all the room that is left on its disk. */
  readonly fill?: string;
  /** Kill PostgreSQL. */
  readonly database?: boolean;
}

/** Runs the command as a user would, in a process of its own, and interrupts it when asked to. */
export async function runFreshet(args: readonly string[], interruption?: Interruption): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  if (interruption) await interrupt(child, ended, { ...interruption, folder: args[args.indexOf('--data') + 1]! });
  const [code, signal] = await ended;
  return { code, signal, stdout, stderr };
}

async function interrupt(child: ChildProcess, ended: Promise<unknown>, by: Interruption & { readonly folder: string }): Promise<void> {
  const runs = () => child.exitCode === null && child.signalCode === null;
  while (by.onceUp === true && runs() && databaseOf(by.folder) === undefined) await setTimeout(20);
  await Promise.race([ended, setTimeout(by.afterMs)]);
  if (by.fill !== undefined) fillDisk(by.fill);
  const database = databaseOf(by.folder);
  if (by.database === true && database !== undefined) process.kill(database, 'SIGKILL');
  if (by.signal) child.kill(by.signal);
}

function fillDisk(path: string): void {
  const file = openSync(path, 'w');
  for (let size = 1_048_576; size >= 1; size = Math.floor(size / 2)) {
    const piece = Buffer.alloc(size);
    try {
      for (;;) writeSync(file, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(file);
}

/** Process id of the PostgreSQL of a data folder; undefined before it started. */
function databaseOf(folder: string): number | undefined {
  const file = join(folder, 'postgres', 'postmaster.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0; // written a moment after it is made
  return pid > 0 ? pid : undefined;
}
