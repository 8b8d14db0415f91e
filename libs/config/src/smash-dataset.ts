import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { SECOND_MS, epochMs, type EpochMs, type GridGeometry } from '#hydrology';
import { Fault } from '#errors';
import { readHdf5 } from './netcdf.js';
import { readGeoTiff, type Raster } from './raster.js';
import { parseTable } from './table.js';

/** A SMASH data set folder: what Freshet takes from it. Fields of the mesh are row-major, row 0 = north. */
export interface SmashDataset {
  readonly folder: string;
  readonly name: string;
  readonly stepMs: number;
  readonly rainFactor: number;
  readonly petFactor: number;
  readonly descriptors: readonly string[];
  readonly mesh: SmashMesh;
  readonly gauges: readonly SmashGauge[];
}

export interface SmashMesh extends GridGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly active: Uint8Array;
  readonly flowDirection: Uint8Array;
  /** Upstream area, m², and level + 1, as SMASH computed them: only for comparison. */
  readonly upstreamAreaM2: Float32Array;
  readonly partition: Int32Array;
}

export interface SmashGauge {
  readonly code: string;
  readonly x: number;
  readonly y: number;
  readonly areaKm2: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Reads the setup, the mesh and the gauges of a data set folder.
 * @throws Fault DATASET_INVALID naming what is missing; FILE_UNREADABLE for a corrupt mesh.
 */
export async function readSmashDataset(folder: string): Promise<SmashDataset> {
  const files = await readdir(folder).catch(() => {
    throw new Fault('DATASET_INVALID', `${folder} is not a folder that can be read`, { folder });
  });
  const setup = parse(await readFile(theOne(files, /^setup_.*\.yaml$/, folder), 'utf8')) as Record<string, unknown>;
  const meshFile = theOne(files, /^mesh_.*\.hdf5$/, folder);
  const { mesh, codes, positions } = await readMeshFile(meshFile);
  const attributes = codes.length === 0 ? [] : parseTable(await readFile(theOne(files, /^gauge_attributes\.csv$/, folder), 'utf8'));
  const gauges = codes.map((code, index) => {
    const row = attributes.find(candidate => candidate['code'] === code);
    if (row === undefined)
      throw new Fault('DATASET_INVALID', `gauge_attributes.csv of ${folder} has no row for gauge ${code}`, { folder, code });
    return {
      code,
      x: Number(row['x']),
      y: Number(row['y']),
      areaKm2: Number(row['area']),
      row: positions[2 * index]!,
      column: positions[2 * index + 1]!,
    };
  });
  return {
    folder,
    name: basename(meshFile).replace(/^mesh_(.*)\.hdf5$/, '$1'),
    stepMs: numberOf(setup['dt'], 3600) * SECOND_MS,
    rainFactor: numberOf(setup['prcp_conversion_factor'], 1),
    petFactor: numberOf(setup['pet_conversion_factor'], 1),
    descriptors: Array.isArray(setup['descriptor_name']) ? setup['descriptor_name'].map(String) : [],
    mesh,
    gauges,
  };
}

/** The setups write 3_600 for 3600, which YAML 1.2 takes for text. */
function numberOf(value: unknown, otherwise: number): number {
  if (typeof value === 'string') return Number(value.replaceAll('_', ''));
  return typeof value === 'number' ? value : otherwise;
}

function theOne(files: readonly string[], pattern: RegExp, folder: string): string {
  const found = files.filter(file => pattern.test(file));
  if (found.length !== 1) {
    throw new Fault('DATASET_INVALID', `${folder} holds ${found.length} files like ${pattern.source}; a SMASH data set has one`, {
      folder,
    });
  }
  return join(folder, found[0]!);
}

async function readMeshFile(path: string): Promise<{ mesh: SmashMesh; codes: readonly string[]; positions: Int32Array }> {
  return await readHdf5(path, file => {
    const attribute = (name: string): number => file.number('mesh', name);
    const gauged = attribute('ng') > 0;
    const mesh = {
      epsg: attribute('epsg'),
      xMin: attribute('xmin'),
      yMax: attribute('ymax'),
      xResolution: attribute('xres'),
      yResolution: attribute('yres'),
      rows: attribute('nrow'),
      columns: attribute('ncol'),
      active: Uint8Array.from(file.numbers('mesh/active_cell')),
      flowDirection: Uint8Array.from(file.numbers('mesh/flwdir'), code => (code >= 1 && code <= 8 ? code : 0)),
      upstreamAreaM2: Float32Array.from(file.numbers('mesh/flwacc')),
      partition: Int32Array.from(file.numbers('mesh/flwpar')),
    };
    if (!gauged) return { mesh, codes: [], positions: new Int32Array(0) };
    return { mesh, codes: file.strings('mesh/code'), positions: Int32Array.from(file.numbers('mesh/gauge_pos')) };
  });
}

/** The rasters of one forcing, by the digits in their file names, in ascending order of these. */
export async function listRasters(folder: string, digits: RegExp): Promise<readonly { readonly stamp: string; readonly path: string }[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => {
    throw new Fault('DATASET_INVALID', `${folder} is not a folder that can be read`, { folder });
  });
  const found = files.flatMap(file => {
    const stamp = digits.exec(basename(file))?.[1];
    return stamp === undefined || !file.endsWith('.tif') ? [] : [{ stamp, path: join(folder, file) }];
  });
  if (found.length === 0) throw new Fault('DATASET_INVALID', `${folder} holds no raster whose name matches ${digits.source}`, { folder });
  return found.sort((a, b) => a.stamp.localeCompare(b.stamp));
}

