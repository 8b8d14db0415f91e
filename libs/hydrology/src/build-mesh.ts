import { drainsInto, findLoop, isActive, type FlowDirections } from './flow-direction.js';
import type { Mesh } from './mesh.js';

/** Where a raster lies: its outer north-west corner and cell size in units of the projection. */
export interface GridGeometry {
  readonly epsg: number;
  readonly xMin: number;
  readonly yMax: number;
  readonly xResolution: number;
  readonly yResolution: number;
}

/** Length of one degree of a meridian on the sphere that SMASH uses (R = 6 371 228 m), m. */
const METRES_PER_DEGREE = 111_199;

/**
 * Makes the mesh of all active cells of a raster of flow directions, ordered by level, then row, then column.
 * @throws RangeError naming the cells of a loop, or a raster without any active cell.
 */
export function buildMesh(directions: FlowDirections, geometry: GridGeometry): Mesh {
  refuseLoop(directions);
  const order = orderUpstreamFirst(directions);
  const cellCount = order.positions.length;
  if (cellCount === 0) throw new RangeError('the flow directions hold no active cell (codes 1 to 8)');
  const cellOf = new Int32Array(directions.rows * directions.columns).fill(-1);
  order.positions.forEach((position, cell) => (cellOf[position] = cell));
  const row = Int32Array.from(order.positions, position => Math.floor(position / directions.columns));
  const column = Int32Array.from(order.positions, position => position % directions.columns);
  const downstream = Int32Array.from(order.positions, position => {
    const below = drainsInto(directions, position);
    return below === -1 ? -1 : cellOf[below]!;
  });
  const size = cellSizes(geometry, row);
  const upstreamAreaM2 = accumulate(size.areaM2, downstream);
  const { rows, columns } = directions;
  return { ...geometry, rows, columns, cellCount, row, column, downstream, level: order.levels, ...size, upstreamAreaM2 };
}

function refuseLoop(directions: FlowDirections): void {
  const loop = findLoop(directions);
  if (loop.length === 0) return;
  const cells = loop.map(({ row, column }) => `(row ${row}, column ${column})`).join(' → ');
  throw new RangeError(`the flow directions run in a circle: ${cells}; turn one of these cells so that the water leaves`);
}

/** Kahn's sweep: a cell's level is known once all cells that drain into it are. Needs directions without a loop. */
function orderUpstreamFirst(directions: FlowDirections): { readonly positions: readonly number[]; readonly levels: Int32Array } {
  const total = directions.rows * directions.columns;
  const waiting = new Int32Array(total);
  const level = new Int32Array(total);
  const active: number[] = [];
  for (let position = 0; position < total; position++) if (isActive(directions, position)) active.push(position);
  const below = new Map(active.map(position => [position, drainsInto(directions, position)]));
  for (const next of below.values()) if (next !== -1) waiting[next]!++;
  const ready = active.filter(position => waiting[position] === 0);
  for (let index = 0; index < ready.length; index++) {
    const position = ready[index]!;
    const next = below.get(position)!;
    if (next === -1) continue;
    level[next] = Math.max(level[next]!, level[position]! + 1);
    if (--waiting[next]! === 0) ready.push(next);
  }
  const positions = ready.sort((a, b) => level[a]! - level[b]! || a - b);
  return { positions, levels: Int32Array.from(positions, position => level[position]!) };
}

/** Projected grids: the resolution in metres. Geographic (EPSG:4326): dy = yres·111 199 m, dx = xres·111 199 m·cos(latitude). */
function cellSizes(geometry: GridGeometry, row: Int32Array): { readonly areaM2: Float64Array; readonly lengthM: Float64Array } {
  const areaM2 = new Float64Array(row.length);
  const lengthM = new Float64Array(row.length);
  for (let cell = 0; cell < row.length; cell++) {
    const { dx, dy } =
      geometry.epsg === 4326 ? sizeAtLatitude(geometry, row[cell]!) : { dx: geometry.xResolution, dy: geometry.yResolution };
    areaM2[cell] = dx * dy;
    lengthM[cell] = dx;
  }
  return { areaM2, lengthM };
}

function sizeAtLatitude(geometry: GridGeometry, row: number): { readonly dx: number; readonly dy: number } {
  const latitude = geometry.yMax - (row + 0.5) * geometry.yResolution;
  const scale = Math.cos((latitude * Math.PI) / 180);
  return { dx: geometry.xResolution * METRES_PER_DEGREE * scale, dy: geometry.yResolution * METRES_PER_DEGREE };
}

/** Upstream first, so one sweep carries every cell's area to its outlet. */
function accumulate(areaM2: Float64Array, downstream: Int32Array): Float64Array {
  const upstream = Float64Array.from(areaM2);
  for (let cell = 0; cell < upstream.length; cell++) if (downstream[cell]! >= 0) upstream[downstream[cell]!]! += upstream[cell]!;
  return upstream;
}
