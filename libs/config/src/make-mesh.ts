import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  buildMesh,
  catchmentOf,
  cropDirections,
  delineate,
  describeCell,
  describeLoop,
  drainedAreas,
  findLoops,
  findSinks,
  outletsOf,
  splitIntoBasins,
  centreOfPosition,
  zonesOfCells,
  type Delineation,
  type DrainedAreas,
  type FlowConvention,
  type FlowDirections,
  type GaugePoint,
  type GridGeometry,
  type Mesh,
} from '#hydrology';
import { domainYamlText } from './domain-yaml-text.js';
import { writeTables, type Place } from './import-stations.js';
import { projectionOf, toLonLat, type Projection } from './projection.js';
import { writeCellNumbers, writeGeoTiff } from './raster.js';
import { readDirections } from './read-directions.js';
import { meshInvalid, readGauges } from './read-gauges.js';
import { outletPlace, writeBasins } from './write-basins.js';

export interface MeshOptions {
  readonly flowDirection: string;
  readonly convention: FlowConvention | 'auto';
  readonly epsg?: number;
  /** proj4 text of a code that Freshet does not know. */
  readonly projection?: string;
  /** CSV of gauges; without it every cell of the raster stays. */
  readonly gauges?: string;
  /** Rows and columns by which a gauge may be moved. */
  readonly maxDistance: number;
  /** Relative difference of areas beyond which a gauge is refused. */
  readonly largestDifference: number;
  /** Writes every basin of at least so many cells as a folder of its own. */
  readonly split?: number;
  /** false: no domain.yaml, its writer knows more. */
  readonly describe?: boolean;
  readonly out: string;
}

export interface MeshSummary {
  readonly epsg: number;
  readonly cells: number;
  readonly rows: number;
  readonly columns: number;
  readonly levels: number;
  readonly outlets: number;
  readonly convention: FlowConvention;
  readonly gauges: readonly (Delineation & { readonly x: number; readonly y: number; readonly gaugeAreaM2: number })[];
  /** Cells without a direction amid active ones, and circles of directions that no gauge needs. */
  readonly sinks: readonly string[];
  readonly loops: readonly string[];
  readonly basins?: { readonly written: number; readonly smaller: number };
}

/** Sinks and loops that a summary names. */
const MOST_NAMED = 20;

/**
 * Makes the mesh of the basins of some gauges, or of a whole raster, and writes it as a domain folder has it:
 * flow-direction.tif, stations.csv, thresholds.csv, sub-basins.tif and, unless there is one or it is not wanted, domain.yaml.
 * @throws Fault MESH_INVALID naming the file, the gauge or the cell, and what to do.
 */
export async function makeMesh(options: MeshOptions): Promise<MeshSummary> {
  const { directions, geometry, convention } = await readDirections({ ...options, path: options.flowDirection });
  const projection = projectionOf(geometry.epsg, options.projection);
  const gauges = options.gauges === undefined ? [] : await readGauges(options.gauges);
  const found = placeGauges(gauges, drainedAreas(directions, geometry), options);
  const cropped = cropDirections(directions, geometry, found.inside);
  const mesh = meshOf(cropped, options.flowDirection);
  const places = gauges.length > 0 ? placesOf(gauges, found.cells, { mesh, projection, ...cropped }) : [largestOutlet(mesh, projection)];
  await mkdir(options.out, { recursive: true });
  await writeMesh(options, { ...cropped, mesh, places });
  const basins =
    options.split === undefined
      ? undefined
      : await writeBasins(options.out, { ...cropped, mesh, places, projection, proj4: options.projection, leastCells: options.split });
  return {
    ...{ epsg: mesh.epsg, cells: mesh.cellCount, rows: mesh.rows, columns: mesh.columns, levels: mesh.level.at(-1)! + 1 },
    outlets: outletsOf(mesh).length,
    convention,
    gauges: found.cells.map((cell, k) => inMesh(cell, cropped, gauges[k]!)),
    sinks: findSinks(cropped.directions)
      .slice(0, MOST_NAMED)
      .map(sink => describeCell(sink, cropped.geometry)),
    loops: findLoops(directions, MOST_NAMED).map(loop => describeLoop(loop, geometry)),
    ...(basins === undefined ? {} : { basins }),
  };
}

