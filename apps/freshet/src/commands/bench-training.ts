import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { loadDomain, readPetFile, readRainFile, readSmashMesh } from '#config';
import { Fault } from '#errors';
import { recipeLayout } from '#kernel';
import { parameterFields, parseParameterFile } from '#learning';
import { correlation } from '#verification';
import { checkpointBest } from '../training/checkpoint.js';
import { FullBatch } from '../training/full-batch.js';
import { makeSample } from '../training/make-sample.js';
import { openSample } from '../training/open-sample.js';
import { readCount } from './bench-runs.js';
import { domainFolder, printJson } from './run-options.js';
import { planOf, TRAINING_DEFAULTS, type Deciding } from './train.js';

interface BenchTrainingFlags {
  readonly sample: string;
  readonly dataset?: string;
  readonly cells: string;
  readonly threads: boolean;
  readonly onlySample?: boolean;
  readonly rain: string;
  readonly basins: string;
  readonly seed: string;
  readonly noise: string;
  readonly fullBatchIterations: string;
  readonly epochs: string;
}

/** How the proof is trained beside the defaults of the command. */
const OPTIONS: Partial<Deciding> = { batch: '2', rate: '0.05', window: '30d', spinUp: '10d', hidden: '16', heldOut: '0.2' };
/** Epochs of the runs that only measure time. */
const TIMED_EPOCHS = '1';

/** `freshet bench training`: makes a sample with a known truth and measures what `freshet train` learns of it, and at what cost. */
export function benchTrainingCommand(bench: Command): void {
  bench
    .command('training')
    .description('Learn a synthetic truth on many basins in mini-batches, beside a fit of the whole sample at once')
    .requiredOption('--sample <folder>', 'where the sample lies; made there if it is not')
    .option('--dataset <folder>', 'whose mesh the basins are cut from: a SMASH data set, such as France of hydro-smash, or a domain')
    .option('--cells <least,most>', 'size of the basins that are cut out', '30,60')
    .option('--no-threads', 'leave out the runs that compare one thread with two')
    .option('--only-sample', 'make the sample and no more')
    .option('--rain <basin>', 'domain whose rain and PET are moved over the basins', 'cance')
    .option('--basins <count>', 'basins of the sample', '100')
    .option('--noise <deviation>', 'of the logarithm of observed over true discharge', '0.05')
    .option('--epochs <count>', 'of the training', '24')
    .option('--full-batch-iterations <count>', 'of L-BFGS-B on the whole sample', '100')
    .option('--seed <number>', 'of the sample and of the training', '1')
    .option('--json', 'print JSON')
    .action(async (flags: BenchTrainingFlags) => {
      printJson(await benchTraining(flags));
    });
}

