import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { loadDomain, requireGauges, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { SECOND_MS, toIso } from '#hydrology';
import { routingNames, structureNames, type StopWish } from '#kernel';
import {
  calibrating,
  CALIBRATION_SETTINGS,
  formatParameterFile,
  L_CURVE_WEIGHTS,
  MAP_KINDS,
  PARAMETER_FORMAT,
  parseWeightsFile,
  type Calibration,
  type CalibrationProgress,
  type CalibrationSettings,
  type MapKind,
  type FittedParameters,
  type WeightsFile,
} from '#learning';
import { nse } from '#verification';
import { freshetVersion } from './freshet-version.js';
import { PLAN_DEFAULTS, prepareCalibration, readMapKind, type CalibrationPlan, type CalibrationSetup } from './prepare-calibration.js';
import { objectiveOf, readCost } from './read-cost.js';
import { readPeriod } from './record-inputs.js';
import { domainFolder, printJson } from './run-options.js';
import { awaitStopWish, EXIT_INTERRUPTED } from './run-until-stopped.js';

interface CalibrateFlags {
  readonly domain: string;
  readonly structure: string;
  readonly routing: string;
  readonly correction?: string;
  readonly weights?: string;
  readonly mapping: string;
  readonly map?: string;
  readonly hidden?: string;
  readonly correlation: string;
  readonly gauges: string;
  readonly gaugeWeights?: string;
  readonly cost: string;
  readonly optimizer: string;
  readonly iterations?: string;
  readonly rate?: string;
  readonly prior?: string;
  readonly scale?: string;
  readonly networkPrior?: string;
  readonly seed: string;
  readonly stores: boolean;
  readonly from: string;
  readonly to: string;
  readonly out: string;
}

/** `freshet calibrate`: fits the parameters of a structure on a period of the domain's record and writes a parameter file. */
export function calibrateCommand(program: Command): void {
  program
    .command('calibrate')
    .description("Fit the parameters of a structure on a period of a domain's record")
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .option('--structure <name>', `one of ${structureNames().join(', ')}`, 'gr4')
    .option('--routing <name>', `one of ${routingNames().join(', ')}`, 'kw')
    .option('--correction <mlp:sizes>', 'correct the fluxes by a network with these hidden layers, as mlp:16 or mlp:16,16')
    .option('--weights <file>', 'start the network of neural_stores from what freshet pretrain wrote')
    .option('--mapping <kind>', `how parameters vary over the cells: ${MAP_KINDS.join(', ')}`, 'multilinear')
    .option('--map <id=kind,…>', 'another mapping of some parameters or initial stores (hp, ht), as cp=distributed,hp=distributed')
    .option('--hidden <sizes>', 'hidden layers of the mapping ann, as 8 or 8,8')
    .option('--correlation <m>', 'distance over which distributed parameters correlate', String(PLAN_DEFAULTS.correlationLength))
    .option('--gauges <ids>', 'all, or station ids separated by commas', 'all')
    .option('--gauge-weights <numbers>', 'one a gauge; equal without it')
    .option(
      '--cost <criteria>',
      'nse, nnse or kge, with -sqrt or -log; eff or epf of the flood events; and weights, as nse:0.7,eff:0.2,epf:0.1',
      'nse',
    )
    .option('--optimizer <name>', 'lbfgsb or adam', CALIBRATION_SETTINGS.optimizer)
    .option('--iterations <count>', 'of the fit after the uniform one')
    .option('--rate <number>', "adam's first step, in deviations of the prior")
    .option('--prior <weight>', 'weight of the background term, or l-curve to choose it by the corner of the L-curve')
    .option('--scale <id=factor,…>', 'let a parameter depart further from its prior, or less far, as kexc=2,bkw=0.5')
    .option('--network-prior <weight>', 'weight of the background term of the network inside the step')
    .option('--seed <number>', 'of the random weights that a network starts with', '1')
    .option('--no-stores', 'leave the initial stores at their defaults')
    .requiredOption('--from <date>', 'start of the fitted period (excluded), 00:00 UTC')
    .requiredOption('--to <date>', 'end of the fitted period (included), 00:00 UTC')
    .requiredOption('--out <file>', 'parameter file to write')
    .option('--json', 'print the result as JSON')
    .action(async (flags: CalibrateFlags) => {
      printJson(await runCalibration(flags));
    });
}

async function runCalibration(flags: CalibrateFlags): Promise<unknown> {
  const started = performance.now();
  const domain = await loadDomain(domainFolder(flags.domain));
  requireGauges(domain, 'calibration');
  const setup = await prepareCalibration(await readPlan(flags, domain), domain);
  const progress = progressBar();
  const result = await stoppable(calibrating(setup.problem, setup.kernel), progress.show).finally(progress.stop);
  const file = parameterFileOf(result, { ...setup, domain, version: await freshetVersion() });
  await mkdir(dirname(resolve(flags.out)), { recursive: true });
  await writeFile(flags.out, formatParameterFile(file));
  const { mapping, fit } = file;
  warnOfEarlyEnd(fit, flags.out);
  return {
    mapping,
    iterations: fit.iterations,
    cost: fit.cost,
    nse: fit.nse,
    priorWeight: fit.priorWeight,
    ...(fit.lCurve && { lCurve: fit.lCurve }),
    stoppedBy: fit.stoppedBy,
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

/** Runs a search to its end, or to the iteration at which Ctrl-C is pressed. */
async function stoppable(search: ReturnType<typeof calibrating>, show: (progress: CalibrationProgress) => void): Promise<Calibration> {
  const wish = awaitStopWish();
  let stop: StopWish;
  void wish.signalled.then(() => (stop = 'stop'));
  try {
    let step = search.next();
    while (!step.done) {
      show(step.value);
      await setImmediate(); // a signal is heard between two iterations only
      step = search.next(stop);
    }
    return step.value;
  } finally {
    wish.dispose();
  }
}

/** A fit that did not end by itself says so: what it wrote is the best it had met. */
function warnOfEarlyEnd({ stoppedBy, iterations, cost }: FittedParameters['fit'], out: string): void {
  const kept = `the best parameters until then (cost ${cost.toFixed(4)}) are in ${out}`;
  const step = /^diverged-at-(\d+)$/.exec(stoppedBy)?.[1] ?? (stoppedBy === 'start-not-finite' ? '1' : undefined);
  if (step !== undefined) process.stderr.write(`the cost exploded at step ${step}; ${kept}. Try a smaller --rate or a larger --prior.\n`);
  if (stoppedBy !== 'interrupted') return;
  process.stderr.write(`stopped after ${iterations} iterations; ${kept}. Run the same command again for the whole fit.\n`);
  process.exitCode = EXIT_INTERRUPTED;
}

async function readPlan(flags: CalibrateFlags, domain: LoadedDomain): Promise<CalibrationPlan> {
  const hidden = flags.correction === undefined ? undefined : readCorrection(flags.correction);
  return {
    structure: hidden && !flags.structure.endsWith('_ude') ? `${flags.structure}_mlp` : flags.structure,
    routing: flags.routing,
    ...(hidden && { hidden }),
    ...(flags.weights !== undefined && { pretrained: await readWeightsFile(flags.weights) }),
    mapping: readMapKind('--mapping', flags.mapping),
    kinds: readKinds(flags.map),
    mappingHidden: flags.hidden === undefined ? PLAN_DEFAULTS.mappingHidden : readSizes('--hidden', flags.hidden),
    correlationLength: readNumber('--correlation', flags.correlation),
    gauges: flags.gauges,
    ...(flags.gaugeWeights !== undefined && { gaugeWeights: readWeights(flags.gaugeWeights, flags.gauges, domain) }),
    cost: readCost(flags.cost),
    period: readPeriod(flags, domain),
    settings: readSettings(flags),
    scales: readScales(flags.scale),
  };
}

/** @throws Fault PARAMETERS_INVALID for a file that is not there or none of freshet pretrain. */
async function readWeightsFile(path: string): Promise<WeightsFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('PARAMETERS_INVALID', `--weights ${path} cannot be read`, { file: path }, { cause });
  });
  return parseWeightsFile(text, path);
}

