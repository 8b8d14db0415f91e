import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { loadDomain, requireGauges, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { DAY_MS, HOUR_MS, SECOND_MS, VARIABLES, timeGrid, toIso, type Station, type TimeGrid } from '#hydrology';
import { routingNames, structureNames, type Kernel, type KernelForcing } from '#kernel';
import {
  calibrate,
  CALIBRATION_SETTINGS,
  formatParameterFile,
  imperviousnessOf,
  interceptionCapacity,
  nseCost,
  PARAMETER_FORMAT,
  standardize,
  type Calibration,
  type CalibrationProgress,
  type Fields,
  type ParameterFile,
  type StandardDescriptor,
} from '#learning';
import { nse } from '#verification';
import { observedOnSteps, readPeriod, recordForcing, recordStart, type Period } from './record-inputs.js';
import { domainFolder, openKernel, printJson, refuseWithoutTemperature } from './run-options.js';

/** The model's own step in forecasting. */
const MODEL_STEP_SECONDS = 900;
/** Calibration runs at the step of the record's rain and discharge, an hour at least; the interception is found for both. */
const calibrationSteps = ({ record }: LoadedDomain): readonly [seconds: number, ...others: number[]] =>
  record.rainStepMs > HOUR_MS ? [record.rainStepMs / SECOND_MS] : [HOUR_MS / SECOND_MS, MODEL_STEP_SECONDS];

interface CalibrateFlags {
  readonly domain: string;
  readonly structure: string;
  readonly routing: string;
  readonly mapping: string;
  readonly gauges: string;
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
    .option('--mapping <kind>', 'uniform or multilinear (over the descriptors of the domain)', 'multilinear')
    .option('--gauges <ids>', 'all, or station ids separated by commas', 'all')
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
  const setup = prepare(flags, domain);
  const progress = progressBar();
  const result = calibrate({ ...setup.problem, settings: CALIBRATION_SETTINGS, onProgress: progress.show }, setup.kernel);
  progress.stop();
  const file = parameterFileOf(result, { ...setup, domain, flags, version: await freshetVersion() });
  await mkdir(dirname(resolve(flags.out)), { recursive: true });
  await writeFile(flags.out, formatParameterFile(file));
  const { mapping, fit } = file;
  return {
    mapping,
    iterations: fit.iterations,
    cost: fit.cost,
    nse: fit.nse,
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

interface Setup {
  readonly kernel: Kernel;
  readonly time: TimeGrid;
  readonly period: Period;
  readonly gauges: readonly Station[];
  readonly observed: Float64Array;
  readonly interception: ParameterFile['interception'];
  readonly problem: {
    readonly forcing: KernelForcing;
    readonly base: Fields;
    readonly cost: ReturnType<typeof nseCost>;
    readonly descriptors: readonly StandardDescriptor[];
  };
}

function prepare(flags: CalibrateFlags, domain: LoadedDomain): Setup {
  const period = readPeriod(flags, domain);
  const gauges = chooseGauges(flags.gauges, domain);
  const [stepSeconds, ...others] = calibrationSteps(domain);
  const time = timeGrid(recordStart(domain.record), period.to, stepSeconds * SECOND_MS);
  const kernel = openKernel({ domain, stations: gauges, stepSeconds, ...namesOf(flags) });
  refuseWithoutTemperature(kernel, domain);
  const forcing = recordForcing(domain.record, time, kernel.layout.needsTemperature);
  const observed = observedOnSteps(domain.record, gauges, { time, ...period });
  refuseSilentGauges(gauges, { observed, steps: time.count });
  const interception = [stepSeconds, ...others].map(seconds => searchCapacity(domain, period, seconds));
  const cost = nseCost({ observed, steps: time.count, stations: gauges.map((_, row) => row) });
  const problem = {
    forcing,
    cost,
    base: baseFields(kernel, interception[0]!.capacity, domain),
    descriptors: chooseDescriptors(flags.mapping, domain),
  };
  return { kernel, time, period, gauges, observed, interception, problem };
}

const namesOf = ({ structure, routing }: CalibrateFlags): { structure: string; routing: string } => ({ structure, routing });

function chooseGauges(asked: string, { stations }: LoadedDomain): readonly Station[] {
  const gauged = stations.filter(station => station.gauged);
  if (asked === 'all') return gauged;
  return asked.split(',').map(id => {
    const found = gauged.find(station => station.id === id.trim());
    if (found === undefined) {
      const known = gauged.map(station => station.id).join(', ');
      throw new Fault('COMMAND_INVALID', `--gauges: ${id} is not a gauged station of the domain; it has ${known}`, { station: id });
    }
    return found;
  });
}

function refuseSilentGauges(gauges: readonly Station[], { observed, steps }: { observed: Float64Array; steps: number }): void {
  gauges.forEach(({ id }, row) => {
    const values = observed.subarray(row * steps, (row + 1) * steps).filter(value => !Number.isNaN(value));
    if (new Set(values).size < 2) {
      throw new Fault('COMMAND_INVALID', `--gauges: ${id} has no varying discharge in the period; leave it out or choose another period`, {
        station: id,
      });
    }
  });
}

function chooseDescriptors(mapping: string, { descriptors }: LoadedDomain): readonly StandardDescriptor[] {
  if (mapping === 'uniform') return [];
  if (mapping !== 'multilinear') throw new Fault('COMMAND_INVALID', `--mapping ${mapping} is unknown; it is uniform or multilinear`);
  if (descriptors.size === 0) throw new Fault('COMMAND_INVALID', '--mapping multilinear needs descriptors, and the domain has none');
  return [...descriptors].map(([name, field]) => standardize(name, field));
}

function searchCapacity({ record }: LoadedDomain, { from, to }: Period, stepSeconds: number): ParameterFile['interception'][number] {
  const time = timeGrid(from, to, stepSeconds * SECOND_MS);
  const { rain, pet } = recordForcing(record, time);
  const cellCount = rain.length / time.count;
  const capacity = interceptionCapacity({ rain, pet, cellCount, stepsPerDay: DAY_MS / time.stepMs });
  return { stepSeconds, from: toIso(from), to: toIso(to), capacity: [...capacity] };
}

/** Register defaults, with the capacity found for each cell and the domain's map of imperviousness. */
function baseFields({ layout }: Kernel, capacity: readonly number[], { descriptors }: LoadedDomain): Fields {
  const { cellCount } = layout;
  const parameters = new Float64Array(layout.parameters.length * cellCount);
  layout.parameters.forEach((id, k) => {
    if (id === 'ci') parameters.set(capacity, k * cellCount);
    else if (id === 'imperviousness') parameters.set(imperviousnessOf(descriptors, layout.structure), k * cellCount);
    else parameters.fill(VARIABLES[id].default, k * cellCount, (k + 1) * cellCount);
  });
  const initialState = new Float64Array(layout.states.length * cellCount);
  layout.states.forEach((id, k) => initialState.fill(VARIABLES[id].default, k * cellCount, (k + 1) * cellCount));
  return { parameters, initialState };
}

interface Provenance extends Setup {
  readonly domain: LoadedDomain;
  readonly flags: CalibrateFlags;
  readonly version: string;
}

function parameterFileOf(result: Calibration, made: Provenance): ParameterFile {
  const { domain, gauges, observed, time, period, interception, flags, kernel } = made;
  const row = (values: Float64Array, k: number): Float64Array => values.subarray(k * time.count, (k + 1) * time.count);
  const scores = gauges.map(({ id }, k) => [id, nse({ simulated: row(result.discharge, k), observed: row(observed, k) })] as const);
  return {
    format: PARAMETER_FORMAT,
    basin: domain.basin,
    structure: flags.structure,
    routing: flags.routing,
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
      objective: '1 - NSE, mean over the gauges',
      cost: result.cost,
      nse: Object.fromEntries(scores),
      iterations: result.iterations,
      evaluations: result.evaluations,
      stoppedBy: result.stoppedBy,
    },
    versions: { freshet: made.version, kernel: kernel.layout.precision },
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

async function freshetVersion(): Promise<string> {
  const manifest = join(fileURLToPath(new URL('../../../../../', import.meta.url)), 'package.json');
  return (JSON.parse(await readFile(manifest, 'utf8')) as { readonly version: string }).version;
}
