import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { loadDomain, requireGauges, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { toIso } from '#hydrology';
import { BOOTSTRAP_SETTINGS } from '#verification';
import { learningMethod, LEARNING_METHODS, METHOD_CHANGES } from './learning-methods.js';
import { readDate, readPeriod, type Period } from './record-inputs.js';
import { domainFolder, printJson } from './run-options.js';
import { DESIGNS, scoreCount, type Design, type ValidationPlan } from './validation/plan.js';
import { runValidation, type DissectedFit, type ValidationResults } from './validation/run-validation.js';
import { QUIET_DAYS } from './validation/skill.js';

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
  readonly figures?: string;
}

/** `freshet validate`: how well what was fitted here and then holds elsewhere and later. */
export function validateCommand(program: Command): void {
  program
    .command('validate')
    .description('Fit several methods and score them in another period, at gauges they have not seen, or both')
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .option('--design <names>', `of ${DESIGNS.join(', ')}, or all`, 'temporal')
    .option(
      '--methods <names>',
      `of ${Object.keys(LEARNING_METHODS).join(', ')}, each with :${Object.keys(METHOD_CHANGES).join(' or :')} after it`,
      'uniform,multilinear',
    )
    .option('--calibrate <from,to>', 'fitted period (from, to], 00:00 UTC', '2014-09-22,2014-10-31')
    .option('--validate <from,to>', 'period of the temporal designs', '2014-11-01,2015-01-15')
    .option('--without <from,to>', 'score once more without these days, to see how much of the scores they make')
    .option('--swap', 'do it all once more with the periods exchanged')
    .option('--seed <number>', 'of the random weights that networks start with', '1')
    .option('--report <file>', 'write an HTML page that needs no other file')
    .option('--figures <folder>', 'write the drawings of the report as SVG files')
    .option('--json', 'print the scores as JSON')
    .action(async (flags: ValidateFlags) => {
      printJson(await validate(flags));
    });
}

async function validate(flags: ValidateFlags): Promise<unknown> {
  const domain = await loadDomain(domainFolder(flags.domain));
  requireGauges(domain, 'a validation');
  const plan = readPlan(flags, domain);
  const found: ValidationResults = { plan, domain, runs: [], fits: [] };
  const bar = new SingleBar({ stream: process.stderr, format: 'validating {bar} {value}/{total} {what}, {eta} s left' }, Presets.rect);
  bar.start(scoreCount(plan, domain), 0, { what: plan.methods[0] });
  for await (const step of runValidation(plan, domain)) {
    if ('fit' in step) found.fits.push(step.fit);
    else found.runs.push(step.run);
    const { method, split } = 'fit' in step ? step.fit : step.run.score;
    bar.update(found.runs.length, { what: `${method}${split === 'swapped' ? ', periods exchanged' : ''}` });
  }
  bar.stop();
  if (flags.report !== undefined || flags.figures !== undefined) await writeReport(found, flags);
  return { ...settingsOf(plan), scores: found.runs.map(({ score }) => score), fits: found.fits.map(summaryOf) };
}

/** What a reader of the JSON must know of the intervals and the periods. */
function settingsOf({ calibration, validation, without, seed }: ValidationPlan): Record<string, unknown> {
  const span = ({ from, to }: Period): { from: string; to: string } => ({ from: toIso(from), to: toIso(to) });
  const { samples, share } = BOOTSTRAP_SETTINGS;
  return {
    ...{ calibration: span(calibration), validation: span(validation), without: without ? span(without) : null, seed },
    bootstrap: { samples, share, seed: BOOTSTRAP_SETTINGS.seed, blocks: `flood events, and quiet time in ${QUIET_DAYS} days` },
  };
}

const summaryOf = ({ split, method, cost, anatomy: { priorWeight, lCurve } }: DissectedFit): Record<string, unknown> => ({
  ...{ split, method, cost, priorWeight },
  ...(lCurve && { lCurve }),
});

async function writeReport(found: ValidationResults, { report, figures }: ValidateFlags): Promise<void> {
  const { formatReport } = await import('./report/format-report.js'); // its charting library costs every other command a fifth of a second
  const { page, drawings } = formatReport(found);
  if (report !== undefined) {
    await mkdir(dirname(resolve(report)), { recursive: true });
    await writeFile(report, page);
  }
  if (figures === undefined) return;
  await mkdir(resolve(figures), { recursive: true });
  for (const [name, svg] of drawings) await writeFile(join(figures, `${name}.svg`), svg);
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
    splits: flags.swap ? ['given', 'swapped'] : ['given'],
    ...{ calibration, validation },
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
  const period = { from: readDate('--without', from), to: readDate('--without', to) };
  if (period.from < period.to) return period;
  throw new Fault('COMMAND_INVALID', `--without ${text}: the first date is not before the second`);
}
