import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import {
  loadAssimilation,
  loadDomain,
  makeBasinModel,
  openMembers,
  parseDuration,
  requireForecastable,
  requireRecord,
  withMembers,
  type LoadedDomain,
} from '#config';
import type { BasinModel } from '#cycle';
import { Fault } from '#errors';
import { epochMs, parseIso, toIso, type StationId } from '#hydrology';
import type { Kernel } from '#kernel';
import { parseParameterFile, type ForecastMember } from '#learning';
import { disturbRain, type RainError } from './rain-error.js';
import { readDate } from './record-inputs.js';
import { readRuns, RUNS_DELAY, RUNS_DELAY_OPTION, RUNS_OPTION } from './read-runs.js';
import { countWithoutRun, runHindcast, type HindcastPlan } from './run-hindcast.js';
import { domainFolder, modelOf, openKernel, printJson } from './run-options.js';
import { casesOf, dumpLines, scoreStation, type ForecastCase, type LeadScore } from './score-hindcast.js';

/** What a row of the scores can be called already. */
const METHODS: readonly string[] = ['openLoop', 'persistence', 'additiveDecay', 'logDecay', 'analysis', 'issued'];

interface HindcastFlags {
  readonly domain: string;
  readonly from: string;
  readonly to: string;
  readonly every: string;
  readonly rain: string;
  readonly runs?: string;
  readonly runsDelay?: string;
  readonly withhold?: string;
  readonly rainError?: string;
  readonly latency: string;
  readonly parameters?: string;
  readonly assimilation?: string;
  readonly members?: string;
  readonly dump?: string;
}

interface HindcastScores {
  readonly cycles: number;
  readonly secondsPerCycle: number;
  /** Members beside the physics, and whether everything they were trained on lies before the first issue time. */
  readonly members?: readonly { readonly name: string; readonly kind: string; readonly hash: string; readonly trainedBefore: boolean }[];
  /** Of a weather model, where the rain to come is one's: how many runs there were, and how many cycles knew none that still reaches ahead. */
  readonly runs?: { readonly count: number; readonly cyclesWithout: number };
  readonly stations: readonly { readonly id: string; readonly withheld: boolean; readonly leads: readonly LeadScore[] }[];
}

/** `freshet hindcast`: cycles over a past period, each seeing only what was known, scored against the observations. */
export function hindcastCommand(program: Command): void {
  program
    .command('hindcast')
    .description('Compute the forecasts of a past period with only what was known, and score them')
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .requiredOption('--from <time>', 'first issue time')
    .requiredOption('--to <time>', 'last issue time')
    .option('--every <duration>', 'time between issue times', '1h')
    .option(
      '--rain <kind>',
      'rain after the last received grid: known, nowcast, nwp (a weather model), nowcast,nwp, persistence or zero',
      'known',
    )
    .option('--runs <folder>', RUNS_OPTION)
    .option('--runs-delay <duration>', RUNS_DELAY_OPTION, RUNS_DELAY)
    .option('--withhold <station>', 'keep a gauge from the analysis and the correction, to verify there')
    .option('--rain-error <sd,hours,seed>', 'multiply all rain by a slow random log-normal factor')
    .option('--latency <kind>', 'domain: values come as late as domain.yaml says; none: at their stamp', 'domain')
    .option('--parameters <file>', "parameter file; the domain's own by default")
    .option('--assimilation <file>', "estimated priors and statistics, or none; the domain's own by default")
    .option('--members <name=file,…>', 'score trained networks beside the physics, as corrector=FILE,lstm=FILE')
    .option('--dump <file>', 'write every forecast as CSV')
    .option('--json', 'print the scores as JSON')
    .action(async (flags: HindcastFlags) => {
      printJson(await hindcast(flags));
    });
}

async function hindcast(flags: HindcastFlags): Promise<HindcastScores> {
  const domain = await loadDomain(domainFolder(flags.domain));
  requireRecord(domain, 'a hindcast');
  requireForecastable(domain, 'a hindcast');
  const asked = readPlan(flags, domain);
  const runs = await readRuns({ ...flags, rain: asked.rain }, asked, () => Promise.resolve(domain));
  const plan = { ...asked, ...(runs && { runs: runs.grids }) };
  const { basin: physics, kernel } = await openBasin(domain, flags);
  const members = await openMembers(readMembers(flags.members), physics);
  const basin = members.length === 0 ? physics : withMembers(physics, members);
  const cases = basin.stations.map((): ForecastCase[] => []);
  const seconds = followProgress(plan, () => {
    let cycles = 0;
    const bar = progressBar(plan);
    for (const result of runHindcast(plan, domain, basin, kernel)) {
      basin.stations.forEach((_, row) => cases[row]!.push(...casesOf(result, row)));
      bar.update(++cycles);
    }
    bar.stop();
    return cycles;
  });
  if (flags.dump !== undefined) await writeDump(flags.dump, domain, basin, cases);
  const stations = basin.stations.flatMap(({ id, gauged }, row) =>
    gauged ? [{ id, withheld: id === flags.withhold, leads: scoreStation(cases[row]!, observedOf(domain, id)) }] : [],
  );
  const ofRuns = runs && {
    runs: { count: new Set(runs.grids.map(({ issued }) => issued)).size, cyclesWithout: countWithoutRun(plan, domain, basin) },
  };
  return { ...seconds, ...ofRuns, ...(members.length > 0 && { members: members.map(member => describeMember(member, plan)) }), stations };
}

