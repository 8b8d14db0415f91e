import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  /** Sent to Freshet. */
  readonly signal?: NodeJS.Signals;
  /** Kill PostgreSQL. */
  readonly database?: boolean;
}

/** Runs the command as a user would, in a process of its own, and interrupts it when asked to. */
export async function runFreshet(args: readonly string[], interruption?: Interruption): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const timer =
    interruption &&
    setTimeout(() => {
      if (interruption.database === true) killDatabase(args[args.indexOf('--data') + 1]!);
      if (interruption.signal) child.kill(interruption.signal);
    }, interruption.afterMs);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { code, signal, stdout, stderr };
}

function killDatabase(folder: string): void {
  try {
    process.kill(Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  } catch {
    // not started yet
  }
}
