import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { loadDomain, requireForecastable, requireRecord, type LoadedDomain } from '#config';
import type { BasinModel } from '#cycle';
import { Fault } from '#errors';
import { HOUR_MS, SECOND_MS, epochMs, toIso } from '#hydrology';
import {
  formatMemberFile,
  LEAD_HOURS,
  MEMBER_FORMAT,
  MEMBER_KINDS,
  openTensorFlow,
  scalesOf,
  trainingRows,
  trainMember,
  withoutNewest,
  type MemberFile,
  type MemberInputs,
  type MemberKind,
  type MemberTraining,
  type ObservedAt,
  type TensorFlow,
} from '#learning';
import { freshetVersion } from './freshet-version.js';
import { openBasin, readPlan } from './hindcast.js';
import { readOrComputeCases } from './member-cases.js';
import type { HindcastPlan } from './run-hindcast.js';
import { domainFolder, printJson } from './run-options.js';

/** Chosen on halves of the Cance's calibration period: docs/guides/how-a-cycle-works.md. */
const CHOICES: Readonly<Record<MemberKind, Omit<MemberTraining, 'seed' | 'onEpoch'>>> = {
  corrector: { units: 8, epochs: 40, rate: 0.005, decay: 3e-3 },
  lstm: { units: 12, epochs: 30, rate: 0.01, decay: 1e-4 },
};

interface TrainFlags {
  readonly domain: string;
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly rain: string;
  readonly latency: string;
  readonly parameters?: string;
  readonly assimilation?: string;
  readonly units?: string;
  readonly epochs?: string;
  readonly rate?: string;
  readonly decay?: string;
  readonly seed: string;
  readonly cases?: string;
  readonly out: string;
}

/** `freshet train-corrector`: trains a network that forecasts beside the physics on the forecasts of a past period. */
export function trainCorrectorCommand(program: Command): void {
  program
    .command('train-corrector')
    .description('Train a network that forecasts beside the model, on hindcasts of a past period')
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .requiredOption('--from <time>', 'first issue time')
    .requiredOption('--to <time>', 'nothing later than this is seen: rain, discharge and errors of forecasts')
    .option('--kind <kind>', 'corrector: of the issued forecast; lstm: rain and past discharge only', 'corrector')
    .option('--rain <kind>', 'rain after the last received grid: known, persistence or zero', 'known')
    .option('--latency <kind>', 'domain: values come as late as domain.yaml says; none: at their stamp', 'none')
    .option('--parameters <file>', "parameter file of the model beside it; the domain's own by default")
    .option('--assimilation <file>', "estimated priors and statistics, or none; the domain's own by default")
    .option('--units <count>', 'of the LSTM')
    .option('--epochs <count>', 'passes through the cases')
    .option('--rate <number>', "adam's step")
    .option('--decay <number>', 'weight of the squares of the weights')
    .option('--seed <number>', 'of the first weights and the order of the cases', '1')
    .option('--cases <file>', 'keep what the networks see here, and take it from here the next time')
    .requiredOption('--out <file>', 'member file to write')
    .option('--json', 'print the result as JSON')
    .action(async (flags: TrainFlags) => {
      printJson(await trainCorrector(flags));
    });
}

async function trainCorrector(flags: TrainFlags): Promise<unknown> {
  const started = performance.now();
  const domain = await loadDomain(domainFolder(flags.domain));
  requireRecord(domain, 'training');
  requireForecastable(domain, 'training');
  const kind = readKind(flags.kind);
  const training = readTraining(flags, kind);
  const plan = planUntil(flags, domain);
  const { basin, kernel } = await openBasin(domain, flags);
  const bar = progressBar();
  const cases = await readOrComputeCases({ plan, domain, basin, kernel, onCycle: bar.cycles(plan) }, flags.cases);
  const tensorflow = await openTensorFlow();
  const file = trainOn(cases, { kind, training: { ...training, onEpoch: bar.epochs(training) }, domain, basin, plan, tensorflow });
  bar.stop();
  const named: MemberFile = { ...file, versions: { ...file.versions, freshet: await freshetVersion() } };
  await mkdir(dirname(resolve(flags.out)), { recursive: true });
  await writeFile(flags.out, formatMemberFile(named));
  const { fit } = named;
  return { kind, ...fit, seconds: Math.round((performance.now() - started) / 100) / 10 };
}

function readKind(text: string): MemberKind {
  const kind = MEMBER_KINDS.find(one => one === text);
  if (kind === undefined) throw new Fault('COMMAND_INVALID', `--kind ${text} is not ${MEMBER_KINDS.join(' or ')}`);
  return kind;
}

