import { findLoop, type CellPosition, type FlowDirections } from './flow-direction.js';
import { orderUpstreamFirst } from './flow-order.js';
import { cellSizeM, centreOfPosition, type GridGeometry } from './grid-geometry.js';
import type { Mesh } from './mesh.js';

/**
 * Makes the mesh of all active cells of a raster of flow directions, ordered by level, then row, then column.
 * @throws RangeError naming the cells of a loop, or a raster without any active cell.
 */
export function buildMesh(directions: FlowDirections, geometry: GridGeometry): Mesh {
  refuseLoop(directions, geometry);
  const { positions, levels, below } = orderUpstreamFirst(directions);
  const cellCount = positions.length;
  if (cellCount === 0) throw new RangeError('the flow directions hold no active cell (codes 1 to 8)');
  const cellOf = new Int32Array(directions.rows * directions.columns).fill(-1);
  positions.forEach((position, cell) => (cellOf[position] = cell));
  const row = positions.map(position => Math.floor(position / directions.columns));
  const column = positions.map(position => position % directions.columns);
  const downstream = positions.map(position => (below[position] === -1 ? -1 : cellOf[below[position]!]!));
  const size = cellSizes(geometry, row);
  const upstreamAreaM2 = accumulate(size.areaM2, downstream);
  const { rows, columns } = directions;
  return { ...geometry, rows, columns, cellCount, row, column, downstream, level: levels, ...size, upstreamAreaM2 };
}

function refuseLoop(directions: FlowDirections, geometry: GridGeometry): void {
  const loop = findLoop(directions);
  if (loop.length === 0) return;
  throw new RangeError(
    `the flow directions run in a circle: ${describeLoop(loop, geometry)}; turn one of these cells so that the water leaves`,
  );
}

/** The cells of a loop in its order, and where on the map the first one lies. */
export function describeLoop(loop: readonly CellPosition[], geometry: GridGeometry): string {
  const cells = loop.slice(0, MOST_NAMED).map(({ row, column }) => `(row ${row}, column ${column})`);
  const more = loop.length > MOST_NAMED ? ` → ${loop.length - MOST_NAMED} more` : '';
  const [x, y] = centreOfPosition(loop[0]!, geometry);
  return `${cells.join(' → ')}${more}, the first at x ${x}, y ${y}`;
}

/** A cell in the words of every message about a mesh. */
export function describeCell(cell: CellPosition, geometry: GridGeometry): string {
  const [x, y] = centreOfPosition(cell, geometry);
  return `(row ${cell.row}, column ${cell.column}; x ${x}, y ${y})`;
}

/** Cells of a long loop that a message names. */
const MOST_NAMED = 12;

function cellSizes(geometry: GridGeometry, row: Int32Array): { readonly areaM2: Float64Array; readonly lengthM: Float64Array } {
  const areaM2 = new Float64Array(row.length);
  const lengthM = new Float64Array(row.length);
  for (let cell = 0; cell < row.length; cell++) {
    const { dx, dy } = cellSizeM(geometry, row[cell]!);
    areaM2[cell] = dx * dy;
    lengthM[cell] = dx;
  }
  return { areaM2, lengthM };
}

/** Upstream first, so one sweep carries every cell's area to its outlet. */
function accumulate(areaM2: Float64Array, downstream: Int32Array): Float64Array {
  const upstream = Float64Array.from(areaM2);
  for (let cell = 0; cell < upstream.length; cell++) if (downstream[cell]! >= 0) upstream[downstream[cell]!]! += upstream[cell]!;
  return upstream;
}
