import type { Mesh } from './mesh.js';

/** What drains through one outlet of a mesh. */
export interface Basin {
  /** The cell whose water leaves the mesh. */
  readonly outlet: number;
  /** Cells of the basin in the order of the mesh, the outlet last. */
  readonly cells: Int32Array;
}

/** The cells whose water leaves the mesh. */
export const outletsOf = (mesh: Mesh): readonly number[] => [...mesh.downstream.keys()].filter(cell => mesh.downstream[cell]! < 0);

/** The basins of a mesh, one for each outlet, the largest first (then in the order of the mesh). O(cells). */
export function splitIntoBasins(mesh: Mesh): readonly Basin[] {
  const basinOf = new Int32Array(mesh.cellCount);
  const outlets = outletsOf(mesh);
  outlets.forEach((cell, basin) => (basinOf[cell] = basin));
  const counts = new Int32Array(outlets.length);
  // Downstream cells have larger indices: going down the indices, the basin below is known before it is needed.
  for (let cell = mesh.cellCount - 1; cell >= 0; cell--) {
    const below = mesh.downstream[cell]!;
    if (below >= 0) basinOf[cell] = basinOf[below]!;
    counts[basinOf[cell]!]!++;
  }
  const cells = Array.from(counts, count => new Int32Array(count));
  const filled = new Int32Array(outlets.length);
  for (let cell = 0; cell < mesh.cellCount; cell++) cells[basinOf[cell]!]![filled[basinOf[cell]!]!++] = cell;
  return outlets
    .map((outlet, basin) => ({ outlet, cells: cells[basin]! }))
    .sort((a, b) => b.cells.length - a.cells.length || a.outlet - b.outlet);
}
