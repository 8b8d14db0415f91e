import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SECOND_MS, buildMesh, centreOf, chooseVirtualCells, epochMs, toIso, type EpochMs, type Mesh } from '#hydrology';
import { Fault } from '#errors';
import { writeDischargeFile, type DischargeRecord } from './discharge-file.js';
import { domainYamlText } from './domain-yaml-text.js';
import { estimateThresholds, type ThresholdRow } from './estimate-thresholds.js';
import { LEAP_YEAR_DAYS, dayOfLeapYear, writePetFile } from './pet-file.js';
import { projectionOf, toLonLat, type Projection } from './projection.js';
import { MISSING_RAIN, writeRainFile } from './rain-file.js';
import { readGeoTiff, writeGeoTiff } from './raster.js';
import {
  listRasters,
  readRasters,
  readSmashDataset,
  readSmashDischarge,
  readStamp,
  type SmashDataset,
  type SmashGauge,
} from './smash-dataset.js';
import { formatTable, parseTable } from './table.js';

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
  readonly rain: {
    readonly from: string;
    readonly to: string;
    readonly steps: number;
    readonly missing: readonly string[];
    readonly badValues: number;
  };
  readonly petDays: number;
  readonly discharge: { readonly from: string; readonly to: string };
  readonly thresholds: readonly ThresholdRow[];
}

interface Place {
  readonly id: string;
  readonly gauged: boolean;
  readonly cell: number;
  readonly areaKm2: number;
  readonly longitude: number;
  readonly latitude: number;
}

const SOURCE = 'hydro-smash 1.3.0 (PyPI, GPL-3.0), data set';
/** SMASH's names of descriptors that Freshet spells out. */
const DESCRIPTOR_NAMES: Readonly<Record<string, string>> = { dd: 'drainage_density' };

/**
 * Turns a SMASH data set folder into a Freshet domain folder. Missing rain stays missing.
 * @throws Fault DATASET_INVALID or FILE_UNREADABLE naming the file.
 */