function readTraining(flags: TrainFlags, kind: MemberKind): MemberTraining {
  const read = (option: 'units' | 'epochs' | 'rate' | 'decay' | 'seed', otherwise: number, whole: boolean): number => {
    const value = flags[option] === undefined ? otherwise : Number(flags[option]);
    if (Number.isFinite(value) && value >= 0 && (!whole || Number.isInteger(value))) return value;
    throw new Fault('COMMAND_INVALID', `--${option} ${flags[option]} is not a ${whole ? 'whole ' : ''}number of 0 or more`);
  };
  const { units, epochs, rate, decay } = CHOICES[kind];
  const training = {
    ...{ units: read('units', units, true), epochs: read('epochs', epochs, true) },
    ...{ rate: read('rate', rate, false), decay: read('decay', decay, false), seed: read('seed', 1, true) },
  };
  if (training.units === 0 || training.epochs === 0) throw new Fault('COMMAND_INVALID', '--units and --epochs are at least 1');
  return training;
}

/** The last forecast has verified by `--to`, and no rain that fell later is in the record that the cycles are given. */
export function planUntil(flags: Pick<TrainFlags, 'from' | 'to' | 'rain' | 'latency'>, domain: LoadedDomain): HindcastPlan {
  const plan = readPlan({ ...flags, every: '1h' }, domain);
  if (plan.rain === 'nwp' || plan.rain === 'nowcast,nwp')
    throw new Fault('COMMAND_INVALID', `--rain ${plan.rain}: networks are not trained on the rain of a weather model`);
  const to = epochMs(plan.to - LEAD_HOURS * HOUR_MS);
  if (to < plan.from) throw new Fault('COMMAND_INVALID', `--from ${flags.from} is not ${LEAD_HOURS} hours before --to ${flags.to}`);
  return { ...plan, to, record: plan.record.filter(({ validTime }) => validTime <= plan.to) };
}

export interface TrainingOf {
  readonly kind: MemberKind;
  readonly training: MemberTraining;
  readonly domain: LoadedDomain;
  readonly basin: BasinModel;
  readonly plan: HindcastPlan;
  readonly tensorflow: TensorFlow;
}

/** A member file from cases: scales, rows, training. Sees no discharge later than the last lead of the plan. */
export function trainOn(cases: readonly MemberInputs[], { kind, training, domain, basin, plan, tensorflow }: TrainingOf): MemberFile {
  const until = plan.to + LEAD_HOURS * HOUR_MS;
  const observedAt = observationsOf(domain, plan, until);
  const scales = scalesOf(cases, observedAt);
  const rows = trainingRows(kind, cases, scales, observedAt);
  const late = trainingRows(kind, cases.map(withoutNewest), scales, observedAt);
  const { network, lossBefore, lossAfter } = trainMember(tensorflow, rows, late, training);
  const { units, ...weights } = network;
  const { model, parameters, mesh } = basin.versions;
  const { epochs, rate, decay, seed } = training;
  return {
    format: MEMBER_FORMAT,
    kind,
    basin: domain.basin,
    physics: { model, parameters, mesh },
    topology: { pastHours: 12, leadHours: LEAD_HOURS, channels: rows.channels, units, outputs: rows.outputs },
    scales: scales.map((scale, s) => ({ station: cases[0]!.stations[s]!.station, ...scale })),
    weights,
    fit: {
      from: toIso(plan.from),
      to: toIso(epochMs(until)),
      cases: cases.length,
      seed,
      epochs,
      rate,
      decay,
      lossBefore,
      lossAfter,
      rain: plan.rain,
    },
    versions: { tensorflow: `${tensorflow.core.version_core} ${tensorflow.backend}` },
  };
}

function observationsOf(domain: LoadedDomain, { from }: HindcastPlan, until: number): ObservedAt {
  const known = new Map(
    domain.zoneStations.map(id => {
      const { times, values } = domain.record.discharge(id, epochMs(from - SECOND_MS), epochMs(until));
      return [id, new Map([...times].map((time, k) => [time, values[k]!]))];
    }),
  );
  return (station, time) => known.get(station)?.get(time) ?? Number.NaN;
}

function progressBar() {
  const bar = new SingleBar({ stream: process.stderr, format: '{stage} {bar} {value}/{total}', clearOnComplete: true }, Presets.rect);
  const begin = (stage: string, total: number) => {
    bar.start(total, 0, { stage });
    return (done: number): void => {
      bar.update(done);
    };
  };
  return {
    cycles: ({ from, to, everyMs }: HindcastPlan) => begin('hindcast', Math.floor((to - from) / everyMs) + 1),
    epochs: ({ epochs }: MemberTraining) => begin('training', epochs),
    stop: () => {
      bar.stop();
    },
  };
}