async function benchTraining(flags: BenchTrainingFlags): Promise<unknown> {
  const sample = resolve(flags.sample);
  const began = performance.now();
  if (!existsSync(join(sample, 'b001', 'parameters', 'truth.json'))) await make(sample, flags);
  const madeSeconds = (performance.now() - began) / 1000;
  if (flags.onlySample) return { sample, madeSeconds: round(madeSeconds) };
  const folder = await mkdtemp(join(tmpdir(), 'freshet-bench-training-'));
  try {
    const options: Deciding = { ...TRAINING_DEFAULTS, ...OPTIONS, epochs: flags.epochs, seed: flags.seed };
    const out = join(folder, 'trained');
    const training = await trainAlone(sample, out, { options, threads: 1 });
    const fields = await compareFields(sample, out);
    const whole = await fitWhole(flags, { options, sample, out, folder });
    return {
      ...{ basins: Number(flags.basins), noise: Number(flags.noise), options, madeSeconds: round(madeSeconds), training, fields },
      ...whole,
      shareOfWork: round(training.work.adjointSteps / whole.fullBatch.adjointSteps),
      ...(flags.threads && { threads: await timeThreads(sample, folder, options) }),
      memory: { miniBatchMiB: training.peakRssMiB, wholeSampleMiB: Math.round(process.resourceUsage().maxRSS / 1024) },
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Seconds of an epoch on one thread and on two. */
async function timeThreads(sample: string, folder: string, options: Deciding): Promise<Record<string, number>> {
  const secondsOn = async (threads: number): Promise<number> => {
    const run = await trainAlone(sample, join(folder, `on-${threads}`), { options: { ...options, epochs: TIMED_EPOCHS }, threads });
    return run.seconds.train;
  };
  const [one, two] = [await secondsOn(1), await secondsOn(2)];
  return { one, two, speedup: round(one / two) };
}

async function make(sample: string, flags: BenchTrainingFlags): Promise<void> {
  if (flags.dataset === undefined) throw new Fault('COMMAND_INVALID', `--sample ${sample} holds no sample; give --dataset to make one`);
  const [count, seed] = [readCount('--basins', flags.basins), readCount('--seed', flags.seed)];
  const rainFolder = domainFolder(flags.rain);
  const dataset = resolve(flags.dataset);
  const mesh = existsSync(join(dataset, 'domain.yaml')) ? (await loadDomain(dataset)).mesh : await readSmashMesh(dataset);
  const [least = NaN, most = NaN] = flags.cells.split(',').map(text => readCount('--cells', text));
  const rain = await readRainFile(join(rainFolder, 'rain.nc'), mesh.epsg);
  const pet = await readPetFile(join(rainFolder, 'pet.nc'), mesh.epsg);
  await makeSample(sample, { mesh, rain, pet, count, seed, least, most, noise: Number(flags.noise) }, done => {
    process.stderr.write(`made basin ${done} of ${count}\n`);
  });
}

interface TrainSummary {
  readonly step: number;
  readonly bestEpoch: number;
  readonly trained: unknown;
  readonly heldOut: unknown;
  readonly work: { readonly adjointSteps: number; readonly forwardSteps: number };
  readonly seconds: { readonly prepare: number; readonly train: number };
  readonly peakRssMiB: number;
}

const FRESHET = fileURLToPath(new URL('../../../../../apps/freshet/bin/freshet.js', import.meta.url));

/** `freshet train` in a process of its own, so that its memory is its own. */
async function trainAlone(
  basins: string,
  out: string,
  { options, threads }: { readonly options: Deciding; readonly threads: number },
): Promise<TrainSummary> {
  // prettier-ignore
  const deciding = Object.entries(options).filter(([, value]) => value !== '');
  const flags = [...deciding, ['basins', basins], ['out', out], ['threads', String(threads)]] as const;
  const named = flags.flatMap(([name, value]) => [`--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`, value]);
  const child = spawn(process.execPath, [FRESHET, 'train', ...named, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Fault('INVARIANT', `freshet train ended with ${status}`);
  const { step, bestEpoch, trained, heldOut, work, seconds, peakRssMiB } = JSON.parse(printed) as TrainSummary;
  return { step, bestEpoch, trained, heldOut, work, seconds, peakRssMiB };
}

/** Correlation of learned and true parameters over the cells of the basins held out. */
async function compareFields(sample: string, out: string): Promise<Record<string, number>> {
  const pairs = {
    cp: { simulated: [] as number[], observed: [] as number[] },
    ct: { simulated: [] as number[], observed: [] as number[] },
  };
  for (const id of heldOutOf(out)) {
    const domain = await loadDomain(join(sample, id));
    const read = (path: string) => parseParameterFile(readFileSync(path, 'utf8'), path);
    const [learned, truth] = [read(join(out, `${id}.json`)), read(join(sample, id, 'parameters', 'truth.json'))];
    const { structure, routing, stepSeconds } = truth;
    const layout = recipeLayout({ structure, routing, mesh: domain.mesh, stationCells: [], stepSeconds, precision: 'f32' });
    for (const name of ['cp', 'ct'] as const) {
      const row = layout.parameters.indexOf(name) * layout.cellCount;
      const cells = (file: typeof truth): Float64Array =>
        parameterFields(file, domain, layout).parameters.subarray(row, row + layout.cellCount);
      pairs[name].simulated.push(...cells(learned));
      pairs[name].observed.push(...cells(truth));
    }
  }
  return { cells: pairs.cp.observed.length, cp: round(correlation(pairs.cp)), ct: round(correlation(pairs.ct)) };
}

const heldOutOf = (out: string): string[] =>
  readdirSync(out)
    .filter(name => name.endsWith('.json'))
    .filter(name => parseParameterFile(readFileSync(join(out, name), 'utf8'), name).fit?.objective.endsWith('held out'))
    .map(name => name.replace('.json', ''));

interface Wholly {
  readonly options: Deciding;
  readonly sample: string;
  readonly out: string;
  readonly folder: string;
}

/** The same sum over the whole sample at once, by L-BFGS-B, and what the mini-batches made of it. */
async function fitWhole(flags: BenchTrainingFlags, { options, sample, out, folder }: Wholly) {
  const plan = planOf({ basins: sample, out, threads: '1' }, options);
  const opened = await openSample(plan, await mkdtemp(join(folder, 'whole-')), () => undefined);
  const whole = new FullBatch(opened, plan);
  const miniBatchCost = whole.costAt(checkpointBest(join(out, 'training')));
  const limit = readCount('--full-batch-iterations', flags.fullBatchIterations);
  const fit = await whole.minimise(limit, async ({ iteration, cost }) => {
    process.stderr.write(`full batch: iteration ${iteration} of ${limit}, cost ${cost.toFixed(5)}\n`);
    await setImmediate();
  });
  const last = fit.iterations.at(-1)!;
  const reached = fit.iterations.find(({ cost }) => cost <= miniBatchCost);
  return {
    miniBatch: { cost: round(miniBatchCost) },
    fullBatch: {
      ...{ cost: round(last.cost), adjointSteps: last.adjointSteps, iterations: fit.iterations.length, stoppedBy: fit.stoppedBy },
      /** What it had taken when it was as good as the mini-batches. */
      adjointStepsToMiniBatchCost: reached?.adjointSteps ?? null,
    },
  };
}

const round = (value: number): number => Number(value.toFixed(4));
