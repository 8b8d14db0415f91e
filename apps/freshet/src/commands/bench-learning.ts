import { SingleBar, Presets } from 'cli-progress';
import type { Command } from 'commander';
import { loadDomain, type LoadedDomain } from '#config';
import { HOUR_MS, parseIso, timeGrid, type Station } from '#hydrology';
import { calibrate, type Calibration, type CalibrationSettings } from '#learning';
import { kge, nse } from '#verification';
import { medianOf, readCount } from './bench-runs.js';
import { PLAN_DEFAULTS, prepareCalibration, type CalibrationPlan } from './prepare-calibration.js';
import { observedOnSteps, readPeriod, recordForcing, recordStart, type Period } from './record-inputs.js';
import { domainFolder, openKernel, printJson } from './run-options.js';

interface LearningFlags {
  readonly domain: string;
  readonly methods?: string;
  readonly seeds: string;
}

interface Method {
  readonly name: string;
  readonly plan: Partial<CalibrationPlan>;
  readonly settings: Partial<CalibrationSettings>;
  /** Starts from random weights: every seed is fitted. */
  readonly random: boolean;
}

const CALIBRATION = { from: '2014-09-22', to: '2014-10-31' };
const VALIDATION = { from: '2014-11-01', to: '2015-01-15' };
const OUTLET = 'V3524010';
const HIDDEN = [16];

/** Weights, lengths and sizes are those that did best from one side of 2014-10-12 to the other (test/bench/README.md). */
const METHODS: readonly Method[] = [
  method('uniform, outlet', { gauges: OUTLET }, {}),
  method('uniform, all', {}, {}),
  method('distributed, all', { mapping: 'distributed' }, { priorWeight: 2e-4, iterations: 150 }),
  method('multilinear, all', { mapping: 'multilinear' }, { priorWeight: 2e-4, iterations: 150 }),
  method('multipower, all', { mapping: 'multipower' }, { priorWeight: 2e-4, iterations: 150 }),
  method('ann, outlet', { mapping: 'ann', gauges: OUTLET }, { priorWeight: 5e-4, iterations: 150 }, true),
  method('ann, all', { mapping: 'ann' }, { priorWeight: 2e-4, iterations: 150 }, true),
  method('GRNN.U, outlet', { structure: 'gr4_mlp', hidden: HIDDEN, gauges: OUTLET }, { networkWeight: 1e-2, iterations: 60 }, true),
  method('GRNN.D, all', { structure: 'gr4_mlp', hidden: HIDDEN, mapping: 'distributed' }, { priorWeight: 2e-4, networkWeight: 2e-3, iterations: 150 }, true), // prettier-ignore
  method('double, all', { structure: 'gr4_mlp', hidden: HIDDEN, mapping: 'ann' }, { priorWeight: 2e-4, networkWeight: 2e-3, iterations: 150 }, true), // prettier-ignore
  method('gr4_ude, outlet', { structure: 'gr4_ude', hidden: HIDDEN, gauges: OUTLET }, { networkWeight: 2e-3, iterations: 60 }, true),
];

function method(name: string, plan: Method['plan'], settings: Method['settings'], random = false): Method {
  return { name, plan, settings, random };
}

