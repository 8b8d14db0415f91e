import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SingleBar, Presets } from 'cli-progress';
import type { Command } from 'commander';
import type { RainChoice } from '#apps/forecast';
import { loadDomain, readEnvironment, type Environment, type Role } from '#config';
import { Fault } from '#errors';
import { BEAT_MS } from '#hydrology';
import { createLogger, type Logger, type ReplaySpeed } from '#runtime';
import type { ReplayMode } from '../freshet-options.js';
import { startFreshet, type Freshet } from '../start-freshet.js';
import { summariseReanalysis, summariseReplay, type ReanalysisSummary, type ReplaySummary } from '../summarise-replay.js';
import { readDisturbance } from './read-disturbance.js';
import { readDate } from './record-inputs.js';
import { readRuns, RUNS_DELAY, RUNS_DELAY_OPTION, RUNS_OPTION } from './read-runs.js';
import { domainFolder, printJson } from './run-options.js';
import { EXIT_INTERRUPTED, awaitStopWish, runUntilStopped, type StopWish } from './run-until-stopped.js';

interface ReplayFlags {
  readonly domain: string;
  readonly from: string;
  readonly to: string;
  readonly speed: string;
  readonly rain: string;
  readonly runs?: string;
  readonly runsDelay?: string;
  readonly data?: string;
  readonly resume?: boolean;
  readonly drop: readonly string[];
  readonly delay: readonly string[];
  readonly reanalyse?: boolean;
  readonly json?: boolean;
}

/** `freshet replay`: a past period through the whole system, cycle by cycle, as an exercise. */
export function replayCommand(program: Command): void {
  program
    .command('replay')
    .description('Play a past period through ingest, forecasts and alerts, without API, and print what came of it')
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .requiredOption('--from <time>', 'issue time of the first cycle, ISO 8601, UTC unless it says otherwise')
    .requiredOption('--to <time>', 'issue time of the last cycle')
    .option('--speed <speed>', 'simulated minutes per second, or max', 'max')
    .option(
      '--rain <kind>',
      'rain after the last received: nowcast, nwp (a weather model), nowcast,nwp (it behind the nowcast), persistence (fading over 1 h), zero, or known (from the record)',
      'persistence',
    )
    .option('--runs <folder>', RUNS_OPTION)
    .option('--runs-delay <duration>', RUNS_DELAY_OPTION, RUNS_DELAY)
    .option('--data <folder>', 'folder of the database, any that can be written; a temporary one if left out')
    .option('--resume', 'continue the replay in --data where it was stopped or killed')
    .option('--drop <input,from,to>', 'lose the values of `rain` or a station stamped in (from, to]; may be repeated', collectOption, [])
    .option('--delay <input,from,to,duration>', 'have them arrive later by a duration such as 2h; may be repeated', collectOption, [])
    .option('--reanalyse', 'compute cycles again that late values belong to, and say what the alerts would have been')
    .option('--json', 'print the outcome as JSON')
    .action(async (flags: ReplayFlags) => {
      const outcome = await runReplay(flags);
      if (outcome === null) process.exitCode = EXIT_INTERRUPTED;
      else printJson(outcome);
    });
}

const collectOption = (value: string, before: readonly string[]): string[] => [...before, value];

/** What came of the replay and how long this run of it took. */
type ReplayOutcome = ReplaySummary & { readonly seconds: number; readonly reanalysis?: ReanalysisSummary | null };

/** null when it was stopped before its end: --resume continues it. */
async function runReplay(flags: ReplayFlags): Promise<ReplayOutcome | null> {
  const mode = await readMode(flags);
  const environment = readEnvironment(process.env);
  if (environment.kafka !== null) return lead(flags, mode, environment);
  if (flags.data === undefined && flags.resume === true) throw new Fault('COMMAND_INVALID', '--resume needs the --data folder to continue');
  const alone = { roles: ['ingest', 'forecast', 'alert'], domain: flags.domain, mode, environment } as const;
  if (flags.data !== undefined) return play({ ...alone, sql: `embedded:${flags.data}` });
  const folder = await mkdtemp(join(tmpdir(), 'freshet-replay-'));
  return play({ ...alone, sql: `embedded:${folder}` }).finally(() => rm(folder, { recursive: true, force: true }));
}