function readSettings(flags: CalibrateFlags): CalibrationSettings {
  const { optimizer } = flags;
  if (optimizer !== 'lbfgsb' && optimizer !== 'adam') throw new Fault('COMMAND_INVALID', `--optimizer ${optimizer} is not lbfgsb or adam`);
  return {
    ...PLAN_DEFAULTS.settings,
    optimizer,
    stores: flags.stores,
    seed: readNumber('--seed', flags.seed),
    ...(flags.iterations !== undefined && { iterations: readNumber('--iterations', flags.iterations) }),
    ...(flags.rate !== undefined && { rate: readNumber('--rate', flags.rate) }),
    ...readPriorWeight(flags.prior),
    ...(flags.networkPrior !== undefined && { networkWeight: readNumber('--network-prior', flags.networkPrior) }),
  };
}

function readPriorWeight(text: string | undefined): Partial<CalibrationSettings> {
  if (text === undefined) return {};
  if (text === 'l-curve') return { lCurve: L_CURVE_WEIGHTS };
  if (!(Number(text) >= 0)) throw new Fault('COMMAND_INVALID', `--prior ${text} is not a number of 0 or more, nor l-curve`);
  return { priorWeight: readNumber('--prior', text) };
}

function readScales(text: string | undefined): Record<string, number> {
  const pairs = (text ?? '').split(',').filter(Boolean);
  return Object.fromEntries(
    pairs.map(pair => {
      const [id, factor] = pair.split('=');
      if (!id || factor === undefined || !(Number(factor) > 0))
        throw new Fault('COMMAND_INVALID', `--scale ${pair} is not ID=FACTOR with a factor above 0, as in kexc=2`);
      return [id, Number(factor)];
    }),
  );
}

function readNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Fault('COMMAND_INVALID', `${option} ${text} is not a number of 0 or more`);
}

const readSizes = (option: string, text: string): number[] => text.split(',').map(size => readNumber(option, size));

function readCorrection(text: string): number[] {
  const sizes = /^mlp:(\d+(?:,\d+)*)$/.exec(text)?.[1];
  if (sizes === undefined) throw new Fault('COMMAND_INVALID', `--correction ${text} is not mlp:SIZES, as in mlp:16 or mlp:16,16`);
  return readSizes('--correction', sizes);
}

function readKinds(text: string | undefined): Record<string, MapKind> {
  const pairs = (text ?? '').split(',').filter(Boolean);
  return Object.fromEntries(
    pairs.map(pair => {
      const [id, kind] = pair.split('=');
      if (!id || kind === undefined) throw new Fault('COMMAND_INVALID', `--map ${pair} is not ID=KIND, as in cp=distributed`);
      return [id, readMapKind('--map', kind)];
    }),
  );
}

function readWeights(text: string, gauges: string, { stations }: LoadedDomain): number[] {
  const weights = text.split(',').map(weight => readNumber('--gauge-weights', weight));
  const count = gauges === 'all' ? stations.filter(({ gauged }) => gauged).length : gauges.split(',').length;
  if (weights.length === count && weights.some(weight => weight > 0)) return weights;
  throw new Fault('COMMAND_INVALID', `--gauge-weights ${text}: give ${count} numbers, one a gauge, not all 0`);
}

interface Provenance extends CalibrationSetup {
  readonly domain: LoadedDomain;
  readonly version: string;
}

function parameterFileOf(result: Calibration, made: Provenance): FittedParameters {
  const { domain, gauges, observed, time, plan, interception, kernel } = made;
  const { period, settings } = plan;
  const distributed = result.mapping.parameters.some(({ map }) => map.kind === 'distributed');
  const row = (values: Float64Array, k: number): Float64Array => values.subarray(k * time.count, (k + 1) * time.count);
  const scores = gauges.map(({ id }, k) => [id, nse({ simulated: row(result.discharge, k), observed: row(observed, k) })] as const);
  return {
    format: PARAMETER_FORMAT,
    basin: domain.basin,
    structure: result.mapping.layout.structure, // the plain one where the fit ended before its network was there
    routing: plan.routing,
    ...(domain.settings.model.reachLength === 'link' && { reachLength: 'link' as const }),
    stepSeconds: time.stepMs / SECOND_MS,
    mesh: { hash: domain.meshHash, cellCount: domain.mesh.cellCount },
    ...result.coefficients,
    interception,
    initialState: { time: toIso(time.start), values: result.coefficients.initialState },
    fit: {
      from: toIso(period.from),
      to: toIso(period.to),
      warmUpFrom: toIso(time.start),
      gauges: gauges.map(({ id }) => id),
      objective: objectiveOf(plan.cost),
      cost: result.cost,
      nse: Object.fromEntries(scores),
      iterations: result.iterations,
      evaluations: result.evaluations,
      stoppedBy: result.stoppedBy,
      optimizer: settings.optimizer,
      seed: settings.seed,
      priorWeight: result.priorWeight,
      ...(result.lCurve && { lCurve: [...result.lCurve] }),
      ...(Object.keys(plan.scales).length > 0 && { scales: plan.scales }),
      ...(plan.gaugeWeights && { gaugeWeights: [...plan.gaugeWeights] }),
      networkWeight: settings.networkWeight,
      ...(distributed && { correlationLength: plan.correlationLength }),
    },
    versions: { freshet: made.version, kernel: kernel.layout.precision, ...tensorflowOf(made) },
  };
}

function progressBar(): { readonly show: (progress: CalibrationProgress) => void; readonly stop: () => void } {
  const bar = new SingleBar(
    { format: 'calibrating {stage} {bar} {value}/{total} · cost {cost}', stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  let stage = '';
  return {
    show: progress => {
      if (progress.stage !== stage) bar.start(progress.limit, 0, { stage: progress.stage, cost: '-' });
      stage = progress.stage;
      bar.update(progress.iteration, { stage, cost: progress.cost.toFixed(5) });
    },
    stop: () => {
      bar.stop();
    },
  };
}

const tensorflowOf = ({ problem: { mapping } }: CalibrationSetup): Record<string, string> =>
  mapping.network ? { tensorflow: `${mapping.network.tensorflow.core.version_core} ${mapping.network.tensorflow.backend}` } : {};
