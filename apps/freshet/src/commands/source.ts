import { dirname } from 'node:path';
import type { Command } from 'commander';
import { MAP_KEY, RainDecoder, checkFeed, type FeedCheck } from '#apps/ingest';
import { loadDomain, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { systemClock } from '#runtime';
import { domainFolder, printJson } from './run-options.js';

interface CheckFlags {
  readonly source?: string;
  readonly json?: boolean;
}

/** `freshet source check`: what the configured sources of a domain give, before operations depend on them. */
export function sourceCommand(program: Command): void {
  program
    .command('source')
    .description('Try the live sources of a domain')
    .command('check')
    .description('Ask each source once and print what was understood; nothing is stored and no file is moved')
    .argument('<domain>', 'basin name, domain folder, or a domain.yaml')
    .option('--source <id>', 'only this one')
    .option('--json', 'print the report as JSON')
    .action(checkSources);
}

/** Tries the sources of a domain and prints what they gave; the exit code is 1 when one gave nothing. */
export async function checkSources(name: string, flags: CheckFlags): Promise<void> {
  const domain = await loadDomain(/\.ya?ml$/.test(name) ? dirname(name.includes('/') ? name : `./${name}`) : domainFolder(name));
  const decoder = new RainDecoder();
  const checks: FeedCheck[] = [];
  try {
    for (const settings of chosen(domain, flags.source)) {
      const check = await checkFeed(settings, domain, { decoder, now: () => systemClock.now() });
      checks.push(check);
      if (flags.json !== true) process.stdout.write(`${sayCheck(check).join('\n')}\n\n`);
    }
  } finally {
    await decoder.close();
  }
  if (flags.json === true) printJson({ basin: domain.basin, sources: checks });
  if (!checks.every(({ ok }) => ok)) process.exitCode = 1;
}

function chosen({ settings, basin }: LoadedDomain, id: string | undefined): LoadedDomain['settings']['sources']['live'] {
  const { live } = settings.sources;
  const found = id === undefined ? live : live.filter(source => source.id === id);
  if (found.length > 0) return found;
  const known = live.map(source => source.id).join(', ');
  const message =
    known === ''
      ? `${basin} has no live source: list them under sources.live of domain.yaml`
      : `there is no source ${id ?? ''}; ${basin} has ${known}`;
  throw new Fault('COMMAND_INVALID', message);
}

function sayCheck(check: FeedCheck): string[] {
  const { id, kind, address, failure, seconds, answers, ok } = check;
  const rows = answers.reduce((sum, answer) => sum + answer.rows, 0);
  const others = answers.reduce((sum, answer) => sum + answer.others, 0);
  const asked =
    answers.length === 0 ? '' : `, ${answers.length} answer(s) of ${rows} rows${others > 0 ? `, ${others} of them not asked for` : ''}`;
  return [
    `${ok ? '✓' : '✗'} ${id} (${kind}) ${address}: ${seconds.toFixed(1)} s${asked}`,
    ...(failure === null ? [] : [`  failed: ${failure}`]),
    ...check.gauges.map(sayGauge),
    ...(check.without.length === 0 ? [] : [`  nothing from ${check.without.join(', ')}`]),
    ...sayRain(check.rain),
    ...check.rejects.map(({ code, count, example }) => `  ${count} × ${code}: ${example}`),
    ...(failure === null && !ok ? ['  nothing came: is the folder empty, or do the stations have other codes?'] : []),
  ];
}

function sayGauge({ station, variable, unit, from, to, ageMinutes, values }: FeedCheck['gauges'][number]): string {
  const last = values.at(-1);
  const newest = last === null || last === undefined ? 'missing' : `${Number(last.toPrecision(4))} ${unit}`;
  return `  ${station} ${variable}: ${values.length} values, ${from} to ${to} (${ageMinutes} min old), newest ${newest}  ${sparkline(values)}`;
}

const BARS = '▁▂▃▄▅▆▇█';
const WIDTH = 40;

/** The largest value of each of 40 stretches; blank = missing. */
function sparkline(values: readonly (number | null)[]): string {
  const width = Math.min(WIDTH, values.length);
  const stretches = Array.from({ length: width }, (_, k) =>
    values.slice(Math.floor((k * values.length) / width), Math.floor(((k + 1) * values.length) / width)).flatMap(value => value ?? []),
  ).map(stretch => (stretch.length === 0 ? null : Math.max(...stretch)));
  const present = stretches.flatMap(value => value ?? []);
  const [low, high] = [Math.min(...present), Math.max(...present)];
  return stretches.map(value => (value === null ? ' ' : BARS[high === low ? 0 : Math.round(((value - low) / (high - low)) * 7)]!)).join('');
}

const RASTERS_IN_FULL = 4;

/** The newest rasters in a line each, those before in one, the newest also as a map. */
function sayRain(rain: FeedCheck['rain']): string[] {
  const ascending = rain.toSorted((a, b) => (a.to < b.to ? -1 : 1));
  const newest = ascending.at(-1);
  if (newest === undefined) return [];
  const lines = ascending
    .slice(-RASTERS_IN_FULL)
    .map(
      ({ file, product, grid, from, to, coverage, meanMm, largestMm, filtered }) =>
        `  ${file}: ${product}, ${grid}, ${from} to ${to}, ${Math.round(100 * coverage)} % of the basin, mean ${meanMm?.toFixed(2) ?? '–'} mm, largest ${largestMm?.toFixed(1) ?? '–'}${sayFiltered(filtered)}`,
    );
  return [
    ...sayEarlier(ascending.slice(0, -RASTERS_IN_FULL)),
    ...lines,
    `  ${newest.to}: ${MAP_KEY}`,
    ...newest.map.map(line => `    ${line}`),
  ];
}

function sayEarlier(rain: FeedCheck['rain']): string[] {
  if (rain.length === 0) return [];
  const [products, grids] = [rain.map(({ product }) => product), rain.map(({ grid }) => grid)].map(each => [...new Set(each)].join('; '));
  const coverage = Math.min(...rain.map(each => each.coverage));
  const largest = Math.max(...rain.map(({ largestMm }) => largestMm ?? 0));
  return [
    `  ${rain.length} earlier: ${products}, ${grids}, ${rain[0]!.from} to ${rain.at(-1)!.to}, at least ${Math.round(100 * coverage)} % of the basin, largest ${largest.toFixed(1)} mm`,
  ];
}

function sayFiltered(filtered: FeedCheck['rain'][number]['filtered']): string {
  const counts = Object.entries(filtered).map(([filter, cells]) => `${filter} ${cells}`);
  return counts.length === 0 ? '' : `, taken out: ${counts.join(', ')}`;
}
