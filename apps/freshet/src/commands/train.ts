import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { parseDuration } from '#config';
import { Fault } from '#errors';
import { quantile } from '#hydrology';
import { routingNames, structureNames, type StopWish } from '#kernel';
import { HOURLY_PRIORS, MAP_KINDS } from '#learning';
import { checkpointOptions } from '../training/checkpoint.js';
import { runTraining, type TrainingOutcome, type TrainingPlan, type TrainingWatch } from '../training/run-training.js';
import { readCount } from './bench-runs.js';
import { readMapKind } from './prepare-calibration.js';
import { readDate } from './record-inputs.js';
import { printJson } from './run-options.js';
import { awaitStopWish, EXIT_INTERRUPTED } from './run-until-stopped.js';

interface TrainFlags {
  readonly basins: string;
  readonly out: string;
  readonly threads: string;
  readonly checkpoint?: string;
  readonly resume?: string;
}

/** Options that decide what is learned. A checkpoint keeps them, and a training goes on with no others. */
const DECIDING = {
  structure: ['<name>', 'model structure', 'gr4'],
  routing: ['<name>', `one of ${routingNames().join(', ')}`, 'kw'],
  mapping: ['<kind>', `how parameters follow the descriptors: ${MAP_KINDS.filter(kind => kind !== 'distributed').join(', ')}`, 'ann'],
  hidden: ['<sizes>', 'hidden layers of the mapping ann, as 16 or 8,8', '16'],
  batch: ['<count>', 'windows of a batch: one gradient step', '4'],
  window: ['<duration>', 'length of the windows that the records are divided into', '30d'],
  spinUp: ['<duration>', 'what a window is run through before it, from the state that was kept', '10d'],
  epochs: ['<count>', 'times that every window is visited', '30'],
  rate: ['<number>', "Adam's longest step, in deviations of the prior", '0.05'],
  prior: ['<weight>', 'weight of the background term', '0.00001'],
  heldOut: ['<share>', 'share of the basins to score and not to train on, or their names', '0.2'],
  seed: ['<number>', 'of the held-out basins, the order of the windows and the random weights', '1'],
  from: ['<date>', 'start of the period that counts (excluded), 00:00 UTC; without it the records after one spin-up', ''],
  to: ['<date>', 'its end (included); without it the end of the records', ''],
} as const;

export type Deciding = Record<keyof typeof DECIDING, string>;

export const TRAINING_DEFAULTS = Object.fromEntries(Object.entries(DECIDING).map(([name, [, , value]]) => [name, value])) as Deciding;

/** `freshet train`: learns one mapping from descriptors to parameters on many basins. */
export function trainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('Learn one mapping from descriptors to parameters on many basins, in mini-batches')
    .requiredOption('--basins <folder>', 'folder of domain folders, one a basin, each with a gauge and the same descriptors')
    .requiredOption('--out <folder>', 'gets a parameter file for each basin')
    .option('--checkpoint <folder>', 'where the training is kept; without it OUT/training')
    .option('--resume <folder>', 'go on with the training kept there')
    .option('--threads <count>', 'basins computed side by side; the result does not depend on it', String(availableParallelism()));
  for (const [name, [value, description, otherwise]] of Object.entries(DECIDING)) {
    const flag = `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)} ${value}`;
    if (otherwise === '') command.option(flag, description);
    else command.option(flag, description, otherwise);
  }
  command.option('--json', 'print the result as JSON').action(async (flags: TrainFlags) => {
    const given = Object.fromEntries(Object.entries(flags).filter(([name]) => command.getOptionValueSource(name) === 'cli'));
    printJson(await runTrain(flags, given));
  });
}

async function runTrain(flags: TrainFlags, given: Readonly<Record<string, string>>): Promise<unknown> {
  const options = flags.resume === undefined ? optionsOf(flags) : resumedOptions(resolve(flags.resume), given);
  const plan = planOf(flags, options);
  const wish = awaitStopWish();
  let stop: StopWish;
  void wish.signalled.then(() => (stop = 'stop'));
  const progress = progressBars();
  const outcome = await runTraining(plan, { ...progress, stop: () => stop }).finally(() => {
    progress.close();
    wish.dispose();
  });
  warnOfEarlyEnd(outcome, plan);
  return summaryOf(outcome, plan);
}

const optionsOf = (flags: TrainFlags): Deciding => {
  const all = flags as TrainFlags & Partial<Deciding>;
  return Object.fromEntries(Object.keys(DECIDING).map(name => [name, all[name as keyof Deciding] ?? ''])) as Deciding;
};

/** @throws Fault COMMAND_INVALID for an option that the training was not begun with. */
function resumedOptions(folder: string, given: Readonly<Record<string, string>>): Deciding {
  const begun = checkpointOptions(folder) as Deciding;
  for (const name of Object.keys(DECIDING) as (keyof Deciding)[]) {
    if (given[name] === undefined || given[name] === begun[name]) continue;
    throw new Fault('COMMAND_INVALID', `the training in ${folder} was begun with ${name} ${begun[name] || 'left out'}, not ${given[name]}: leave the option out, or begin anew in another folder`); // prettier-ignore
  }
  if (given['checkpoint'] !== undefined)
    throw new Fault('COMMAND_INVALID', '--checkpoint and --resume exclude each other: a training goes on where it is kept');
  return begun;
}