/** With Kafka the roles are other processes (FRESHET_RUN=exercise freshet serve …); this one holds the clock. */
function lead({ data, domain }: ReplayFlags, mode: ReplayMode, environment: Environment): Promise<ReplayOutcome | null> {
  if (data !== undefined)
    throw new Fault('COMMAND_INVALID', '--data is for one process; with FRESHET_BUS=kafka FRESHET_SQL names the database');
  if (environment.run !== 'exercise')
    throw new Fault('COMMAND_INVALID', 'a replay through Kafka is an exercise: set FRESHET_RUN=exercise and give it a database of its own');
  return play({ roles: [], domain, mode, environment, sql: environment.sql });
}

interface Play {
  readonly roles: readonly Role[];
  readonly domain: string;
  readonly mode: ReplayMode;
  readonly environment: Environment;
  readonly sql: string;
}

async function play({ roles, domain, mode, environment, sql }: Play): Promise<ReplayOutcome | null> {
  const began = performance.now();
  const wish = awaitStopWish();
  const logger = createLogger(process.env['FRESHET_LOG_LEVEL'] === undefined ? 'warn' : environment.logLevel);
  const freshet = await startFreshet({
    roles,
    domainFolders: [domainFolder(domain)],
    sql,
    kafka: environment.kafka,
    metricsPort: null,
    address: { host: environment.host, port: 0 },
    access: environment.access,
    workers: 1,
    mode,
    logger,
  });
  try {
    if (!(await watch(freshet, wish, logger))) return null;
    const summary = await summariseReplay(freshet.pool, freshet.basins[0]!);
    const reanalysis = mode.reanalyse === true && {
      reanalysis: await summariseReanalysis(freshet.pool, await loadDomain(domainFolder(domain))),
    };
    return { ...summary, ...reanalysis, seconds: Math.round(performance.now() - began) / 1000 };
  } finally {
    await freshet.stop();
    wish.dispose();
  }
}

/** Options of a replay as flags state them; shared with `freshet dev`. */
export async function readMode(flags: Omit<ReplayFlags, 'data' | 'json'>): Promise<ReplayMode> {
  const inputs = flags.drop.length + flags.delay.length === 0 ? [] : await inputsOf(flags.domain);
  const period = { from: readDate('--from', flags.from), to: readDate('--to', flags.to) };
  const rain = readRain(flags.rain);
  const runs = await readRuns({ ...flags, rain }, period, () => loadDomain(domainFolder(flags.domain)));
  return {
    kind: 'replay',
    ...period,
    speed: readSpeed(flags.speed),
    rain,
    ...(runs && { runs }),
    disturbances: [
      ...flags.drop.map(text => readDisturbance('--drop', text, inputs)),
      ...flags.delay.map(text => readDisturbance('--delay', text, inputs)),
    ],
    ...(flags.reanalyse === true && { reanalyse: true }),
    earlier: flags.resume === true ? 'resume' : 'refuse',
  };
}

async function inputsOf(domain: string): Promise<string[]> {
  const { stations } = await loadDomain(domainFolder(domain));
  return ['rain', ...stations.filter(station => station.gauged).map(station => station.id)];
}

function readSpeed(text: string): ReplaySpeed {
  const speed = Number(text);
  if (text === 'max') return 'max';
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new Fault('COMMAND_INVALID', `--speed ${text}: give simulated minutes per second, such as 15, or max`);
}

const RAIN = ['persistence', 'zero', 'known', 'nowcast', 'nwp', 'nowcast,nwp'] as const;

function readRain(text: string): RainChoice {
  const found = RAIN.find(rain => rain === text);
  if (found !== undefined) return found;
  throw new Fault('COMMAND_INVALID', `--rain ${text}: it is one of ${RAIN.join(' ')}`);
}

/** A progress bar on stderr, and only where somebody looks. */
async function watch(freshet: Freshet, wish: StopWish, logger: Logger): Promise<boolean> {
  const bar = new SingleBar(
    { stream: process.stderr, format: 'replay {bar} {time} {value}/{total} cycles', noTTYOutput: false },
    Presets.rect,
  );
  const state = () => freshet.replay!.state();
  const { from, to } = state();
  const done = () => Math.max(0, Math.floor((state().now - from) / BEAT_MS) + 1);
  const time = () => new Date(state().now).toISOString().slice(0, 16);
  bar.start((to - from) / BEAT_MS + 1, done(), { time: time() });
  const timer = setInterval(() => {
    bar.update(done(), { time: time() });
  }, 250);
  try {
    return await runUntilStopped(freshet, wish, logger);
  } finally {
    clearInterval(timer);
    bar.update(done(), { time: time() });
    bar.stop();
  }
}