/** Each gauge on its cell, all that drains through them marked; without gauges everything is. */
function placeGauges(gauges: readonly GaugePoint[], drained: DrainedAreas, options: MeshOptions): Placed {
  if (gauges.length === 0) return { cells: [], inside: new Uint8Array(drained.directions.codes.length).fill(1) };
  const mistakes: string[] = [];
  const cells = gauges.flatMap(gauge => {
    try {
      return [delineate(gauge, drained, options)];
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      mistakes.push(cause.message);
      return [];
    }
  });
  cells.forEach(({ id, row, column }, k) => {
    const first = cells.findIndex(other => other.row === row && other.column === column);
    if (first !== k)
      mistakes.push(`gauges ${cells[first]!.id} and ${id} both fall on (row ${row}, column ${column}); leave one out or search less far`);
  });
  if (mistakes.length > 0) throw meshInvalid(options.gauges!, mistakes);
  return { cells, inside: catchmentOf(drained, cells) };
}

interface Placed {
  readonly cells: readonly Delineation[];
  readonly inside: Uint8Array;
}

interface Cropped {
  readonly directions: FlowDirections;
  readonly geometry: GridGeometry;
  readonly firstRow: number;
  readonly firstColumn: number;
}

function meshOf({ directions, geometry }: Cropped, path: string): Mesh {
  try {
    return buildMesh(directions, geometry);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw meshInvalid(path, [cause.message]);
  }
}

/** Row and column within the mesh, and the centre of the cell. */
function inMesh(cell: Delineation, { firstRow, firstColumn, geometry }: Cropped, gauge: GaugePoint): MeshSummary['gauges'][number] {
  const position = { row: cell.row - firstRow, column: cell.column - firstColumn };
  const [x, y] = centreOfPosition(position, geometry);
  return { ...cell, ...position, x, y, gaugeAreaM2: gauge.areaM2 };
}

function placesOf(
  gauges: readonly GaugePoint[],
  cells: readonly Delineation[],
  { mesh, projection, firstRow, firstColumn }: Cropped & { readonly mesh: Mesh; readonly projection: Projection },
): readonly Place[] {
  const cellAt = new Map(Array.from(mesh.row, (row, cell) => [row * mesh.columns + mesh.column[cell]!, cell]));
  return cells.map(({ id, row, column }, k) => {
    const gauge = gauges[k]!;
    const [longitude, latitude] = toLonLat(projection, gauge.x, gauge.y);
    const cell = cellAt.get((row - firstRow) * mesh.columns + column - firstColumn)!;
    return { id, gauged: true, cell, areaKm2: gauge.areaM2 / 1e6, longitude, latitude };
  });
}

/** What a domain without a gauge forecasts, until its editor names other places. */
const largestOutlet = (mesh: Mesh, projection: Projection): Place => outletPlace(splitIntoBasins(mesh)[0]!, { mesh, projection, id: 'b1' });

interface MadeMesh extends Cropped {
  readonly mesh: Mesh;
  readonly places: readonly Place[];
}

async function writeMesh(options: MeshOptions, { directions, geometry, mesh, places }: MadeMesh): Promise<void> {
  const { out, projection } = options;
  await writeGeoTiff(join(out, 'flow-direction.tif'), { ...directions, values: directions.codes, noData: 0 }, geometry);
  await writeTables({ out, mesh, places, thresholds: [], names: new Map() });
  const gauged = places.some(place => place.gauged);
  if (gauged) await writeSubBasins(join(out, 'sub-basins.tif'), mesh, places);
  if (options.describe === false || existsSync(join(out, 'domain.yaml'))) return;
  const basin = basinNameOf(out);
  const words = { basin, name: basin, epsg: mesh.epsg, descriptors: [], gauged };
  await writeFile(join(out, 'domain.yaml'), domainYamlText({ ...words, ...(projection === undefined ? {} : { projection }) }));
}

/** The number (from 1) of the row of stations.csv whose gauge is the nearest downstream, 0 where none is. */
function writeSubBasins(path: string, mesh: Mesh, places: readonly Place[]): Promise<void> {
  const zones = zonesOfCells(mesh, places.map(place => place.cell)); // prettier-ignore
  return writeCellNumbers(path, zones.map(zone => zone + 1), mesh); // prettier-ignore
}

/** A folder's name as a basin may be called: small letters, digits and hyphens, a letter first. */
const basinNameOf = (folder: string): string => {
  const name = basename(folder).toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-'); // prettier-ignore
  return /^[a-z]/.test(name) ? name : `basin-${name}`;
};