export interface LearningRow {
  readonly method: string;
  readonly stores: boolean;
  readonly seed: number;
  readonly calibration: Readonly<Record<string, number>>;
  readonly validation: Readonly<Record<string, number>>;
  readonly validationKge: Readonly<Record<string, number>>;
  readonly iterations: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** `freshet bench learning`: fits every method on the calibration period of the Cance and scores it on what followed. */
export function benchLearningCommand(bench: Command): void {
  bench
    .command('learning')
    .description('Calibrate by every method, score on the period after; NSE, KGE and seconds of each')
    .option('--domain <basin>', 'domain to fit', 'cance')
    .option('--methods <names>', `separated by semicolons, of ${METHODS.map(({ name }) => name).join('; ')}; without it all`)
    .option('--seeds <count>', 'seeds of the methods that start from random weights', '10')
    .option('--json', 'print JSON')
    .action(async (flags: LearningFlags) => {
      printJson(await benchLearning(flags));
    });
}

async function benchLearning(flags: LearningFlags): Promise<{ rows: LearningRow[]; medians: unknown }> {
  const domain = await loadDomain(domainFolder(flags.domain));
  const asked = flags.methods?.split(';').map(name => name.trim());
  const methods = METHODS.filter(({ name }) => asked?.includes(name) ?? true);
  const seeds = Array.from({ length: readCount('--seeds', flags.seeds) }, (_, k) => k + 1);
  const runs = methods.flatMap(each =>
    [true, false].flatMap(stores => (each.random && stores ? seeds : [1]).map(seed => ({ each, stores, seed }))),
  );
  const bar = new SingleBar({ stream: process.stderr, format: 'learning {bar} {value}/{total} {name}, {eta} s left' }, Presets.rect);
  bar.start(runs.length, 0, { name: '' });
  const rows: LearningRow[] = [];
  for (const { each, stores, seed } of runs) {
    bar.update(rows.length, { name: each.name });
    rows.push(await fitAndScore(each, { domain, stores, seed }));
  }
  bar.stop();
  return { rows, medians: mediansOf(rows) };
}

async function fitAndScore(
  { name, plan, settings }: Method,
  { domain, stores, seed }: { domain: LoadedDomain; stores: boolean; seed: number },
): Promise<LearningRow> {
  const [calibration, validation] = [readPeriod(CALIBRATION, domain), readPeriod(VALIDATION, domain)];
  const [began, used] = [performance.now(), process.cpuUsage()];
  const setup = await prepareCalibration(
    {
      ...{ ...PLAN_DEFAULTS, structure: 'gr4', routing: 'kw', mapping: 'uniform', gauges: 'all', ...plan, period: calibration },
      settings: { ...PLAN_DEFAULTS.settings, ...settings, stores, seed },
    },
    domain,
  );
  const fitted = calibrate(setup.problem, setup.kernel);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(used);
  const score = scorer(fitted, domain);
  return {
    method: name,
    stores,
    seed,
    calibration: score(calibration, nse),
    validation: score(validation, nse),
    validationKge: score(validation, kge),
    iterations: fitted.iterations,
    seconds: Number(seconds.toFixed(2)),
    cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
  };
}

/** Runs the fitted model hourly from the start of the record to the end of the validation, without assimilation. */
function scorer({ fields, mapping: { layout } }: Calibration, domain: LoadedDomain) {
  const stations = domain.stations.filter(({ gauged }) => gauged);
  const time = timeGrid(recordStart(domain.record), parseIso(VALIDATION.to), HOUR_MS);
  const { structure, routing, network } = layout;
  const kernel = openKernel({
    domain,
    stations,
    stepSeconds: layout.stepSeconds,
    structure,
    routing,
    ...(network && { hidden: network.hidden }),
  });
  const { discharge } = kernel.run({ forcing: recordForcing(domain.record, time, layout.needsTemperature), ...fields });
  return (period: Period, of: typeof nse): Record<string, number> => {
    const observed = observedOnSteps(domain.record, stations, { time, ...period });
    const row = (values: Float64Array, k: number): Float64Array => values.subarray(k * time.count, (k + 1) * time.count);
    const scoreOf = ({ id }: Station, k: number): [string, number] => [
      id,
      Number(of({ simulated: row(discharge, k), observed: row(observed, k) }).toFixed(4)),
    ];
    return Object.fromEntries(stations.map(scoreOf));
  };
}

/** Of the runs that fitted the stores, each method's median of validation NSE by gauge and of the seconds. */
function mediansOf(rows: readonly LearningRow[]): unknown {
  const names = [...new Set(rows.map(row => row.method))];
  return names.map(name => {
    const own = rows.filter(row => row.method === name && row.stores);
    const median = (of: (row: LearningRow) => number): number => Number(medianOf(own.map(of)).toFixed(4));
    const gauges = Object.keys(own[0]!.validation);
    return {
      method: name,
      seeds: own.length,
      validation: Object.fromEntries(gauges.map(id => [id, median(row => row.validation[id]!)])),
      seconds: median(row => row.seconds),
      cpuSeconds: median(row => row.cpuSeconds),
    };
  });
}
