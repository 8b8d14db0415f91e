import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toLonLat, writeGeoTiff, writeRainFile, projectionOf, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { isGeographic, type EpochMs } from '#hydrology';
import { RADOLAN_GRID, encodeKnmi, encodeOdim, encodeRadolan } from '#observation';
import { nearestCells } from './nearest-cells.js';

/** Formats in which rain files are simulated. */
export const RAIN_FORMATS = ['odim', 'knmi', 'netcdf', 'geotiff', 'radolan'] as const;
export type RainFormat = (typeof RAIN_FORMATS)[number];

/** How files of a format end. */
export const EXTENSION: Readonly<Record<RainFormat, string>> = {
  odim: 'h5',
  knmi: 'h5',
  netcdf: 'nc',
  geotiff: 'tif',
  radolan: 'bin',
};

/** Depths of the cells of a mesh (mm) that fell in (from, to]; NaN = not seen. */
export interface MeshRain {
  readonly values: Float32Array;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Writes rain on the mesh of a domain as a file of the format; all but RADOLAN on the raster of the mesh itself. */
export function encodeRain(format: RainFormat, domain: LoadedDomain, rain: MeshRain): Promise<Uint8Array> {
  switch (format) {
    case 'odim':
      return odimOf(domain, rain);
    case 'knmi':
      return knmiOf(domain, rain);
    case 'netcdf':
      return netCdfOf(domain, rain);
    case 'geotiff':
      return geoTiffOf(domain, rain);
    case 'radolan':
      return Promise.resolve(radolanOf(domain, rain));
  }
}

/** @throws Fault COMMAND_INVALID for a format that cannot hold the rain of this domain, with one that can. */
export function requireFormat(format: RainFormat, domain: LoadedDomain): void {
  const refuse = (why: string) => {
    throw new Fault('COMMAND_INVALID', `--rain-format ${format}: ${why}; take odim or netcdf`);
  };
  const { mesh, projection } = domain;
  if (format === 'knmi' && isGeographic(mesh.epsg)) refuse('KNMI HDF5 counts in kilometres, the mesh of this domain in degrees');
  if (format === 'geotiff' && projection.definition !== definitionOfCode(mesh.epsg)) {
    refuse(`a GeoTIFF names its projection by its EPSG code, and EPSG:${mesh.epsg} is one that is read only by its proj4 text`);
  }
  if (format === 'radolan' && nearestCells(domain, RADOLAN_GRID).missed > 0) {
    refuse('the grid of RADOLAN (Germany, 900 x 900 km) does not reach every cell of this domain');
  }
}

function definitionOfCode(epsg: number): string | null {
  try {
    return projectionOf(epsg).definition;
  } catch {
    return null;
  }
}

/** On the raster of the mesh, row 0 = north; `outside` beyond the basin. */
function rasterOf({ mesh }: LoadedDomain, values: Float32Array, outside = NaN): Float32Array {
  const depths = new Float32Array(mesh.rows * mesh.columns).fill(outside);
  values.forEach((depth, cell) => {
    depths[mesh.row[cell]! * mesh.columns + mesh.column[cell]!] = Number.isNaN(depth) ? outside : depth;
  });
  return depths;
}

function odimOf(domain: LoadedDomain, { values, from, to }: MeshRain): Promise<Uint8Array> {
  const { mesh, projection } = domain;
  return encodeOdim({
    ...{ projection: projection.definition, corner: toLonLat(projection, mesh.xMin, mesh.yMax), source: 'ORG:247' },
    ...{ rows: mesh.rows, columns: mesh.columns, xResolution: mesh.xResolution, yResolution: mesh.yResolution },
    ...{ from, to, depths: rasterOf(domain, values) },
  });
}

const METRES_IN_KM = 1000;

function knmiOf(domain: LoadedDomain, { values, from, to }: MeshRain): Promise<Uint8Array> {
  const { mesh, projection } = domain;
  const inKm = `${projection.definition.replace(/\s*\+units=\w+/, '')} +units=km`;
  return encodeKnmi({
    ...{ projection: inKm, xMin: mesh.xMin / METRES_IN_KM, yMax: mesh.yMax / METRES_IN_KM, rows: mesh.rows, columns: mesh.columns },
    ...{ xResolution: mesh.xResolution / METRES_IN_KM, yResolution: mesh.yResolution / METRES_IN_KM },
    ...{ from, to, depths: rasterOf(domain, values) },
  });
}

function netCdfOf(domain: LoadedDomain, { values, from, to }: MeshRain): Promise<Uint8Array> {
  const { mesh, projection } = domain;
  const { epsg, xMin, yMax, xResolution, yResolution, rows, columns } = mesh;
  const grid = { epsg, xMin, yMax, xResolution, yResolution, rows, columns };
  const record = { ...grid, stepMs: to - from, stamps: [to], values: rasterOf(domain, values), perMm: 1 };
  return bytesOf(path => writeRainFile(path, record, projection, 'simulated radar'));
}

/** Beyond the basin and where no radar saw. */
const NO_DATA = -9999;

function geoTiffOf(domain: LoadedDomain, { values }: MeshRain): Promise<Uint8Array> {
  const { rows, columns } = domain.mesh;
  const band = { values: rasterOf(domain, values, NO_DATA), rows, columns, noData: NO_DATA };
  return bytesOf(path => writeGeoTiff(path, band, domain.mesh));
}

function radolanOf(domain: LoadedDomain, { values, from, to }: MeshRain): Uint8Array {
  const { source } = nearestCells(domain, RADOLAN_GRID);
  return encodeRadolan({ from, to, depths: Float32Array.from(source, cell => (cell < 0 ? NaN : values[cell]!)) });
}

/** What writers of files write, in memory. */
async function bytesOf(write: (path: string) => Promise<void>): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-simulated-'));
  try {
    await write(join(folder, 'rain'));
    return await readFile(join(folder, 'rain'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
