import { toLonLat, type LoadedDomain } from '#config';
import { HOUR_MS, centreOf, epochMs, type EpochMs } from '#hydrology';
import { encodeGrib2, type GribAccumulation } from '#observation';

export interface ModelRun {
  readonly issued: EpochMs;
  /** mm on the mesh of each hour after the issue, the first ending an hour after it; NaN = not known. */
  readonly hours: readonly Float32Array[];
}

/** Cells of the simulated model, degrees: about 2 km, as convective models have. */
const CELL = 0.02;

/**
 * One run of a weather model as a file of GRIB2, with sums since the issue as most centres write them: on longitudes and latitudes around the
 * basin, in each cell the mean of the basin's cells in it, and the nearest one's where there is none.
 */
export function encodeModelRun(domain: LoadedDomain, { issued, hours }: ModelRun): Uint8Array {
  const { grid, members } = gridAround(domain);
  const sum = new Float32Array(domain.mesh.cellCount);
  const messages = hours.map((depths, k) => {
    depths.forEach((depth, cell) => (sum[cell] = sum[cell]! + depth));
    const spread = Float32Array.from(members, cells => cells.reduce((all, cell) => all + sum[cell]!, 0) / cells.length);
    return encodeGrib2({ grid, issued, from: issued, to: epochMs(issued + (k + 1) * HOUR_MS), depths: spread });
  });
  return Buffer.concat(messages);
}

interface ModelGrid {
  readonly grid: GribAccumulation['grid'];
  /** Of each cell of the grid, the cells of the mesh that it is made of. */
  readonly members: readonly (readonly number[])[];
}

const made = new WeakMap<LoadedDomain, ModelGrid>();

function gridAround(domain: LoadedDomain): ModelGrid {
  const found = made.get(domain) ?? makeGrid(domain);
  made.set(domain, found);
  return found;
}

function makeGrid({ mesh, projection }: LoadedDomain): ModelGrid {
  const places = Array.from({ length: mesh.cellCount }, (_, cell) => toLonLat(projection, ...centreOf(mesh, cell)));
  const [west, east] = boundsOf(places.map(([longitude]) => longitude));
  const [south, north] = boundsOf(places.map(([, latitude]) => latitude));
  const grid = {
    ...{ xMin: (west - 2) * CELL, yMax: (north + 3) * CELL, xResolution: CELL, yResolution: CELL },
    ...{ rows: north - south + 5, columns: east - west + 5 },
  };
  const at = places.map(([longitude, latitude]) => [(longitude - grid.xMin) / CELL - 0.5, (grid.yMax - latitude) / CELL - 0.5] as const);
  const inside = Array.from({ length: grid.rows * grid.columns }, (): number[] => []);
  at.forEach(([x, y], cell) => inside[Math.round(y) * grid.columns + Math.round(x)]!.push(cell));
  const members = inside.map((cells, k) => (cells.length > 0 ? cells : [nearestTo(at, k % grid.columns, Math.floor(k / grid.columns))]));
  return { grid, members };
}

/** Whole cells of longitude or latitude. */
const boundsOf = (degrees: readonly number[]): readonly [number, number] => [
  Math.floor(degrees.reduce((least, each) => Math.min(least, each), Infinity) / CELL),
  Math.floor(degrees.reduce((largest, each) => Math.max(largest, each), -Infinity) / CELL),
];

function nearestTo(places: readonly (readonly [number, number])[], column: number, row: number): number {
  let [nearest, least] = [0, Infinity];
  places.forEach(([x, y], cell) => {
    const distance = Math.hypot(x - column, y - row);
    if (distance < least) [nearest, least] = [cell, distance];
  });
  return nearest;
}
