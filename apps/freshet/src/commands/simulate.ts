import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadDomain, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { DAY_MS, HOUR_MS, SECOND_MS, epochMs, parseIso, stampOf, timeGrid, type EpochMs, type TimeGrid } from '#hydrology';
import type { Kernel } from '#kernel';
import { parameterFields, parseParameterFile, type Fields, type ParameterFile } from '#learning';
import { kge, nse, type Pairs } from '#verification';
import { observedOnSteps, readDate, readPeriod, recordForcing, recordStart, type Period } from './record-inputs.js';
import { domainFolder, modelOf, openKernel, printJson, refuseWithoutTemperature } from './run-options.js';
import { simulateInPieces, type Simulation } from './simulate-in-pieces.js';
import { writeSimulation } from './write-simulation.js';

interface SimulateFlags {
  readonly domain: string;
  readonly parameters: string;
  readonly from: string;
  readonly to: string;
  readonly step: string;
  readonly without?: string;
  readonly out?: string;
}

/** `freshet simulate`: the open loop of a parameter file over a period of the record, scored at the gauges. */
export function simulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('Run a parameter file over a period of the record, without assimilation, and score it at the gauges')
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .requiredOption('--parameters <file>', 'parameter file made by freshet calibrate')
    .requiredOption('--from <date>', 'start of the scored period (excluded), 00:00 UTC')
    .requiredOption('--to <date>', 'end of the scored period (included), 00:00 UTC')
    .option('--step <seconds>', 'step of the model', '900')
    .option('--without <from,to>', 'leave a period (from, to] out of the scores, to see how much of them it makes')
    .option('--out <file>', 'write discharge, stores and fluxes (.nc), or discharge alone (.csv)')
    .option('--json', 'print the result as JSON')
    .action(async (flags: SimulateFlags) => {
      printJson(await runSimulation(flags));
    });
}

async function runSimulation(flags: SimulateFlags): Promise<unknown> {
  const domain = await loadDomain(domainFolder(flags.domain));
  const file = parseParameterFile(await readParameters(flags.parameters), flags.parameters);
  const period = readPeriod(flags, domain);
  const stepSeconds = readStep(flags.step);
  const kernel = openKernel({ domain, stations: domain.stations, stepSeconds, ...modelOf(file) });
  refuseWithoutTemperature(kernel, domain);
  const fields = parameterFields(file, domain, kernel.layout);
  const simulation = simulatePeriod({ domain, file, period, fields }, kernel);
  if (flags.out !== undefined) await writeSimulation(flags.out, simulation, { domain, parameters: file });
  return score(simulation, { domain, period, without: readGap(flags.without) });
}

async function readParameters(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Fault('PARAMETERS_INVALID', `${path} cannot be read: ${(cause as Error).message}`, { path }, { cause });
  }
}

function readStep(text: string): number {
  const seconds = Number(text);
  const [hour, day] = [HOUR_MS / SECOND_MS, DAY_MS / SECOND_MS];
  const divides = hour % seconds === 0 || (seconds % hour === 0 && day % seconds === 0);
  if (Number.isInteger(seconds) && seconds > 0 && divides) return seconds;
  throw new Fault(
    'COMMAND_INVALID',
    `--step ${text} neither divides an hour nor is whole hours that divide a day; write 900, 3600 or 86400`,
  );
}

function readGap(text: string | undefined): Period | undefined {
  if (text === undefined) return undefined;
  const [from, to, ...rest] = text.split(',');
  if (from === undefined || to === undefined || rest.length > 0) {
    throw new Fault('COMMAND_INVALID', `--without ${text} is not two dates separated by a comma`);
  }
  return { from: readDate('--without', from), to: readDate('--without', to) };
}

interface PeriodProblem {
  readonly domain: LoadedDomain;
  readonly file: ParameterFile;
  readonly period: Period;
  readonly fields: Fields;
}

/** Warms up from the time of the file's initial state (or the start of the record), then runs the period asked for. */
function simulatePeriod({ domain, file, period, fields }: PeriodProblem, kernel: Kernel): Simulation {
  const stepMs = kernel.layout.stepSeconds * SECOND_MS;
  const initial = parseIso(file.initialState.time);
  const start = initial < period.from ? epochMs(Math.max(initial, recordStart(domain.record))) : recordStart(domain.record);
  const forcingOf = (time: TimeGrid) => recordForcing(domain.record, time, kernel.layout.needsTemperature);
  const warmUp = timeGrid(start, period.from, stepMs);
  const state = warmUp.count === 0 ? fields.initialState : kernel.run({ forcing: forcingOf(warmUp), ...fields }).finalState;
  const time = timeGrid(period.from, period.to, stepMs);
  const request = { ...fields, forcing: forcingOf(time), initialState: state };
  return simulateInPieces(time, request, kernel);
}

interface Scoring {
  readonly domain: LoadedDomain;
  readonly period: Period;
  readonly without: Period | undefined;
}

function score(simulation: Simulation, { domain, period, without }: Scoring): unknown {
  const { time, discharge, massBalance } = simulation;
  const observed = observedOnSteps(domain.record, domain.stations, { time, ...period });
  if (without !== undefined) blank(observed, time, without);
  const pairs = domain.stations.map((station, row): readonly [string, Pairs] => {
    const of = (values: Float64Array): Float64Array => values.subarray(row * time.count, (row + 1) * time.count);
    return [station.id, { simulated: of(discharge), observed: of(observed) }];
  });
  const scored = pairs.filter(([, { observed: values }]) => Array.from(values).some(Number.isFinite));
  const perStation = <T>(measure: (pairs: Pairs) => T): Record<string, T> =>
    Object.fromEntries(scored.map(([id, pair]) => [id, measure(pair)]));
  return { nse: perStation(nse), kge: perStation(kge), peak: perStation(peaks), massBalanceError: massBalance.relativeError };
}

function blank(observed: Float64Array, time: TimeGrid, gap: { readonly from: EpochMs; readonly to: EpochMs }): void {
  observed.forEach((_, k) => {
    const stamp = stampOf(time, k % time.count);
    if (stamp > gap.from && stamp <= gap.to) observed[k] = NaN;
  });
}

/** Highest discharge of both, at the stamps that were observed. */
function peaks({ simulated, observed }: Pairs): { simulated: number; observed: number } {
  const highest = { simulated: -Infinity, observed: -Infinity };
  for (let k = 0; k < observed.length; k++) {
    if (!Number.isFinite(observed[k])) continue;
    highest.simulated = Math.max(highest.simulated, simulated[k]!);
    highest.observed = Math.max(highest.observed, observed[k]!);
  }
  return highest;
}
