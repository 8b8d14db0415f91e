import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS, HOUR_MS, SECOND_MS, buildMesh, toIso } from '#hydrology';
import { Fault } from '#errors';
import type { DischargeRecord } from './discharge-file.js';
import { domainYamlText } from './domain-yaml-text.js';
import { estimateThresholds, type ThresholdRow } from './estimate-thresholds.js';
import { importDischarge, importPet, importRain, type RainSummary } from './import-record.js';
import { placesOf, readNames, writeTables, type Place } from './import-stations.js';
import { projectionOf } from './projection.js';
import { readGeoTiff, writeGeoTiff } from './raster.js';
import { readSmashDataset, type SmashDataset } from './smash-dataset.js';

export interface ImportOptions {
  readonly dataset: string;
  readonly out: string;
  /** CSV of id, name, river for the stations: a SMASH data set has codes only. */
  readonly names?: string;
  /** Ungauged confluences to forecast. */
  readonly virtualStations: number;
  readonly onProgress: (text: string) => void;
}

export interface ImportSummary {
  readonly basin: string;
  readonly cells: number;
  readonly stations: readonly {
    readonly id: string;
    readonly gauged: boolean;
    readonly areaKm2: number;
    readonly row: number;
    readonly column: number;
  }[];
  readonly rain: RainSummary;
  readonly petDays: number;
  /** Null without a gauge. */
  readonly discharge: { readonly from: string; readonly to: string } | null;
  readonly thresholds: readonly ThresholdRow[];
}

/** SMASH's names of descriptors that Freshet spells out. */
const DESCRIPTOR_NAMES: Readonly<Record<string, string>> = { dd: 'drainage_density' };

/**
 * Turns a SMASH data set folder into a Freshet domain folder. Missing rain stays missing.
 * @throws Fault DATASET_INVALID or FILE_UNREADABLE naming the file.
 */
export async function importSmash(options: ImportOptions): Promise<ImportSummary> {
  const dataset = await readSmashDataset(options.dataset);
  refuseUnfit(dataset);
  const projection = projectionOf(dataset.mesh.epsg);
  const directions = activeDirections(dataset);
  const mesh = buildMesh({ ...dataset.mesh, codes: directions }, geometryOf(dataset));
  await mkdir(join(options.out, 'descriptors'), { recursive: true });
  await writeGeoTiff(join(options.out, 'flow-direction.tif'), { ...dataset.mesh, values: directions, noData: 0 }, geometryOf(dataset));
  const descriptors = await importDescriptors(dataset, options.out);
  options.onProgress('rain');
  const rain = await importRain(dataset, options.out, projection);
  options.onProgress('potential evapotranspiration');
  const petDays = await importPet(dataset, options.out, projection);
  options.onProgress('discharge');
  const discharge = dataset.gauges.length === 0 ? null : await importDischarge(dataset, options.out);
  const places = placesOf(dataset, mesh, projection, options.virtualStations);
  const thresholds = discharge === null ? [] : thresholdsOf(places, discharge, dataset.stepMs);
  const names = await readNames(options.names);
  await writeTables({ out: options.out, mesh, places, thresholds, names });
  const basin = dataset.name.toLowerCase();
  const name = names.get(outletOf(places)?.id ?? '')?.['name'] ?? dataset.name;
  await writeFile(
    join(options.out, 'domain.yaml'),
    domainYamlText({ basin, name, epsg: dataset.mesh.epsg, descriptors, gauged: discharge !== null }),
  );
  await writeFile(join(options.out, 'NOTICE'), noticeOf(dataset.name));
  const stations = places.map(({ id, gauged, areaKm2, cell }) => ({
    id,
    gauged,
    areaKm2,
    row: mesh.row[cell]!,
    column: mesh.column[cell]!,
  }));
  const span = discharge && { from: toIso(discharge.stamps[0]!), to: toIso(discharge.stamps.at(-1)!) };
  return { basin, cells: mesh.cellCount, stations, rain, petDays, discharge: span, thresholds };
}

/** Steps must divide an hour, or be whole hours that divide a day. */
function refuseUnfit({ name, folder, stepMs }: SmashDataset): void {
  if (HOUR_MS % stepMs === 0 || (stepMs % HOUR_MS === 0 && DAY_MS % stepMs === 0)) return;
  const message = `data set ${name} has steps of ${stepMs / SECOND_MS} s; a domain needs steps that divide an hour, or whole hours that divide a day`;
  throw new Fault('DATASET_INVALID', message, { folder });
}

const geometryOf = ({ mesh }: SmashDataset) => ({
  epsg: mesh.epsg,
  xMin: mesh.xMin,
  yMax: mesh.yMax,
  xResolution: mesh.xResolution,
  yResolution: mesh.yResolution,
});

const activeDirections = ({ mesh }: SmashDataset): Uint8Array =>
  mesh.flowDirection.map((code, position) => (mesh.active[position] === 1 ? code : 0));

async function importDescriptors(dataset: SmashDataset, out: string): Promise<readonly string[]> {
  const names = dataset.descriptors.map(name => DESCRIPTOR_NAMES[name] ?? name);
  for (const [k, name] of names.entries()) {
    const raster = await readGeoTiff(join(dataset.folder, 'descriptor', `${dataset.descriptors[k]!}.tif`));
    const values = Float32Array.from(raster.values, value => (Number.isNaN(value) ? -9999 : value));
    await writeGeoTiff(
      join(out, 'descriptors', `${name}.tif`),
      { ...raster, values, noData: -9999 },
      { ...raster, epsg: dataset.mesh.epsg },
    );
  }
  return names;
}

function thresholdsOf(places: readonly Place[], discharge: DischargeRecord, stepMs: number): readonly ThresholdRow[] {
  const count = discharge.stamps.length;
  const gauges = places
    .filter(place => place.gauged)
    .map(({ id, cell, areaKm2 }, k) => ({
      id,
      cell,
      areaM2: areaKm2 * 1e6,
      stepMs,
      times: discharge.stamps,
      values: discharge.values.subarray(k * count, (k + 1) * count),
    }));
  const ungauged = places.filter(place => !place.gauged).map(({ id, cell, areaKm2 }) => ({ id, cell, areaM2: areaKm2 * 1e6 }));
  return estimateThresholds(gauges, ungauged);
}

const outletOf = (places: readonly Place[]): Place | undefined =>
  places.filter(place => place.gauged).sort((a, b) => b.areaKm2 - a.areaKm2)[0];

const noticeOf = (name: string): string => `Provenance of this folder

The rain (rain.nc), potential evapotranspiration (pet.nc), discharge (discharge.nc), flow directions (flow-direction.tif) and
descriptors (descriptors/) were converted by \`freshet domain import-smash\` from the data set "${name}" of the Python package
hydro-smash 1.3.0 (https://pypi.org/project/hydro-smash/1.3.0/, https://github.com/DassHydro/smash), Copyright INRAE and the
SMASH contributors, which is distributed under the GNU General Public License version 3. The package states no separate licence
and no provenance for its data. Changed in the conversion: the file formats; rain is in tenths of a millimetre as before and the hours that
the data set lacks are marked missing; the evapotranspiration of the file MMDD is stored for the day after, to which SMASH applies it. thresholds.csv and the ungauged stations were computed from it by Freshet.

These converted files are distributed under the same licence, GPL-3.0 (LICENSE-GPL-3.0.txt, or https://www.gnu.org/licenses/gpl-3.0.txt),
apart from the code of Freshet, which is under Apache-2.0 and does not contain them.
`;
