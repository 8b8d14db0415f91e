import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STACK_HOME } from './prepare.js';

/** What the supervisor of a stack that is up tells. */
export interface Supervisor {
  readonly pid: number;
  readonly api: string;
  readonly prometheus: string;
  readonly brokers: readonly string[];
  readonly sql: string;
}

/** The supervisor that runs now, null when there is none: a file left by one that was killed does not count. */
export function readSupervisor(): Supervisor | null {
  try {
    const told = JSON.parse(readFileSync(join(STACK_HOME, 'supervisor.json'), 'utf8')) as Supervisor;
    const command = readFileSync(`/proc/${told.pid}/cmdline`, 'utf8');
    return command.includes('supervise.js') ? told : null;
  } catch {
    return null;
  }
}