function readMembers(text: string | undefined): [name: string, path: string][] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .map(pair => {
      const [name, path] = pair.split('=');
      if (name && path && !METHODS.includes(name)) return [name, path];
      throw new Fault('COMMAND_INVALID', `--members ${pair} is not NAME=FILE with a name that is no baseline's`);
    });
}

function describeMember({ name, hash, file }: ForecastMember, { from }: HindcastPlan): NonNullable<HindcastScores['members']>[number] {
  const trainedBefore = parseIso(file.fit.to) <= from;
  if (!trainedBefore) process.stderr.write(`${name} was trained on values up to ${file.fit.to}: its scores are not a forecast's\n`);
  return { name, kind: file.kind, hash, trainedBefore };
}

function followProgress(_: HindcastPlan, run: () => number): { cycles: number; secondsPerCycle: number } {
  const started = performance.now();
  const cycles = run();
  return { cycles, secondsPerCycle: Math.round((performance.now() - started) / cycles) / 1000 };
}

/** Model and kernel as the flags ask for them. */
export async function openBasin(
  domain: LoadedDomain,
  flags: { readonly parameters?: string; readonly assimilation?: string; readonly withhold?: string },
): Promise<{ basin: BasinModel; kernel: Kernel }> {
  const path = flags.parameters ?? join(domain.folder, domain.settings.model.parameters);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('PARAMETERS_INVALID', `${path} cannot be read: ${(cause as Error).message}`, { path }, { cause });
  });
  const parameters = parseParameterFile(text, path);
  const stepSeconds = domain.settings.forecast.step / 1000;
  const kernel = openKernel({ domain, stations: domain.stations, stepSeconds, ...modelOf(parameters) });
  const assimilation = await loadAssimilation(domain, flags.assimilation === 'none' ? null : flags.assimilation);
  const withhold = flags.withhold === undefined ? {} : { withhold: stationOf(domain, flags.withhold) };
  return { basin: makeBasinModel({ domain, layout: kernel.layout, parameters, assimilation, ...withhold }), kernel };
}

function stationOf(domain: LoadedDomain, id: string): StationId {
  const station = domain.stations.find(one => one.id === id && one.gauged);
  if (station !== undefined) return station.id;
  const known = domain.zoneStations.join(', ');
  throw new Fault('STATION_UNKNOWN', `${domain.basin} has no gauge ${id}; its gauges are ${known}`, { station: id });
}

export function readPlan(flags: Omit<HindcastFlags, 'domain'>, { record }: LoadedDomain): HindcastPlan {
  const [from, to] = [readDate('--from', flags.from), readDate('--to', flags.to)];
  if (from > to) throw new Fault('COMMAND_INVALID', `--from ${flags.from} is after --to ${flags.to}`);
  if (from <= record.from || to > record.to) {
    throw new Fault('COMMAND_INVALID', `the period is not inside the rain record (${toIso(record.from)}, ${toIso(record.to)}]`);
  }
  const all = record.rain(epochMs(record.from - 1), record.to);
  const error = readRainError(flags.rainError);
  return {
    from,
    to,
    everyMs: readEvery(flags.every),
    rain: oneOf('--rain', flags.rain, ['known', 'nowcast', 'nwp', 'nowcast,nwp', 'persistence', 'zero']),
    latency: oneOf('--latency', flags.latency, ['domain', 'none']),
    record: error === null ? all : disturbRain(all, error),
  };
}

function readEvery(text: string): number {
  const every = parseDuration(text);
  const beat = 15 * 60_000;
  if (every === null || every <= 0 || every % beat !== 0) {
    throw new Fault('COMMAND_INVALID', `--every ${text} is not a multiple of 15min`);
  }
  return every;
}

function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text);
  if (found === undefined) throw new Fault('COMMAND_INVALID', `${option} is one of ${choices.join(', ')}, not ${text}`);
  return found;
}

function readRainError(text: string | undefined): RainError | null {
  if (text === undefined) return null;
  const [sd, memoryHours, seed] = text.split(',').map(Number);
  const valid = [sd, memoryHours, seed].every(Number.isFinite) && sd! >= 0 && memoryHours! > 0 && Number.isInteger(seed);
  if (!valid) throw new Fault('COMMAND_INVALID', `--rain-error ${text} is not SD,HOURS,SEED, as in 0.4,24,1`);
  return { sd: sd!, memoryHours: memoryHours!, seed: seed! };
}

const observedOf = ({ record }: LoadedDomain, id: StationId): ReturnType<LoadedDomain['record']['discharge']> =>
  record.discharge(id, epochMs(record.from - 1), epochMs(record.to + 86_400_000));

async function writeDump(
  path: string,
  domain: LoadedDomain,
  basin: BasinModel,
  cases: readonly (readonly ForecastCase[])[],
): Promise<void> {
  const stream = createWriteStream(path);
  stream.write('issuedAt,validAt,leadHours,station,method,value,observed\n');
  basin.stations.forEach((station, row) => {
    if (station.gauged) stream.write(`${dumpLines(cases[row]!, station, observedOf(domain, station.id)).join('\n')}\n`);
  });
  stream.end();
  await finished(stream);
}

/** On stderr, and only where somebody looks. */
function progressBar({ from, to, everyMs }: HindcastPlan): SingleBar {
  const bar = new SingleBar(
    { stream: process.stderr, format: 'hindcast {bar} {value}/{total} cycles, {eta} s left', noTTYOutput: false },
    Presets.rect,
  );
  bar.start(Math.floor((to - from) / everyMs) + 1, 0);
  return bar;
}