/** 201411042000 → epoch ms. */
export const readStamp = (digits: string): EpochMs =>
  epochMs(
    Date.UTC(
      Number(digits.slice(0, 4)),
      Number(digits.slice(4, 6)) - 1,
      Number(digits.slice(6, 8)),
      Number(digits.slice(8, 10)),
      Number(digits.slice(10, 12)),
    ),
  );

/** Reads many rasters of one geometry, a few at a time, and refuses the first that differs. */
export async function readRasters(paths: readonly string[], take: (raster: Raster, index: number) => void): Promise<Raster> {
  const first = await readGeoTiff(paths[0]!);
  const batch = 32;
  for (let from = 0; from < paths.length; from += batch) {
    const rasters = await Promise.all(paths.slice(from, from + batch).map(path => readGeoTiff(path)));
    rasters.forEach((raster, k) => {
      if (!sameGrid(first, raster))
        throw new Fault('DATASET_INVALID', `${paths[from + k]!} lies on another grid than ${paths[0]!}`, { path: paths[from + k] });
      take(raster, from + k);
    });
  }
  return first;
}

/** Corners and resolutions that differ by less than this share of a cell are written differently, not meant differently. */
const SAME_WITHIN_CELLS = 1e-3;

function sameGrid(a: Raster, b: Raster): boolean {
  const near = (x: number, y: number): boolean => Math.abs(x - y) < SAME_WITHIN_CELLS * a.xResolution;
  const sameShape = a.rows === b.rows && a.columns === b.columns;
  return (
    sameShape && near(a.xMin, b.xMin) && near(a.yMax, b.yMax) && near(a.xResolution, b.xResolution) && near(a.yResolution, b.yResolution)
  );
}

/** One discharge file: the first line is the stamp of the first value, then one value a step; negative = missing. */
export async function readSmashDischarge(
  folder: string,
  code: string,
  stepMs: number,
): Promise<{ readonly first: EpochMs; readonly values: Float32Array; readonly stepMs: number }> {
  const path = join(folder, 'qobs', `${code}.csv`);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Fault('DATASET_INVALID', `there is no discharge file ${path}`, { path });
  });
  const [header, ...lines] = text.trim().split(/\r?\n/);
  if (!/^\d{8,12}$/.test(header ?? ''))
    throw new Fault('DATASET_INVALID', `${path} must begin with a date like 200601010000, not "${header ?? ''}"`, { path });
  const values = Float32Array.from(lines, (line, k) => {
    const value = Number(line);
    if (line.trim() === '' || Number.isNaN(value))
      throw new Fault('DATASET_INVALID', `${path} line ${k + 2} is not a number: "${line}"`, { path });
    return value < 0 ? NaN : value;
  });
  return { first: readStamp(header!.padEnd(12, '0')), values, stepMs };
}
