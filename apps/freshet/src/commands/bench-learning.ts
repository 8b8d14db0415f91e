import { SingleBar, Presets } from 'cli-progress';
import type { Command } from 'commander';
import { loadDomain, type LoadedDomain } from '#config';
import { parseIso } from '#hydrology';
import { calibrate, type Calibration } from '#learning';
import { kge, nse } from '#verification';
import { medianOf, readCount } from './bench-runs.js';
import { learningMethod, type LearningMethod } from './learning-methods.js';
import { PLAN_DEFAULTS, prepareCalibration } from './prepare-calibration.js';
import { weightsFor } from './pretrain-weights.js';
import { readPeriod, type Period } from './record-inputs.js';
import { pairsOf, runFit } from './run-fit.js';
import { domainFolder, printJson } from './run-options.js';

interface LearningFlags {
  readonly domain: string;
  readonly methods?: string;
  readonly seeds: string;
}

interface Case extends LearningMethod {
  readonly name: string;
}

const CALIBRATION = { from: '2014-09-22', to: '2014-10-31' };
const VALIDATION = { from: '2014-11-01', to: '2015-01-15' };
const OUTLET = 'V3524010';
/** Of the network of descriptors on one gauge: a stronger background than on three. */
const CASES: readonly Case[] = [
  caseOf('uniform', 'outlet'),
  caseOf('uniform', 'all'),
  caseOf('distributed', 'all'),
  caseOf('multilinear', 'all'),
  caseOf('multipower', 'all'),
  caseOf('ann', 'outlet', { priorWeight: 5e-4 }),
  caseOf('ann', 'all'),
  caseOf('grnn-u', 'outlet'),
  caseOf('grnn-d', 'all'),
  caseOf('double', 'all'),
  caseOf('neural-stores', 'outlet'),
  caseOf('ude', 'outlet'),
];

function caseOf(name: string, gauges: 'outlet' | 'all', change: LearningMethod['settings'] = {}): Case {
  const { settings, ...method } = learningMethod(name);
  const on = gauges === 'outlet' ? OUTLET : 'all';
  return { ...method, name: `${name}, ${gauges}`, plan: { ...method.plan, gauges: on }, settings: { ...settings, ...change } };
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
    .option('--methods <names>', `separated by semicolons, of ${CASES.map(({ name }) => name).join('; ')}; without it all`)
    .option('--seeds <count>', 'seeds of the methods that start from random weights', '10')
    .option('--json', 'print JSON')
    .action(async (flags: LearningFlags) => {
      printJson(await benchLearning(flags));
    });
}

async function benchLearning(flags: LearningFlags): Promise<{ rows: LearningRow[]; medians: unknown }> {
  const domain = await loadDomain(domainFolder(flags.domain));
  const asked = flags.methods?.split(';').map(name => name.trim());
  const methods = CASES.filter(({ name }) => asked?.includes(name) ?? true);
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
  each: Case,
  { domain, stores, seed }: { domain: LoadedDomain; stores: boolean; seed: number },
): Promise<LearningRow> {
  const { name, plan, settings } = each;
  const [calibration, validation] = [readPeriod(CALIBRATION, domain), readPeriod(VALIDATION, domain)];
  const [began, used] = [performance.now(), process.cpuUsage()];
  const setup = await prepareCalibration(
    {
      ...{ ...PLAN_DEFAULTS, structure: 'gr4', routing: 'kw', mapping: 'uniform', gauges: 'all', ...plan, period: calibration },
      ...(await weightsFor(each, { domain, period: calibration, seed })),
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

function scorer(fitted: Calibration, domain: LoadedDomain) {
  const run = runFit(fitted, domain, parseIso(VALIDATION.to));
  return (period: Period, of: typeof nse): Record<string, number> =>
    Object.fromEntries(pairsOf(run, domain, period).map((pairs, k) => [run.stations[k]!.id, Number(of(pairs).toFixed(4))]));
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
