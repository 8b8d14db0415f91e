import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildMesh, centreOf, type Basin, type FlowDirections, type GridGeometry, type Mesh } from '#hydrology';
import { writeDischargeFile, type DischargeRecord } from './discharge-file.js';
import { domainYamlText } from './domain-yaml-text.js';
import { writeTables } from './import-stations.js';
import { writePetFile, type PetRecord } from './pet-file.js';
import { projectionOf, toLonLat } from './projection.js';
import { writeRainFile, type RainRecord } from './rain-file.js';
import { writeGeoTiff } from './raster.js';

/** The flow directions of a basin alone, on its bounding box. */
export interface BasinRaster {
  readonly directions: FlowDirections;
  readonly geometry: GridGeometry;
}

/** A domain with one station, at its outlet. */
export interface NewDomain extends BasinRaster {
  readonly basin: string;
  readonly source: string;
  /** [cell] of the mesh that the directions make, by name. */
  readonly descriptors: ReadonlyMap<string, Float32Array>;
  readonly rain: Omit<RainRecord, 'missing'>;
  readonly pet: PetRecord;
}

/** The directions of the cells of a basin of a mesh; its outlet keeps the direction that it has there. */
export function rasterOf({ cells }: Basin, mesh: Mesh): BasinRaster {
  const rows = Array.from(cells, cell => mesh.row[cell]!);
  const columns = Array.from(cells, cell => mesh.column[cell]!);
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const [height, width] = [Math.max(...rows) - top + 1, Math.max(...columns) - left + 1];
  const codes = new Uint8Array(height * width);
  cells.forEach((cell, k) => (codes[(rows[k]! - top) * width + columns[k]! - left] = codeOf(mesh, cell)));
  const { epsg, xMin, yMax, xResolution, yResolution } = mesh;
  const geometry = { epsg, xMin: xMin + left * xResolution, yMax: yMax - top * yResolution, xResolution, yResolution };
  return { directions: { rows: height, columns: width, codes }, geometry };
}

/** Codes of D8 by row and column step, each from −1 to 1. */
const CODES = [8, 1, 2, 7, 0, 3, 6, 5, 4];

function codeOf(mesh: Mesh, cell: number): number {
  const below = mesh.downstream[cell]!;
  if (below < 0) throw new RangeError('the outlet of a basin that is cut out drains into a cell of the mesh');
  return CODES[(mesh.row[below]! - mesh.row[cell]! + 1) * 3 + (mesh.column[below]! - mesh.column[cell]! + 1)]!;
}

/** Writes a whole domain folder, its station without discharge; `writeGauged` adds that. */
export async function writeDomain(folder: string, domain: NewDomain): Promise<void> {
  const { basin, directions, geometry, descriptors, rain, pet, source } = domain;
  const projection = projectionOf(geometry.epsg, undefined);
  const mesh = buildMesh(directions, geometry);
  await mkdir(join(folder, 'descriptors'), { recursive: true });
  await writeGeoTiff(join(folder, 'flow-direction.tif'), { ...directions, values: directions.codes, noData: 0 }, geometry);
  for (const [name, field] of descriptors) {
    const values = new Float32Array(directions.codes.length).fill(NO_DATA);
    field.forEach((value, cell) => (values[mesh.row[cell]! * mesh.columns + mesh.column[cell]!] = value));
    await writeGeoTiff(join(folder, 'descriptors', `${name}.tif`), { ...directions, values, noData: NO_DATA }, geometry);
  }
  await writeRainFile(join(folder, 'rain.nc'), rain, projection, source);
  await writePetFile(join(folder, 'pet.nc'), pet, projection, source);
  await writeStation(folder, { basin, mesh, descriptors: [...descriptors.keys()], gauged: false });
}

const NO_DATA = -9999;

/** Makes the station of a written domain a gauged one. */
export async function writeGauged(
  folder: string,
  {
    basin,
    mesh,
    descriptors,
    discharge,
    source,
  }: Omit<Station, 'gauged'> & { readonly discharge: Omit<DischargeRecord, 'stations'>; readonly source: string },
): Promise<void> {
  await writeDischargeFile(join(folder, 'discharge.nc'), { ...discharge, stations: [basin.toUpperCase()] }, source);
  await writeStation(folder, { basin, mesh, descriptors, gauged: true });
}

interface Station {
  readonly basin: string;
  readonly mesh: Mesh;
  readonly descriptors: readonly string[];
  readonly gauged: boolean;
}

async function writeStation(folder: string, { basin, mesh, descriptors, gauged }: Station): Promise<void> {
  const cell = mesh.cellCount - 1; // upstream cells come first, so the outlet is the last
  const [longitude, latitude] = toLonLat(projectionOf(mesh.epsg, undefined), ...centreOf(mesh, cell));
  const place = {
    id: basin.toUpperCase(),
    name: `Outlet of ${basin}`,
    gauged,
    cell,
    areaKm2: mesh.upstreamAreaM2[cell]! / 1e6,
    longitude,
    latitude,
  };
  await writeTables({ out: folder, mesh, places: [place], thresholds: [], names: new Map() });
  await writeFile(join(folder, 'domain.yaml'), domainYamlText({ basin, name: basin, epsg: mesh.epsg, descriptors, gauged }));
}
