import { describeLoop } from './build-mesh.js';
import { findLoops, isActive, type CellPosition, type FlowDirections } from './flow-direction.js';
import { orderUpstreamFirst, type FlowOrder } from './flow-order.js';
import { cellSizeM, positionOfPoint, type GridGeometry } from './grid-geometry.js';

/** A gauge as an agency gives it: a point of the projection and the area it drains, m². */
export interface GaugePoint {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly areaM2: number;
}

/** The cell that stands for a gauge. */
export interface Delineation extends CellPosition {
  readonly id: string;
  /** Area that the cell drains, m², and its difference from the agency's, relative to that. */
  readonly areaM2: number;
  readonly relativeDifference: number;
  /** Cells between the gauge's own and this one, in the larger of the two directions. */
  readonly moved: number;
}

export interface DelineationSettings {
  /** A cell may lie so many rows and columns away from the gauge's own. */
  readonly maxDistance: number;
  /** Relative difference of areas beyond which a gauge is refused; without it the best cell is taken, whatever it drains. */
  readonly largestDifference?: number;
}

/** Raster, its order and the area drained by each of its positions: made once, used for every gauge. */
export interface DrainedAreas extends FlowOrder {
  readonly directions: FlowDirections;
  readonly geometry: GridGeometry;
  /** m², NaN on cells without a direction and on loops. */
  readonly areaM2: Float64Array;
}

/** The area drained by every cell of a raster, itself included (SMASH's flow accumulation, m²). O(cells). */
export function drainedAreas(directions: FlowDirections, geometry: GridGeometry): DrainedAreas {
  const order = orderUpstreamFirst(directions);
  const sizes = Float64Array.from({ length: directions.rows }, (_, row) => {
    const { dx, dy } = cellSizeM(geometry, row);
    return dx * dy;
  });
  const areaM2 = new Float64Array(directions.codes.length).fill(NaN);
  for (const position of order.positions) areaM2[position] = sizes[Math.floor(position / directions.columns)]!;
  for (const position of order.positions) {
    const next = order.below[position]!;
    if (next !== -1) areaM2[next]! += areaM2[position]!;
  }
  return { ...order, directions, geometry, areaM2 };
}

/**
 * Puts a gauge on the cell near it whose drained area differs least from the gauge's, the nearer one where two do alike
 * (hydrology.md 11).
 * @throws RangeError for a gauge outside of the raster, without an active cell nearby, on a loop only, or with another area.
 */
export function delineate(gauge: GaugePoint, drained: DrainedAreas, settings: DelineationSettings): Delineation {
  const { directions, geometry } = drained;
  const own = positionOfPoint(gauge.x, gauge.y, geometry);
  refuseOutside(gauge, own, drained);
  const best = candidates(own, drained, settings.maxDistance)
    .map(({ row, column, moved }): Delineation => {
      const areaM2 = drained.areaM2[row * directions.columns + column]!;
      return { id: gauge.id, row, column, moved, areaM2, relativeDifference: (areaM2 - gauge.areaM2) / gauge.areaM2 };
    })
    .sort((a, b) => Math.abs(a.relativeDifference) - Math.abs(b.relativeDifference) || a.moved - b.moved)[0];
  if (best === undefined) throw new RangeError(nothingNear(gauge, own, drained, settings.maxDistance));
  if (settings.largestDifference !== undefined && Math.abs(best.relativeDifference) > settings.largestDifference)
    throw new RangeError(otherArea(gauge, best, settings));
  return best;
}

function refuseOutside(gauge: GaugePoint, { row, column }: CellPosition, { directions, geometry }: DrainedAreas): void {
  if (row >= 0 && row < directions.rows && column >= 0 && column < directions.columns) return;
  const { xMin, yMax, xResolution, yResolution } = geometry;
  const [east, south] = [xMin + directions.columns * xResolution, yMax - directions.rows * yResolution];
  throw new RangeError(
    `gauge ${gauge.id} at x ${gauge.x}, y ${gauge.y} lies outside of the raster (x ${xMin} to ${east}, y ${south} to ${yMax}, EPSG:${geometry.epsg}); give its point in that projection`,
  );
}