/** @throws Fault COMMAND_INVALID naming the option. */
export function planOf(flags: TrainFlags, options: Deciding): TrainingPlan {
  const { from, to, structure, routing } = options;
  if (!structureNames().includes(structure) || !routingNames().includes(routing))
    throw new Fault(
      'STRUCTURE_UNKNOWN',
      `there is no ${structure}-${routing}; structures are ${structureNames().join(', ')}, routings ${routingNames().join(', ')}`,
    );
  const [windowMs, spinUpMs] = [readDuration('--window', options.window), readDuration('--spin-up', options.spinUp)];
  if (spinUpMs >= windowMs)
    throw new Fault('COMMAND_INVALID', `--spin-up ${options.spinUp} is not shorter than --window ${options.window}`);
  const hidden = options.hidden.split(',').map(size => readCount('--hidden', size));
  return {
    ...{ basins: resolve(flags.basins), out: resolve(flags.out), options, structure, routing, windowMs, spinUpMs, hidden },
    folder: resolve(flags.resume ?? flags.checkpoint ?? join(flags.out, 'training')),
    resume: flags.resume !== undefined,
    threads: readCount('--threads', flags.threads),
    mapping: readMapKind('--mapping', options.mapping),
    heldOut: readHeldOut(options.heldOut),
    ...(from !== '' && { from: readDate('--from', from) }),
    ...(to !== '' && { to: readDate('--to', to) }),
    settings: {
      batch: readCount('--batch', options.batch),
      epochs: readCount('--epochs', options.epochs),
      rate: readNumber('--rate', options.rate),
      seed: readNumber('--seed', options.seed),
      priors: HOURLY_PRIORS,
      priorWeight: readNumber('--prior', options.prior),
    },
  };
}

function readDuration(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new Fault('COMMAND_INVALID', `${option} ${text} is not a duration such as 12h or 30d`);
}

function readNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Fault('COMMAND_INVALID', `${option} ${text} is not a number of 0 or more`);
}

const LARGEST_SHARE = 0.9;

function readHeldOut(text: string): number | readonly string[] {
  const share = Number(text);
  if (Number.isNaN(share)) return text.split(',').map(id => id.trim());
  if (share >= 0 && share <= LARGEST_SHARE) return share;
  throw new Fault('COMMAND_INVALID', `--held-out ${text} is not a share from 0 to ${LARGEST_SHARE}, nor names of basins`);
}

/** A training that did not come to its own end says what is kept and how to go on. */
function warnOfEarlyEnd({ stoppedBy, training }: TrainingOutcome, { folder, out, basins }: TrainingPlan): void {
  const step = /^diverged-at-(\d+)$/.exec(stoppedBy)?.[1];
  if (step !== undefined)
    process.stderr.write(`the loss exploded at step ${step}; the best weights until then, of epoch ${training.best.epoch}, are in ${out}. Try a smaller --rate.\n`); // prettier-ignore
  if (stoppedBy !== 'interrupted') return;
  process.stderr.write(`stopped after step ${training.step}; the training is kept in ${folder}. To go on:\n  freshet train --basins ${basins} --resume ${folder} --out ${out}\n`); // prettier-ignore
  process.exitCode = EXIT_INTERRUPTED;
}

function summaryOf({ training, stoppedBy, steps, basins, seconds }: TrainingOutcome, { folder, out }: TrainingPlan): unknown {
  const round = (value: number): number => Number(value.toFixed(4));
  const scoresOf = (heldOut: boolean): unknown => {
    const values = basins?.filter(basin => basin.heldOut === heldOut).map(({ nse }) => nse) ?? [];
    return {
      basins: values.length,
      ...(values.length > 0 && { medianNse: round(quantile(values, 0.5)), leastNse: round(Math.min(...values)) }),
    };
  };
  return {
    ...{ stoppedBy, step: training.step, steps, epochs: training.epochs.length, bestEpoch: training.best.epoch },
    loss: training.epochs.at(-1)?.loss ?? null,
    ...(basins && { trained: scoresOf(false), heldOut: scoresOf(true) }),
    work: training.work,
    seconds: { prepare: round(seconds.prepare), train: round(seconds.train) },
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    checkpoint: folder,
    ...(basins && { parameters: out }),
  };
}

function progressBars(): Pick<TrainingWatch, 'onBasin' | 'onStep'> & { readonly close: () => void } {
  const format = '{what} {bar} {value}/{total} · {said}';
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.shades_classic);
  let at = '';
  const show = (what: string, [value, total]: readonly [number, number], said: string): void => {
    if (what !== at) bar.start(total, 0, { what, said });
    at = what;
    bar.update(value, { what, said });
  };
  return {
    onBasin: (done, all) => {
      show('reading basins', [done, all], '');
    },
    onStep: ({ training, steps, loss }) => {
      const heldOut = training.epochs.at(-1)?.heldOut;
      const said = `loss ${loss.toFixed(4)}${typeof heldOut === 'number' ? `, held out ${heldOut.toFixed(4)}` : ''}`;
      show('training', [training.step, steps], said);
    },
    close: () => {
      bar.stop();
    },
  };
}
