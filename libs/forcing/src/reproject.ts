import proj4 from 'proj4';
import { Fault } from '#errors';
import type { PlacedGrid } from '#hydrology';
import { CellOverlap } from './overlap.js';
import type { RasterCells } from './rain-window.js';

/**
 * How the cells of a mesh are made of the cells of a source's grid: cell c takes the source cells index[k] in the shares
 * weight[k], k from start[c] to start[c + 1]. Shares are areas, so the volume of rain is conserved.
 */
export interface Remapping {
  readonly sourceCells: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

/** Places between the nodes of this lattice of the mesh are interpolated: 8 km, less than 2 m from the projection. */
const LATTICE = 8;

/**
 * Finds the shares once for a pair of grid and mesh; `definition` is the mesh's projection as proj4 text. A cell is a
 * quadrilateral in the plane of the source, its corners shared with its neighbours, so the cells leave no gap and do not overlap.
 * Cells outside of the source's grid take nothing.
 * @throws Fault OBSERVATION_UNDECODABLE when proj4 does not understand a projection.
 */
export function makeRemapping(source: PlacedGrid, mesh: RasterCells, definition: string): Remapping {
  const corners = placeCorners(source, mesh, definition);
  const [index, weight] = [new GrowingArray(Int32Array, 4 * mesh.cellCount), new GrowingArray(Float32Array, 4 * mesh.cellCount)];
  const start = new Int32Array(mesh.cellCount + 1);
  const overlap = new CellOverlap();
  const [x, y] = [new Float64Array(4), new Float64Array(4)];
  for (let cell = 0; cell < mesh.cellCount; cell++) {
    const northWest = mesh.row[cell]! * (mesh.columns + 1) + mesh.column[cell]!;
    const southWest = northWest + mesh.columns + 1;
    setCorners(corners, [northWest, northWest + 1, southWest + 1, southWest], x, y);
    if (isInReach(source, x, y)) {
      overlap.compute(x, y);
      takeShares(overlap, source, index, weight);
    }
    start[cell + 1] = index.length;
  }
  return { sourceCells: source.rows * source.columns, start, index: index.values(), weight: weight.values() };
}

/** A cell with less than this share of its area covered by values is missing. */
const LEAST_COVER = 0.5;

/**
 * Depths of a source's grid on the cells of the mesh: the mean weighted by area over the source cells that have a value. NaN where
 * less than half of a cell is covered by values.
 */
export function remap({ start, index, weight }: Remapping, depths: Float32Array): Float32Array {
  const result = new Float32Array(start.length - 1);
  for (let cell = 0; cell < result.length; cell++) {
    let [sum, covered] = [0, 0];
    for (let k = start[cell]!; k < start[cell + 1]!; k++) {
      const depth = depths[index[k]!]!;
      if (depth !== depth) continue; // NaN
      sum += weight[k]! * depth;
      covered += weight[k]!;
    }
    result[cell] = covered < LEAST_COVER ? NaN : sum / covered;
  }
  return result;
}

function setCorners(corners: Corners, nodes: readonly [number, number, number, number], x: Float64Array, y: Float64Array): void {
  for (let corner = 0; corner < 4; corner++) {
    x[corner] = corners.x[nodes[corner]!]!;
    y[corner] = corners.y[nodes[corner]!]!;
  }
}

/** Does any of it lie in the grid, and is it as small as a cell should be (not torn apart by the edge of a projection)? */
function isInReach({ rows, columns }: PlacedGrid, x: Float64Array, y: Float64Array): boolean {
  const [west, east] = [Math.min(x[0]!, x[1]!, x[2]!, x[3]!), Math.max(x[0]!, x[1]!, x[2]!, x[3]!)];
  const [north, south] = [Math.min(y[0]!, y[1]!, y[2]!, y[3]!), Math.max(y[0]!, y[1]!, y[2]!, y[3]!)];
  if (!(east > 0 && west < columns && south > 0 && north < rows)) return false; // NaN is out of reach too
  return east - west < MOST_CELLS_ACROSS && south - north < MOST_CELLS_ACROSS;
}

const MOST_CELLS_ACROSS = 1000;

function takeShares(
  overlap: CellOverlap,
  { rows, columns }: PlacedGrid,
  index: GrowingArray<Int32Array>,
  weight: GrowingArray<Float32Array>,
): void {
  const { shares } = overlap;
  let area = 0;
  const count = overlap.rows * overlap.columns;
  for (let k = 0; k < count; k++) area += shares[k]!;
  for (let k = 0; k < count; k++) {
    const share = shares[k]! / area;
    const row = overlap.row + Math.floor(k / overlap.columns);
    const column = overlap.column + (k % overlap.columns);
    if (share < LEAST_SHARE || row < 0 || row >= rows || column < 0 || column >= columns) continue;
    index.push(row * columns + column);
    weight.push(share);
  }
}

/** Below it is rounding. */
const LEAST_SHARE = 1e-9;

interface Corners {
  /** In cells of the source from its north-west corner, y southwards; one more row and column than the mesh's raster. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function placeCorners(source: PlacedGrid, mesh: RasterCells, definition: string): Corners {
  const { rows, columns } = mesh;
  const corners = { x: new Float64Array((rows + 1) * (columns + 1)), y: new Float64Array((rows + 1) * (columns + 1)) };
  const forward = transformBetween(definition, source.definition);
  const nodeRows = nodesOf(rows);
  const nodeColumns = nodesOf(columns);
  const nodes = nodeRows.map(row =>
    nodeColumns.map(column => {
      const [x, y] = forward(mesh.xMin + column * mesh.xResolution, mesh.yMax - row * mesh.yResolution);
      return [(x - source.xMin) / source.xResolution, (source.yMax - y) / source.yResolution] as const;
    }),
  );
  for (let r = 0; r + 1 < nodeRows.length; r++) {
    for (let c = 0; c + 1 < nodeColumns.length; c++) {
      const four = [nodes[r]![c]!, nodes[r]![c + 1]!, nodes[r + 1]![c]!, nodes[r + 1]![c + 1]!] as const;
      fillPatch(
        corners,
        columns + 1,
        { top: nodeRows[r]!, bottom: nodeRows[r + 1]!, left: nodeColumns[c]!, right: nodeColumns[c + 1]! },
        four,
      );
    }
  }
  return corners;
}

/** 0, 8, 16 … and the last. */
function nodesOf(count: number): number[] {
  const nodes = Array.from({ length: Math.ceil(count / LATTICE) }, (_, k) => k * LATTICE);
  return [...nodes, count];
}

interface Patch {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

type Node = readonly [x: number, y: number];

/** Bilinear between four nodes. */
function fillPatch(corners: Corners, stride: number, patch: Patch, nodes: readonly [Node, Node, Node, Node]): void {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = nodes;
  for (let row = patch.top; row <= patch.bottom; row++) {
    const v = (row - patch.top) / (patch.bottom - patch.top);
    const [westX, eastX] = [x0 + v * (x2 - x0), x1 + v * (x3 - x1)];
    const [westY, eastY] = [y0 + v * (y2 - y0), y1 + v * (y3 - y1)];
    for (let column = patch.left; column <= patch.right; column++) {
      const u = (column - patch.left) / (patch.right - patch.left);
      corners.x[row * stride + column] = westX + u * (eastX - westX);
      corners.y[row * stride + column] = westY + u * (eastY - westY);
    }
  }
}

function transformBetween(from: string, to: string): (x: number, y: number) => readonly [number, number] {
  try {
    const transform = proj4(from, to);
    return (x, y) => {
      const [toX, toY] = transform.forward([x, y]);
      return [toX, toY];
    };
  } catch (cause) {
    throw new Fault('OBSERVATION_UNDECODABLE', `no way is known from the projection "${from}" to "${to}"`, { from, to }, { cause });
  }
}

/** A typed array whose length is not known before. */
class GrowingArray<T extends Int32Array | Float32Array> {
  length = 0;
  private buffer: T;

  constructor(
    private readonly type: new (length: number) => T,
    capacity: number,
  ) {
    this.buffer = new type(Math.max(16, capacity));
  }

  push(value: number): void {
    if (this.length === this.buffer.length) {
      const larger = new this.type(2 * this.buffer.length);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer[this.length++] = value;
  }

  values(): T {
    return this.buffer.slice(0, this.length) as T;
  }
}
