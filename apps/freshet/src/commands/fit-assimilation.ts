import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { ASSIMILATION_FORMAT, loadDomain, requireForecastable, requireRecord, type AssimilationFile, type LoadedDomain } from '#config';
import { toIso } from '#hydrology';
import { estimateAssimilation, hindcastsOf, type Estimate } from './estimate-assimilation.js';
import { openBasin, readPlan } from './hindcast.js';
import type { HindcastPlan } from './run-hindcast.js';
import { domainFolder, printJson } from './run-options.js';

interface FitFlags {
  readonly domain: string;
  readonly from: string;
  readonly to: string;
  readonly parameters?: readonly string[];
  readonly out: string;
}

/** The radar of the second record: a bias of 40 % that wanders over a day; nothing is verified with this seed. */
const RAIN_ERROR = { sd: 0.4, memoryHours: 24, seed: 2014 } as const;

/** `freshet fit-assimilation`: errors and blend estimated from a past period, for operations to start from. */
export function fitAssimilationCommand(program: Command): void {
  program
    .command('fit-assimilation')
    .description('Estimate the errors and the blend of the assimilation from hindcasts of a past period')
    .requiredOption('--domain <basin>', 'basin name or domain folder')
    .requiredOption('--from <time>', 'first issue time')
    .requiredOption('--to <time>', 'last issue time')
    .option('--parameters <files...>', "parameter files, best fitted on parts of the period; the domain's own by default")
    .requiredOption('--out <file>', 'where to write; a domain reads its own assimilation/estimated.json')
    .option('--json', 'print what was tried as JSON')
    .action(async (flags: FitFlags) => {
      printJson(await fitAssimilation(flags));
    });
}

async function fitAssimilation(flags: FitFlags): Promise<{ score: number; tried: Estimate['tried']; seconds: number }> {
  const started = performance.now();
  const domain = await loadDomain(domainFolder(flags.domain));
  requireRecord(domain, 'assimilation');
  requireForecastable(domain, 'assimilation');
  const plan = readPlan({ from: flags.from, to: flags.to, every: '1h', rain: 'known', latency: 'none' }, domain);
  const files = flags.parameters ?? [join(domain.folder, domain.settings.model.parameters)];
  const models = await Promise.all(files.map(parameters => openBasin(domain, { parameters, assimilation: 'none' })));
  const bar = new SingleBar({ stream: process.stderr, format: 'fit {bar} {value}/{total} hindcasts, {eta} s left' }, Presets.rect);
  bar.start(hindcastsOf(models.length), 0);
  const onHindcast = (done: number): void => {
    bar.update(done);
  };
  const estimate = estimateAssimilation({ domain, models, plan, rainError: RAIN_ERROR, onHindcast });
  bar.stop();
  await mkdir(dirname(flags.out), { recursive: true });
  await writeFile(flags.out, `${JSON.stringify(fileOf(estimate, { domain, plan, files }), null, 1)}\n`);
  const { score, tried } = estimate;
  return { score, tried, seconds: Math.round((performance.now() - started) / 100) / 10 };
}

function fileOf(
  { settings, statistics, score }: Estimate,
  { domain, plan, files }: { domain: LoadedDomain; plan: HindcastPlan; files: readonly string[] },
): AssimilationFile {
  const { priors, rainMemoryMs, zoneCorrelation, observationError, links } = settings;
  const parts = observationError.parts.map(([share, eFoldMs]): [number, number] => [share, eFoldMs]);
  return {
    format: ASSIMILATION_FORMAT,
    basin: domain.basin,
    fit: {
      from: toIso(plan.from),
      to: toIso(plan.to),
      parameters: files.map(file => basename(file)),
      cycles: Math.floor((plan.to - plan.from) / plan.everyMs) + 1,
      note: `RMSE issued over best baseline ${score.toFixed(3)}, mean of the record's rain and of rain disturbed by ${RAIN_ERROR.sd},${RAIN_ERROR.memoryHours},${RAIN_ERROR.seed}`,
    },
    priors: domain.zoneStations.map((station, zone) => ({ station, ...priors[zone]! })),
    rainMemoryMs,
    zoneCorrelation,
    observationError: { ...observationError, parts },
    links: [...links],
    statistics: Object.fromEntries(Object.entries(statistics).map(([id, { leads }]) => [id, { leads: leads.map(roundLead) }])),
  };
}

/** Seven digits are more than the statistics mean. */
function roundLead({ count, products, widths }: Estimate['statistics'][string]['leads'][number]) {
  const round = (value: number): number => Number(value.toPrecision(7));
  return { count: round(count), products: products.map(round), widths: widths.map(round) };
}
