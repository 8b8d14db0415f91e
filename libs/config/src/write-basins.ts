import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { centreOf, splitIntoBasins, type Basin, type FlowDirections, type GridGeometry, type Mesh } from '#hydrology';
import { domainYamlText } from './domain-yaml-text.js';
import { writeTables, type Place } from './import-stations.js';
import { toLonLat, type Projection } from './projection.js';
import { writeCellNumbers, writeGeoTiff } from './raster.js';
import { formatTable } from './table.js';

export interface SplitMesh {
  readonly mesh: Mesh;
  /** The raster that the mesh was made from. */
  readonly directions: FlowDirections;
  readonly places: readonly Place[];
  readonly projection: Projection;
  /** The definition of a projection that Freshet does not know by its code. */
  readonly proj4?: string | undefined;
  /** Smaller basins get no folder; basins.csv and basins.tif have them all. */
  readonly leastCells: number;
}

/**
 * Writes every basin of a mesh: its row in basins.csv and its number in basins.tif, and from `leastCells` on a folder
 * basins/<id> with the flow directions of its cells alone and its stations: the gauges in it, else its outlet, ungauged.
 */
export async function writeBasins(out: string, split: SplitMesh): Promise<{ readonly written: number; readonly smaller: number }> {
  const { mesh, leastCells } = split;
  const basins = splitIntoBasins(mesh);
  const large = basins.filter(basin => basin.cells.length >= leastCells);
  await writeTable(join(out, 'basins.csv'), basins, split);
  await writeNumbers(join(out, 'basins.tif'), basins, mesh);
  for (const [rank, basin] of large.entries()) await writeBasin(join(out, 'basins', idOf(rank)), basin, { ...split, id: idOf(rank) });
  return { written: large.length, smaller: basins.length - large.length };
}

/** b1 is the largest. */
const idOf = (rank: number): string => `b${rank + 1}`;

async function writeTable(path: string, basins: readonly Basin[], { mesh, projection, leastCells }: SplitMesh): Promise<void> {
  const columns = ['id', 'folder', 'outlet_row', 'outlet_column', 'outlet_x', 'outlet_y', 'longitude', 'latitude', 'cells', 'area_km2'];
  const rows = basins.map(({ outlet, cells }, rank) => {
    const [x, y] = centreOf(mesh, outlet);
    const [longitude, latitude] = toLonLat(projection, x, y);
    return {
      id: idOf(rank),
      folder: cells.length >= leastCells ? `basins/${idOf(rank)}` : '',
      outlet_row: mesh.row[outlet]!,
      outlet_column: mesh.column[outlet]!,
      outlet_x: x,
      outlet_y: y,
      longitude: longitude.toFixed(5),
      latitude: latitude.toFixed(5),
      cells: cells.length,
      area_km2: Number((mesh.upstreamAreaM2[outlet]! / 1e6).toFixed(3)),
    };
  });
  await writeFile(path, formatTable(columns, rows));
}

function writeNumbers(path: string, basins: readonly Basin[], mesh: Mesh): Promise<void> {
  const numbers = new Int32Array(mesh.cellCount);
  basins.forEach(({ cells }, rank) => {
    for (const cell of cells) numbers[cell] = rank + 1;
  });
  return writeCellNumbers(path, numbers, mesh);
}

async function writeBasin(folder: string, basin: Basin, split: SplitMesh & { readonly id: string }): Promise<void> {
  const { mesh, places, proj4, id } = split;
  const { raster, geometry } = cropBasin(basin, split);
  const inside = new Set(basin.cells);
  const gauges = places.filter(place => inside.has(place.cell));
  await mkdir(folder, { recursive: true });
  await writeGeoTiff(join(folder, 'flow-direction.tif'), { ...raster, values: raster.codes, noData: 0 }, geometry);
  const stations = gauges.length > 0 ? gauges : [outletPlace(basin, split)];
  await writeTables({ out: folder, mesh, places: stations, thresholds: [], names: new Map() });
  const words = { basin: id, name: id, epsg: mesh.epsg, descriptors: [], gauged: gauges.length > 0 };
  const text = domainYamlText({ ...words, ...(proj4 === undefined ? {} : { projection: proj4 }) });
  await writeFile(join(folder, 'domain.yaml'), text);
}

/** The directions of a basin's cells on their bounding box; cells of its neighbours have none. */
function cropBasin(
  { cells }: Basin,
  { mesh, directions }: SplitMesh,
): { readonly raster: FlowDirections; readonly geometry: GridGeometry } {
  let [top, bottom, left, right] = [mesh.rows, -1, mesh.columns, -1];
  for (const cell of cells) {
    [top, bottom] = [Math.min(top, mesh.row[cell]!), Math.max(bottom, mesh.row[cell]!)];
    [left, right] = [Math.min(left, mesh.column[cell]!), Math.max(right, mesh.column[cell]!)];
  }
  const [rows, columns] = [bottom - top + 1, right - left + 1];
  const codes = new Uint8Array(rows * columns);
  for (const cell of cells) {
    const [row, column] = [mesh.row[cell]!, mesh.column[cell]!];
    codes[(row - top) * columns + column - left] = directions.codes[row * mesh.columns + column]!;
  }
  const { epsg, xMin, yMax, xResolution, yResolution } = mesh;
  const geometry = { epsg, xMin: xMin + left * xResolution, yMax: yMax - top * yResolution, xResolution, yResolution };
  return { raster: { rows, columns, codes }, geometry };
}

/** The outlet of a basin as an ungauged station. */
export function outletPlace({ outlet }: Basin, { mesh, projection, id }: OutletNaming): Place {
  const [longitude, latitude] = toLonLat(projection, ...centreOf(mesh, outlet));
  const areaKm2 = mesh.upstreamAreaM2[outlet]! / 1e6;
  return { id: id.toUpperCase(), name: `Outlet of ${areaKm2.toFixed(0)} km²`, gauged: false, cell: outlet, areaKm2, longitude, latitude };
}

interface OutletNaming extends Pick<SplitMesh, 'mesh' | 'projection'> {
  readonly id: string;
}
