import type { Command } from 'commander';
import { ROLES, readEnvironment } from '#config';
import { createLogger } from '#runtime';
import { startFreshet } from '../start-freshet.js';
import { domainFolder } from './run-options.js';
import { awaitStopWish, runUntilStopped } from './run-until-stopped.js';

/** `freshet serve`: operations, set by the environment; roles may be named. */
export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('Run in operations: a cycle every 15 minutes on what arrives; set by FRESHET_… variables')
    .argument('[roles...]', `some of ${ROLES.join(', ')}; all if left out (FRESHET_ROLES)`)
    .action(serve);
}

async function serve(roles: readonly string[]): Promise<void> {
  const wish = awaitStopWish();
  const named = roles.length === 0 ? {} : { FRESHET_ROLES: roles.join(',') };
  const environment = readEnvironment({ ...process.env, ...named });
  const logger = createLogger(environment.logLevel);
  const freshet = await startFreshet({
    roles: environment.roles,
    domainFolders: environment.basins.map(domainFolder),
    sql: environment.sql,
    address: { host: environment.host, port: environment.port },
    access: environment.access,
    workers: environment.workers,
    metricsPort: environment.metricsPort,
    kafka: environment.kafka,
    mode: { kind: environment.run },
    logger,
  });
  try {
    await runUntilStopped(freshet, wish, logger);
  } finally {
    await freshet.stop();
    wish.dispose();
  }
}
