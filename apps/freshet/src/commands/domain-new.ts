import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { makeMesh, readGauges, type LoadedDomain, type MeshSummary } from '#config';
import { Fault } from '#errors';
import { SERVICE_ADDRESSES } from '../domain-setup/gauge-services.js';
import { Questions } from '../domain-setup/questions.js';
import {
  readByStation,
  readFilePath,
  readFolderPath,
  readGaugeKind,
  readLevels,
  readMonthlyTemperature,
  readRainKind,
  readSourceAddress,
} from '../domain-setup/read-answers.js';
import { writeNewDomain } from '../domain-setup/write-new-domain.js';
import { checkSources } from './source.js';

interface NewFlags {
  readonly name?: string;
  readonly flowDirection?: string;
  readonly gauges?: string;
  readonly epsg?: string;
  readonly projection?: string;
  readonly rain?: string;
  readonly rainKind?: string;
  readonly service?: string;
  readonly address?: string;
  readonly code: readonly string[];
  readonly levels: readonly string[];
  readonly temperature?: string;
  readonly ask?: boolean;
  readonly check: boolean;
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** `freshet domain new`: from flow directions, gauges and feeds to a domain that can be served. */
export function domainNewCommand(domain: Command): void {
  domain
    .command('new')
    .description('Make a domain from flow directions, gauges and feeds; asks for what the options do not say')
    .argument('<folder>', 'folder to write, named as the basin: small letters, digits, hyphens')
    .option('--name <text>', 'what people call the basin')
    .option('--flow-direction <file>', 'D8 raster, GeoTIFF')
    .option('--gauges <file>', 'CSV of id,x,y,area_km2 in the projection of the raster')
    .option('--epsg <code>', 'coordinate system, where the raster does not say it')
    .option('--projection <proj4>', 'proj4 text of a coordinate system that Freshet does not know')
    .option('--rain <folder>', 'folder in which files of rain arrive')
    .option('--rain-kind <kind>', 'their format; rain-folder takes every one')
    .option('--service <kind>', 'where discharge and stage come from: hubeau, vigicrues, ea, usgs, waterml2, pi-xml …')
    .option('--address <url>', 'of the service, or the folder in which its files arrive')
    .option('--code <station=code>', 'what the service calls a gauge; repeat', collect, [])
    .option('--levels <station=yellow,orange,red>', 'thresholds of a gauge, m³/s; repeat', collect, [])
    .option('--temperature <numbers>', 'mean temperature of the 12 months, °C: potential evapotranspiration is computed from it')
    .option('--ask', 'ask although the input is no terminal')
    .option('--no-check', 'do not try the feeds at the end')
    .action(newDomain);
}

async function newDomain(given: string, flags: NewFlags): Promise<void> {
  const folder = resolve(given);
  refuseFolder(folder);
  const questions = flags.ask === true || process.stdin.isTTY ? Questions.asking() : Questions.silent();
  let domain: LoadedDomain;
  try {
    const name = await questions.answer(flags.name, {
      option: '--name',
      text: 'Name of the basin',
      otherwise: basename(folder),
      read: String,
    });
    const { stations, epsg } = await placeGauges(questions, folder, flags);
    const live = [await rainSource(questions, flags), await gaugeSource(questions, stations, flags)];
    const monthlyTemperature = await questions.answer(flags.temperature, {
      option: '--temperature',
      text: 'Mean temperature of the basin from January to December, °C (12 numbers; evapotranspiration by Oudin is computed from them)',
      read: readMonthlyTemperature,
    });
    const levels = await thresholds(questions, stations, flags);
    domain = await writeNewDomain(folder, epsg, { name, projection: flags.projection, live, monthlyTemperature, levels });
  } finally {
    questions.close();
  }
  process.stdout.write(`${folder} is a domain of ${domain.mesh.cellCount} cells and ${domain.stations.length} gauges.\n\n`);
  if (flags.check) await checkSources(folder, {});
  process.stdout.write(`${nextSteps(domain).join('\n')}\n`);
}

function refuseFolder(folder: string): void {
  if (!/^[a-z][a-z0-9-]*$/.test(basename(folder)))
    throw new Fault('COMMAND_INVALID', `the folder ${basename(folder)} names the basin: small letters, digits and hyphens, a letter first`);
  if (existsSync(join(folder, 'domain.yaml')))
    throw new Fault('CONFLICT', `${folder} is a domain already; edit its domain.yaml, or give another folder`, { folder });
}

interface Placed {
  readonly stations: readonly string[];
  readonly epsg: number;
}

/** Both files together: a gauge that does not fit may be the fault of either. */
async function placeGauges(questions: Questions, folder: string, flags: NewFlags): Promise<Placed> {
  const flowDirection = await questions.answer(flags.flowDirection, {
    ...{ option: '--flow-direction', text: 'Flow directions, D8 raster (GeoTIFF)', read: readFilePath },
  });
  const place = async (answer: string): Promise<MeshSummary> => {
    const gauges = readFilePath(answer);
    if ((await readGauges(gauges)).length === 0) throw new Fault('COMMAND_INVALID', `${gauges} holds no gauge`);
    return makeMesh({
      ...{ flowDirection, gauges, convention: 'auto', maxDistance: 1, largestDifference: 0.3, out: folder, describe: false },
      ...(flags.epsg !== undefined && { epsg: Number(flags.epsg) }),
      ...(flags.projection !== undefined && { projection: flags.projection }),
    });
  };
  const text = 'Gauges, CSV of id,x,y,area_km2 in the projection of the raster';
  const summary = await questions.answer(flags.gauges, { option: '--gauges', text, read: place });
  for (const gauge of summary.gauges) process.stdout.write(`  ${sayGauge(gauge)}\n`);
  return { stations: summary.gauges.map(({ id }) => id), epsg: summary.epsg };
}

function sayGauge({ id, row, column, areaM2, gaugeAreaM2 }: MeshSummary['gauges'][number]): string {
  const [own, mesh] = [gaugeAreaM2 / 1e6, areaM2 / 1e6].map(km2 => Number(km2.toPrecision(4)));
  return `${id} lies on row ${row}, column ${column}: ${mesh} km² drain there, its own figure is ${own} km²`;
}

async function rainSource(questions: Questions, flags: NewFlags): Promise<Record<string, unknown>> {
  const folder = await questions.answer(flags.rain, {
    ...{ option: '--rain', text: 'Folder in which files of rain arrive', read: readFolderPath },
  });
  const kind = await questions.answer(flags.rainKind, {
    ...{ option: '--rain-kind', text: 'Their format', otherwise: 'rain-folder', read: readRainKind },
  });
  return { id: 'rain', kind, folder };
}

async function gaugeSource(questions: Questions, stations: readonly string[], flags: NewFlags): Promise<Record<string, unknown>> {
  const kind = await questions.answer(flags.service, {
    ...{
      option: '--service',
      text: 'Service or format of the gauges (hubeau, vigicrues, ea, usgs, waterml2, pi-xml …)',
      read: readGaugeKind,
    },
  });
  const usual = SERVICE_ADDRESSES[kind];
  const address = await questions.answer(flags.address, {
    ...{ option: '--address', text: 'Its address, or the folder in which its files arrive', read: readSourceAddress },
    ...(usual !== undefined && { otherwise: usual }),
  });
  const given = readByStation('--code', flags.code, stations);
  const codes: Record<string, string> = {};
  for (const id of stations) {
    codes[id] = await questions.answer(given.get(id), {
      option: `--code ${id}=…`,
      text: `What ${kind} calls ${id}`,
      otherwise: id,
      read: String,
    });
  }
  return { id: 'gauges', kind, ...address, stations: codes };
}

async function thresholds(questions: Questions, stations: readonly string[], flags: NewFlags): Promise<ReadonlyMap<string, number[]>> {
  const given = readByStation('--levels', flags.levels, stations);
  const levels = new Map<string, number[]>();
  for (const id of stations) {
    const text = `Yellow, orange and red of ${id}, m³/s (empty: no alerts yet)`;
    levels.set(id, await questions.answer(given.get(id), { option: `--levels ${id}=…`, text, otherwise: '', read: readLevels }));
  }
  return levels;
}

function nextSteps({ basin, folder, stations }: LoadedDomain): string[] {
  const silent = stations.filter(station => station.thresholds.length === 0).map(({ id }) => id);
  return [
    `Start: FRESHET_DOMAINS=${resolve(folder, '..')} FRESHET_BASINS=${basin} npx freshet serve`,
    'Its parameters are what is usual elsewhere, not fitted: trust its forecasts after a calibration (docs/guides/calibrate.md), which needs a record.',
    ...(silent.length === 0 ? [] : [`No alert can be raised at ${silent.join(', ')}: thresholds.csv has no level of it.`]),
  ];
}