export async function importSmash(options: ImportOptions): Promise<ImportSummary> {
  const dataset = await readSmashDataset(options.dataset);
  if (dataset.gauges.length === 0)
    throw new Fault('DATASET_INVALID', `data set ${dataset.name} has no gauge; a domain needs at least one`, { folder: options.dataset });
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
  const discharge = await importDischarge(dataset, options.out);
  const places = placesOf(dataset, mesh, projection, options.virtualStations);
  const thresholds = thresholdsOf(places, discharge);
  const names = await readNames(options.names);
  await writeTables({ out: options.out, mesh, places, thresholds, names });
  const gauges = places.filter(place => place.gauged);
  const basin = dataset.name.toLowerCase();
  const name = names.get(outletOf(gauges).id)?.['name'] ?? dataset.name;
  await writeFile(join(options.out, 'domain.yaml'), domainYamlText({ basin, name, epsg: dataset.mesh.epsg, descriptors, gauges }));
  await writeFile(join(options.out, 'NOTICE'), noticeOf(dataset.name));
  const stations = places.map(({ id, gauged, areaKm2, cell }) => ({
    id,
    gauged,
    areaKm2,
    row: mesh.row[cell]!,
    column: mesh.column[cell]!,
  }));
  const span = { from: toIso(discharge.stamps[0]!), to: toIso(discharge.stamps.at(-1)!) };
  return { basin, cells: mesh.cellCount, stations, rain, petDays, discharge: span, thresholds };
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

async function importRain(dataset: SmashDataset, out: string, projection: Projection): Promise<ImportSummary['rain']> {
  const files = await listRasters(join(dataset.folder, 'prcp'), /_(\d{12})(?:_\d{12})?\.tif$/);
  const [first, last] = [readStamp(files[0]!.stamp), readStamp(files.at(-1)!.stamp)];
  const count = Math.round((last - first) / dataset.stepMs) + 1;
  const stamps = Array.from({ length: count }, (_, k) => epochMs(first + k * dataset.stepMs));
  const present = new Set<EpochMs>();
  let badValues = 0;
  let tenthsMm = new Int16Array(0);
  const grid = await readRasters(
    files.map(file => file.path),
    (raster, index) => {
      if (tenthsMm.length === 0) tenthsMm = new Int16Array(count * raster.values.length).fill(MISSING_RAIN);
      const stamp = readStamp(files[index]!.stamp);
      const offset = ((stamp - first) / dataset.stepMs) * raster.values.length;
      if (!Number.isInteger(offset))
        throw new Fault('DATASET_INVALID', `${files[index]!.path} is not stamped on a step of ${dataset.stepMs / SECOND_MS} s`, {});
      present.add(stamp);
      raster.values.forEach((value, position) => {
        const tenths = Math.round(value * dataset.rainFactor * 10);
        if (tenths >= 0 && tenths <= 32_767) tenthsMm[offset + position] = tenths;
        else if (!Number.isNaN(value)) badValues++;
      });
    },
  );
  const { rows, columns, xMin, yMax, xResolution, yResolution } = grid;
  const record = { epsg: projection.epsg, rows, columns, xMin, yMax, xResolution, yResolution, stepMs: dataset.stepMs, stamps, tenthsMm };
  await writeRainFile(join(out, 'rain.nc'), record, projection, `${SOURCE} ${dataset.name}, prcp`);
  const missing = stamps.filter(stamp => !present.has(stamp)).map(toIso);
  return { from: toIso(first), to: toIso(last), steps: count, missing, badValues };
}

async function importPet(dataset: SmashDataset, out: string, projection: Projection): Promise<number> {
  const files = await listRasters(join(dataset.folder, 'pet'), /^(\d{4})_/);
  // SMASH applies the file MMDD to the day after it [measured in hydro-smash 1.3.0]; the same depths on the same hours are kept.
  const days = files.map(({ stamp }) => (dayOfLeapYear(Number(stamp.slice(0, 2)), Number(stamp.slice(2))) % LEAP_YEAR_DAYS) + 1);
  let values = new Float32Array(0);
  const order = days.map((day, k) => ({ day, path: files[k]!.path })).sort((a, b) => a.day - b.day);
  const grid = await readRasters(
    order.map(({ path }) => path),
    (raster, index) => {
      if (values.length === 0) values = new Float32Array(order.length * raster.values.length);
      raster.values.forEach(
        (value, position) => (values[index * raster.values.length + position] = value < 0 ? NaN : value * dataset.petFactor),
      );
    },
  );
  const pet = { ...grid, epsg: projection.epsg, daysOfYear: order.map(({ day }) => day), values };
  await writePetFile(join(out, 'pet.nc'), pet, projection, `${SOURCE} ${dataset.name}, pet`);
  return order.length;
}

async function importDischarge(dataset: SmashDataset, out: string): Promise<DischargeRecord> {
  const series = await Promise.all(dataset.gauges.map(gauge => readSmashDischarge(dataset.folder, gauge.code, dataset.stepMs)));
  const first = Math.min(...series.map(one => one.first));
  const last = Math.max(...series.map(one => one.first + (one.values.length - 1) * dataset.stepMs));
  const count = (last - first) / dataset.stepMs + 1;
  const stamps = Array.from({ length: count }, (_, k) => epochMs(first + k * dataset.stepMs));
  const values = new Float32Array(series.length * count).fill(NaN);
  series.forEach((one, k) => {
    values.set(one.values, k * count + (one.first - first) / dataset.stepMs);
  });
  const record = { stations: dataset.gauges.map(gauge => gauge.code), stamps, values };
  await writeDischargeFile(join(out, 'discharge.nc'), record, `${SOURCE} ${dataset.name}, qobs`);
  return record;
}

function placesOf(dataset: SmashDataset, mesh: Mesh, projection: Projection, virtualStations: number): readonly Place[] {
  const cellOf = (gauge: SmashGauge): number => mesh.row.findIndex((row, cell) => row === gauge.row && mesh.column[cell] === gauge.column);
  const gauged = dataset.gauges.map(gauge => {
    const [longitude, latitude] = toLonLat(projection, gauge.x, gauge.y);
    return { id: gauge.code, gauged: true, cell: cellOf(gauge), areaKm2: gauge.areaKm2, longitude, latitude };
  });
  const cells = chooseVirtualCells(
    mesh,
    gauged.map(place => place.cell),
    virtualStations,
  );
  const virtual = cells.map((cell, k) => {
    const [longitude, latitude] = toLonLat(projection, ...centreOf(mesh, cell));
    return {
      id: `${dataset.name.toUpperCase()}-V${k + 1}`,
      gauged: false,
      cell,
      areaKm2: mesh.upstreamAreaM2[cell]! / 1e6,
      longitude,
      latitude,
    };
  });
  return [...gauged, ...virtual];
}

function thresholdsOf(places: readonly Place[], discharge: DischargeRecord): readonly ThresholdRow[] {
  const count = discharge.stamps.length;
  const gauges = places
    .filter(place => place.gauged)
    .map(({ id, cell, areaKm2 }, k) => ({
      id,
      cell,
      areaM2: areaKm2 * 1e6,
      times: discharge.stamps,
      values: discharge.values.subarray(k * count, (k + 1) * count),
    }));
  const ungauged = places.filter(place => !place.gauged).map(({ id, cell, areaKm2 }) => ({ id, cell, areaM2: areaKm2 * 1e6 }));
  return estimateThresholds(gauges, ungauged);
}

const outletOf = (gauges: readonly Place[]): Place =>
  gauges.reduce((largest, gauge) => (gauge.areaKm2 > largest.areaKm2 ? gauge : largest));

interface Tables {
  readonly out: string;
  readonly mesh: Mesh;
  readonly places: readonly Place[];
  readonly thresholds: readonly ThresholdRow[];
  readonly names: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

async function writeTables({ out, mesh, places, thresholds, names }: Tables): Promise<void> {
  const stations = places.map(({ id, gauged, cell, areaKm2, longitude, latitude }) => {
    const [x, y] = centreOf(mesh, cell);
    const named = names.get(id);
    const name = named?.['name'] ?? (gauged ? id : `Confluence of ${areaKm2.toFixed(0)} km²`);
    const river = named?.['river'] ?? '';
    return {
      id,
      name,
      river,
      gauged,
      assimilate: gauged,
      x,
      y,
      area_km2: areaKm2,
      longitude: longitude.toFixed(5),
      latitude: latitude.toFixed(5),
    };
  });
  const columns = ['id', 'name', 'river', 'gauged', 'assimilate', 'x', 'y', 'area_km2', 'longitude', 'latitude'];
  await writeFile(join(out, 'stations.csv'), formatTable(columns, stations));
  const rows = thresholds.map(({ station, level, returnPeriodYears, discharge, low, high, provenance }) => ({
    station,
    level,
    return_period_years: returnPeriodYears,
    discharge_m3s: discharge,
    low_m3s: low,
    high_m3s: high,
    provenance,
  }));
  const thresholdColumns = ['station', 'level', 'return_period_years', 'discharge_m3s', 'low_m3s', 'high_m3s', 'provenance'];
  await writeFile(join(out, 'thresholds.csv'), formatTable(thresholdColumns, rows));
}

async function readNames(path: string | undefined): Promise<Tables['names']> {
  if (path === undefined) return new Map();
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Fault('COMMAND_INVALID', `there is no file of names ${path}`, { path });
  });
  return new Map(parseTable(text).map(row => [row['id'] ?? '', row]));
}

const noticeOf = (name: string): string => `Provenance of this folder

The rain (rain.nc), potential evapotranspiration (pet.nc), discharge (discharge.nc), flow directions (flow-direction.tif) and
descriptors (descriptors/) were converted by \`freshet domain import-smash\` from the data set "${name}" of the Python package
hydro-smash 1.3.0 (https://pypi.org/project/hydro-smash/1.3.0/, https://github.com/DassHydro/smash), Copyright INRAE and the
SMASH contributors, which is distributed under the GNU General Public License version 3. The package states no separate licence
and no provenance for its data. Changed in the conversion: the file formats only; values are the same, the hours that the data set
lacks are marked missing. thresholds.csv and the ungauged stations were computed from it by Freshet.

These converted files are distributed under the same licence, GPL-3.0 (LICENSE-GPL-3.0.txt, or https://www.gnu.org/licenses/gpl-3.0.txt),
apart from the code of Freshet, which is under Apache-2.0 and does not contain them.
`;
