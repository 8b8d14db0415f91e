import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { domainYamlText, formatTable, loadDomain, type LoadedDomain } from '#config';
import { LEVELS, HOUR_MS, SECOND_MS } from '#hydrology';
import { recipeLayout } from '#kernel';
import { formatParameterFile, unfittedParameters } from '#learning';
import { systemClock } from '#runtime';
import { freshetVersion } from '../commands/freshet-version.js';

/** What a domain on its feeds alone is made of, beside its mesh. */
export interface NewDomainAnswers {
  readonly name: string;
  readonly projection?: string | undefined;
  /** Sources as domain.yaml has them. */
  readonly live: readonly Readonly<Record<string, unknown>>[];
  /** January … December, °C. */
  readonly monthlyTemperature: readonly number[];
  /** Of stations, rising, m³/s. */
  readonly levels: ReadonlyMap<string, readonly number[]>;
}

const PARAMETERS = 'parameters/unfitted.json';

/** Completes a folder that holds a mesh and stations: domain.yaml, thresholds and usual parameters; what was written is loaded, so it is checked. */
export async function writeNewDomain(folder: string, epsg: number, answers: NewDomainAnswers): Promise<LoadedDomain> {
  const { name, projection, live, monthlyTemperature, levels } = answers;
  await writeFile(join(folder, 'thresholds.csv'), thresholdTable(levels));
  const words = { basin: basename(folder), name, epsg, descriptors: [], gauged: true, parameters: PARAMETERS, live };
  const record = { pet: { formula: 'oudin', monthlyTemperature } };
  await writeFile(join(folder, 'domain.yaml'), domainYamlText({ ...words, record, ...(projection !== undefined && { projection }) }));
  const domain = await loadDomain(folder);
  await writeParameters(domain);
  return domain;
}

function thresholdTable(levels: NewDomainAnswers['levels']): string {
  const columns = ['station', 'level', 'return_period_years', 'discharge_m3s', 'low_m3s', 'high_m3s', 'provenance'];
  const rows = [...levels].flatMap(([station, discharges]) =>
    discharges.map((discharge, k) => ({
      station,
      level: LEVELS[k]!,
      discharge_m3s: discharge,
      provenance: 'given when the domain was made',
    })),
  );
  return formatTable(columns, rows);
}

async function writeParameters({ basin, folder, mesh, meshHash, settings, stations }: LoadedDomain): Promise<void> {
  const { structure = 'gr4', routing = 'kw', reachLength } = settings.model;
  const stationCells = stations.map(({ cell }) => cell);
  const layout = recipeLayout({ structure, routing, mesh, stationCells, stepSeconds: HOUR_MS / SECOND_MS, reachLength, precision: 'f32' });
  const versions = { freshet: await freshetVersion() };
  const text = formatParameterFile(unfittedParameters({ basin, meshHash, layout, now: systemClock.now(), versions }));
  await mkdir(dirname(join(folder, PARAMETERS)), { recursive: true });
  await writeFile(join(folder, PARAMETERS), text);
}
