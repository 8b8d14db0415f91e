import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { loadDomain, requireGauges, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { formatWeightsFile, openTensorFlow, type TensorFlow } from '#learning';
import { fineTune, type FineTuning } from './fine-tune-reservoirs.js';
import { pretrain, PRETRAINING_DEFAULTS, RESERVOIR_STRUCTURES, type Pretrained, type PretrainingPlan } from './pretrain-weights.js';
import { readPeriod } from './record-inputs.js';
import { domainFolder, printJson } from './run-options.js';

interface PretrainFlags {
  readonly domain: string;
  readonly structure: string;
  readonly from: string;
  readonly to: string;
  readonly hidden: string;
  readonly samples: string;
  readonly iterations: string;
  readonly seed: string;
  readonly out: string;
  readonly report?: string;
  readonly seeds: string;
  readonly gauges: string;
}

/** The flux of a half that no weights were fitted to must be explained so well. */
export const AGREEMENT = 0.99;

/** `freshet pretrain neural-reservoir`: trains the network of neural reservoirs on the fluxes of the GR laws and writes its weights. */
export function pretrainCommand(program: Command): void {
  program
    .command('pretrain')
    .description('Train a network before any discharge is seen')
    .command('neural-reservoir')
    .description('Train neural reservoirs on the fluxes of the GR laws over sampled stores, capacities and the forcing of a domain')
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .option('--structure <name>', RESERVOIR_STRUCTURES.join(' or '), 'neural_stores')
    .requiredOption('--from <date>', 'start of the period whose rain and PET are sampled (excluded), 00:00 UTC')
    .requiredOption('--to <date>', 'end of it (included), 00:00 UTC')
    .option('--hidden <sizes>', 'hidden layers, as 16 or 16,16', PRETRAINING_DEFAULTS.hidden.join())
    .option('--samples <count>', 'steps drawn to train on, and as many to check on', String(PRETRAINING_DEFAULTS.samples))
    .option('--iterations <count>', 'at most', String(PRETRAINING_DEFAULTS.iterations))
    .option('--seed <number>', 'of samples and first weights', '1')
    .requiredOption('--out <file>', 'weights file to write, for freshet calibrate --weights')
    .option('--report <file>', 'HTML page: response surfaces, and the fit to discharge from these weights and from random ones')
    .option('--gauges <ids>', 'fitted for the report: all, or station ids separated by commas', 'all')
    .option('--seeds <count>', 'seeds of each start in the report', '3')
    .option('--json', 'print the result as JSON')
    .action(async (flags: PretrainFlags) => {
      printJson(await runPretraining(flags));
    });
}

async function runPretraining(flags: PretrainFlags): Promise<unknown> {
  const started = performance.now();
  const domain = await loadDomain(domainFolder(flags.domain));
  const plan = readPlan(flags, domain);
  const tensorflow = await openTensorFlow();
  const bar = progressBar(plan.iterations);
  const trained = pretrain(plan, { domain, tensorflow, seed: readWhole('--seed', flags.seed), onProgress: bar.show });
  bar.stop();
  await writeText(flags.out, formatWeightsFile(trained.file));
  const tuned = flags.report === undefined ? [] : await reportOn(flags, { plan, domain, tensorflow, trained });
  const { iterations, heldOut, losses } = trained.result;
  return {
    structure: plan.structure,
    iterations,
    loss: losses.at(-1),
    heldOut: Object.fromEntries(Object.entries(heldOut).map(([flux, r2]) => [flux, Number(r2.toFixed(4))])),
    agrees: Object.values(heldOut).every(r2 => r2 >= AGREEMENT),
    fineTuning: tuned.map(({ start, seed, costs, nse }) => ({ start, seed, iterations: costs.length, cost: costs.at(-1), nse })),
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

interface Subject {
  readonly plan: PretrainingPlan;
  readonly domain: LoadedDomain;
  readonly tensorflow: TensorFlow;
  readonly trained: Pretrained;
}

/** Each start is fitted with several seeds: of the samples and first weights before the pretraining, or of the random weights. */
async function reportOn(flags: PretrainFlags, { plan, domain, tensorflow, trained }: Subject): Promise<FineTuning[]> {
  requireGauges(domain, 'calibration');
  const seeds = Array.from({ length: readWhole('--seeds', flags.seeds) }, (_, k) => trained.file.training.seed + k);
  const runs: FineTuning[] = [];
  const fitted = { domain, period: plan.period, gauges: flags.gauges };
  for (const seed of seeds) {
    const file = seed === trained.file.training.seed ? trained.file : pretrain(plan, { domain, tensorflow, seed }).file;
    runs.push(await fineTune({ ...fitted, file, seed, start: 'pretrained' }));
    runs.push(await fineTune({ ...fitted, file, seed, start: 'random' }));
  }
  const { formatPretrainingReport } = await import('./pretrain-report.js'); // as in validate: its charting library is slow to load
  await writeText(flags.report!, formatPretrainingReport({ plan, domain, trained, runs }));
  return runs;
}

function readPlan(flags: PretrainFlags, domain: LoadedDomain): PretrainingPlan {
  const structure = RESERVOIR_STRUCTURES.find(name => name === flags.structure);
  if (structure === undefined) {
    throw new Fault('COMMAND_INVALID', `--structure ${flags.structure} is not ${RESERVOIR_STRUCTURES.join(' or ')}`);
  }
  return {
    structure,
    hidden: flags.hidden.split(',').map(size => readWhole('--hidden', size)),
    samples: readWhole('--samples', flags.samples),
    iterations: readWhole('--iterations', flags.iterations),
    period: readPeriod(flags, domain),
  };
}

function readWhole(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Fault('COMMAND_INVALID', `${option} ${text} is not a whole number above 0`);
}

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  await writeFile(path, text);
}

function progressBar(total: number): { readonly show: (iteration: number, loss: number) => void; readonly stop: () => void } {
  const format = 'pretraining {bar} {value}/{total} · loss {loss}';
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.shades_classic);
  bar.start(total, 0, { loss: '-' });
  return {
    show: (iteration, loss) => {
      bar.update(iteration, { loss: loss.toFixed(5) });
    },
    stop: () => {
      bar.stop();
    },
  };
}
