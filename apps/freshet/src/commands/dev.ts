import type { Command } from 'commander';
import { loadDomain, readEnvironment, requireRecord } from '#config';
import { Fault } from '#errors';
import { toIso } from '#hydrology';
import { createLogger } from '#runtime';
import { startFreshet } from '../start-freshet.js';
import { RUNS_DELAY, RUNS_DELAY_OPTION, RUNS_OPTION } from './read-runs.js';
import { readMode } from './replay.js';
import { domainFolder } from './run-options.js';
import { awaitStopWish, runUntilStopped } from './run-until-stopped.js';

interface DevFlags {
  readonly domain: string;
  readonly from: string;
  readonly to?: string;
  readonly speed: string;
  readonly rain: string;
  readonly runs?: string;
  readonly runsDelay?: string;
  readonly data: string;
  readonly resume?: boolean;
  readonly host?: string;
  readonly port?: string;
}

/** `freshet dev`, which is `npm start`: every role in one process, playing a flood of the record, with console and API. */
export function devCommand(program: Command): void {
  program
    .command('dev')
    .description('Play a flood of the record through every role in one process, with console and API')
    .option('--domain <basin>', 'basin name or domain folder', 'cance')
    .option('--from <time>', 'issue time of the first cycle', '2014-11-02')
    .option('--to <time>', 'issue time of the last cycle; the end of the record if left out')
    .option('--speed <speed>', 'simulated minutes per second, or max', '15')
    .option('--rain <kind>', 'rain after the last received: persistence, zero, known, nowcast, nwp or nowcast,nwp', 'persistence')
    .option('--runs <folder>', RUNS_OPTION)
    .option('--runs-delay <duration>', RUNS_DELAY_OPTION, RUNS_DELAY)
    .option('--data <folder>', 'folder of the database, any that can be written', 'data')
    .option('--resume', 'go on where the last one stopped instead of starting the exercise anew')
    .option('--host <address>', 'address to listen on (FRESHET_HOST; 127.0.0.1)')
    .option('--port <port>', 'port to listen on (FRESHET_PORT; 3000)')
    .action(runDev);
}

async function runDev(flags: DevFlags): Promise<void> {
  const wish = awaitStopWish();
  const environment = readEnvironment({ ...process.env, ...(flags.host !== undefined && { FRESHET_HOST: flags.host }) });
  const logger = createLogger(environment.logLevel);
  const domain = await loadDomain(domainFolder(flags.domain));
  requireRecord(domain, 'a replay');
  const to = flags.to ?? toIso(domain.record.to);
  const mode = await readMode({ ...flags, to, drop: [], delay: [] });
  const freshet = await startFreshet({
    roles: ['ingest', 'forecast', 'alert', 'api'],
    domainFolders: [domainFolder(flags.domain)],
    sql: `embedded:${flags.data}`,
    address: { host: environment.host, port: flags.port === undefined ? environment.port : readPort(flags.port) },
    access: environment.access,
    workers: environment.workers,
    kafka: null,
    metricsPort: null,
    mode: { ...mode, earlier: flags.resume === true ? 'resume' : 'anew' },
    logger,
  });
  process.stderr.write(`\nFreshet replays ${flags.domain} from ${flags.from}: open ${freshet.url}  (Ctrl-C stops)\n\n`);
  try {
    // the exercise may end; its console stays until somebody stops it
    if (await runUntilStopped(freshet, wish, logger)) await wish.signalled;
  } finally {
    await freshet.stop();
    wish.dispose();
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Fault('COMMAND_INVALID', `--port ${text}: a port is a whole number from 0 to 65535`);
}