function candidates({ row, column }: CellPosition, { directions, areaM2 }: DrainedAreas, maxDistance: number) {
  const found: { readonly row: number; readonly column: number; readonly moved: number }[] = [];
  for (let r = Math.max(0, row - maxDistance); r <= Math.min(directions.rows - 1, row + maxDistance); r++) {
    for (let c = Math.max(0, column - maxDistance); c <= Math.min(directions.columns - 1, column + maxDistance); c++) {
      const moved = Math.max(Math.abs(r - row), Math.abs(c - column));
      if (!Number.isNaN(areaM2[r * directions.columns + c]!)) found.push({ row: r, column: c, moved });
    }
  }
  return found;
}

function nothingNear(gauge: GaugePoint, { row, column }: CellPosition, { directions, geometry }: DrainedAreas, distance: number): string {
  const near = (cell: CellPosition): boolean => Math.abs(cell.row - row) <= distance && Math.abs(cell.column - column) <= distance;
  const loop = findLoops(directions).find(cells => cells.some(near));
  const where = `gauge ${gauge.id} at x ${gauge.x}, y ${gauge.y} (row ${row}, column ${column})`;
  return loop === undefined
    ? `${where} has no cell with a flow direction within ${distance} of it; check its point or search farther`
    : `${where} lies on a circle of flow directions: ${describeLoop(loop, geometry)}; turn one of these cells so that the water leaves`;
}

function otherArea(gauge: GaugePoint, best: Delineation, { maxDistance, largestDifference }: DelineationSettings): string {
  const km2 = (areaM2: number): string => (areaM2 / 1e6).toFixed(1);
  return (
    `gauge ${gauge.id} drains ${km2(gauge.areaM2)} km² but the best cell within ${maxDistance} of it, (row ${best.row}, column ${best.column}), ` +
    `${km2(best.areaM2)} km²: ${(100 * best.relativeDifference).toFixed(1)} % off where ${100 * largestDifference!} % are allowed; move the point to its river, search farther or allow more`
  );
}

/** Marks (1) every position that drains through one of the outlets, these included. O(cells), without recursion. */
export function catchmentOf({ positions, below, directions }: DrainedAreas, outlets: readonly CellPosition[]): Uint8Array {
  const inside = new Uint8Array(directions.codes.length);
  for (const { row, column } of outlets) inside[row * directions.columns + column] = 1;
  for (let k = positions.length - 1; k >= 0; k--) {
    const position = positions[k]!;
    const next = below[position]!;
    if (next !== -1 && inside[next] === 1) inside[position] = 1;
  }
  return inside;
}

/**
 * The marked cells alone, cropped to their bounding box.
 * @throws RangeError when no marked cell has a direction.
 */
export function cropDirections(
  directions: FlowDirections,
  geometry: GridGeometry,
  inside: Uint8Array,
): { readonly directions: FlowDirections; readonly geometry: GridGeometry; readonly firstRow: number; readonly firstColumn: number } {
  let [top, bottom, left, right] = [directions.rows, -1, directions.columns, -1];
  for (let position = 0; position < inside.length; position++) {
    if (inside[position] !== 1 || !isActive(directions, position)) continue;
    const [row, column] = [Math.floor(position / directions.columns), position % directions.columns];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  }
  if (bottom < 0) throw new RangeError('no cell with a flow direction is left');
  const [rows, columns] = [bottom - top + 1, right - left + 1];
  const codes = new Uint8Array(rows * columns);
  for (let k = 0; k < codes.length; k++) {
    const from = (top + Math.floor(k / columns)) * directions.columns + left + (k % columns);
    if (inside[from] === 1) codes[k] = directions.codes[from]!;
  }
  const { xMin, yMax, xResolution, yResolution } = geometry;
  return {
    directions: { rows, columns, codes },
    geometry: { ...geometry, xMin: xMin + left * xResolution, yMax: yMax - top * yResolution },
    firstRow: top,
    firstColumn: left,
  };
}
