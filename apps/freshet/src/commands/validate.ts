import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { loadDomain, requireGauges, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { learningMethod, LEARNING_METHODS } from './learning-methods.js';
import { readDate, readPeriod, type Period } from './record-inputs.js';
import { domainFolder, printJson } from './run-options.js';
import { DESIGNS, runValidation, scoreCount, type Design, type ValidationPlan, type ValidationRun } from './validation-runs.js';

interface ValidateFlags {
  readonly domain: string;
  readonly design: string;
  readonly methods: string;
  readonly calibrate: string;
  readonly validate: string;
  readonly without?: string;
  readonly swap?: boolean;
  readonly seed: string;
  readonly report?: string;
}

/** `freshet validate`: how well what was fitted here and then holds elsewhere and later. */
export function validateCommand(program: Command): void {
  program
    .command('validate')
    .description('Fit several methods and score them in another period, at gauges they have not seen, or both')
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .option('--design <names>', `of ${DESIGNS.join(', ')}, or all`, 'temporal')
    .option('--methods <names>', `of ${Object.keys(LEARNING_METHODS).join(', ')}`, 'uniform,multilinear')
    .option('--calibrate <from,to>', 'fitted period (from, to], 00:00 UTC', '2014-09-22,2014-10-31')
    .option('--validate <from,to>', 'period of the temporal designs', '2014-11-01,2015-01-15')
    .option('--without <from,to>', 'score once more without these days, to see how much of the scores they make')
    .option('--swap', 'fit to the validation period, score on the calibration period')
    .option('--seed <number>', 'of the random weights that networks start with', '1')
    .option('--report <file>', 'write an HTML page that needs no other file')
    .option('--json', 'print the scores as JSON')
    .action(async (flags: ValidateFlags) => {
      printJson(await validate(flags));
    });
}

async function validate(flags: ValidateFlags): Promise<unknown> {
  const domain = await loadDomain(domainFolder(flags.domain));
  requireGauges(domain, 'a validation');
  const plan = readPlan(flags, domain);
  const runs: ValidationRun[] = [];
  const bar = new SingleBar({ stream: process.stderr, format: 'validating {bar} {value}/{total} {what}, {eta} s left' }, Presets.rect);
  bar.start(scoreCount(plan, domain), 0, { what: plan.methods[0] });
  for await (const run of runValidation(plan, domain)) {
    runs.push(run);
    bar.update(runs.length, { what: `${run.score.method}, ${run.score.design}` });
  }
  bar.stop();
  if (flags.report !== undefined) {
    const { formatReport } = await import('./validation-report.js'); // its charting library costs every other command a fifth of a second
    await mkdir(dirname(resolve(flags.report)), { recursive: true });
    await writeFile(flags.report, formatReport(runs, { plan, domain }));
  }
  return { scores: runs.map(({ score }) => score) };
}

function readPlan(flags: ValidateFlags, domain: LoadedDomain): ValidationPlan {
  const [first, second] = [readSpan('--calibrate', flags.calibrate), readSpan('--validate', flags.validate)];
  const [calibration, validation] = [readPeriod(first, domain), readPeriod(second, domain)];
  const methods = flags.methods.split(',').map(name => name.trim());
  methods.forEach(learningMethod);
  const seed = Number(flags.seed);
  if (!Number.isInteger(seed)) throw new Fault('COMMAND_INVALID', `--seed ${flags.seed} is not a whole number`);
  return {
    designs: readDesigns(flags.design, domain),
    methods,
    seed,
    ...(flags.swap ? { calibration: validation, validation: calibration } : { calibration, validation }),
    ...(flags.without !== undefined && { without: readWithout(flags.without) }),
  };
}

function readDesigns(text: string, { stations }: LoadedDomain): Design[] {
  const names = text === 'all' ? [...DESIGNS] : text.split(',').map(name => name.trim());
  const designs = names.map(name => {
    const found = DESIGNS.find(design => design === name);
    if (found === undefined) throw new Fault('COMMAND_INVALID', `--design ${name} is unknown; there is ${DESIGNS.join(', ')}, all`);
    return found;
  });
  const spatial = designs.some(design => design.startsWith('spat'));
  if (spatial && stations.filter(({ gauged }) => gauged).length < 2) {
    throw new Fault('COMMAND_INVALID', '--design: leaving a gauge out needs a domain with two gauges at least');
  }
  return designs;
}

function readSpan(option: string, text: string): { readonly from: string; readonly to: string } {
  const [from, to, ...rest] = text.split(',');
  if (from === undefined || to === undefined || rest.length > 0)
    throw new Fault('COMMAND_INVALID', `${option} ${text} is not two dates separated by a comma`);
  return { from, to };
}

function readWithout(text: string): Period {
  const { from, to } = readSpan('--without', text);
  return { from: readDate('--without', from), to: readDate('--without', to) };
}
