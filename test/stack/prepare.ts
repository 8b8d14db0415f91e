import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** dist/test/stack → the root of the package. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What was fetched and built once: git-ignored, may be deleted at any time. */
export const STACK = join(ROOT, '.stack');
/** What belongs to one stack that is up: its data, logs and environment. FRESHET_STACK puts a second one elsewhere, FRESHET_STACK_PORT on other ports. */
export const STACK_HOME = process.env.FRESHET_STACK ?? STACK;
/** First of the ports of a stack; the last is 432 above. */
export const FIRST_PORT = Number(process.env.FRESHET_STACK_PORT ?? 19_000);
export const KAFKA = join(STACK, 'kafka');
export const TIMESCALE = join(STACK, 'timescale');

interface Need {
  readonly what: string;
  readonly there: () => boolean;
  /** Debian packages that bring it. */
  readonly packages: string;
}

const runs =
  (command: string, ...args: readonly string[]) =>
  () =>
    spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const NEEDS: readonly Need[] = [
  { what: 'Java 17 or newer', there: runs('java', '-version'), packages: 'openjdk-17-jre-headless' },
  { what: 'Maven, which fetches the broker', there: () => existsSync(join(KAFKA, 'complete')) || runs('mvn', '-v')(), packages: 'maven' },
  { what: 'openssl', there: runs('openssl', 'version'), packages: 'openssl' },
  {
    what: 'PostgreSQL 15 and what builds TimescaleDB for it',
    there: () =>
      existsSync(join(TIMESCALE, 'complete')) ||
      (existsSync('/usr/lib/postgresql/15/bin/postgres') &&
        existsSync('/usr/include/postgresql/15/server') &&
        runs('cmake', '--version')()),
    packages: 'postgresql-15 postgresql-server-dev-15 libkrb5-dev dpkg-dev cmake gcc make',
  },
  { what: 'Prometheus and promtool', there: runs('promtool', '--version'), packages: 'prometheus' },
];

/** What this machine lacks to run the stack, each with the packages that bring it; empty when all is there. */
export const missingNeeds = (): string[] =>
  NEEDS.filter(need => !need.there()).map(({ what, packages }) => `${what} (apt-get install ${packages})`);

/** Fetches the broker and builds TimescaleDB unless that was done. 10 s and 30 s the first time. */
export function prepareStack(): void {
  for (const [script, folder] of [
    ['fetch-kafka.sh', KAFKA],
    ['build-timescale.sh', TIMESCALE],
  ] as const)
    execFileSync(join(ROOT, 'deploy/stack', script), [folder], { stdio: ['ignore', 'inherit', 'inherit'] });
}
