import type { GridGeometry } from './grid-geometry.js';

/**
 * The active cells of a basin on a regular grid, ordered upstream first: a cell's index is larger than the index of
 * every cell that drains into it, and cells of one level (longest number of links from a headwater) are contiguous.
 */
export interface Mesh extends GridGeometry {
  readonly rows: number;
  readonly columns: number;
  /** Number of active cells; the length of every array below. */
  readonly cellCount: number;
  /** Position of the active cell, row 0 = north. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  /** Index of the cell that this one drains into, −1 where the water leaves the mesh. */
  readonly downstream: Int32Array;
  /** 0 for headwaters; a cell's level is one more than the highest level draining into it. */
  readonly level: Int32Array;
  /** Area of the cell itself, m². */
  readonly areaM2: Float64Array;
  /** Area drained through the cell's outlet, itself included, m². */
  readonly upstreamAreaM2: Float64Array;
  /** Length of the reach used by the kinematic wave, m (SMASH uses the cell's x size for every direction). */
  readonly lengthM: Float64Array;
}

/** Index of the active cell at (row, column), −1 where the cell is not active. */
export function cellAt(mesh: Mesh, row: number, column: number): number {
  for (let cell = 0; cell < mesh.cellCount; cell++) if (mesh.row[cell] === row && mesh.column[cell] === column) return cell;
  return -1;
}

/** Centre of a cell in units of the projection. */
export const centreOf = (mesh: Mesh, cell: number): readonly [x: number, y: number] => [
  mesh.xMin + (mesh.column[cell]! + 0.5) * mesh.xResolution,
  mesh.yMax - (mesh.row[cell]! + 0.5) * mesh.yResolution,
];
