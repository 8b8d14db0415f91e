import { raster, sampleAt, type Raster } from './raster.js';

/**
 * A vector on each node of a coarse lattice: node (i, j) lies at cell (i·spacing, j·spacing) of the field. Motion in cells per
 * step, or the way back from a place to where its rain was, in cells.
 */
export interface VectorField {
  readonly spacing: number;
  /** Southward, down the rows. */
  readonly down: Raster;
  /** Eastward, along the columns. */
  readonly right: Raster;
}

const FIXED_POINT_ROUNDS = 3;

/**
 * Ways back for 1 … `steps` steps of a steady motion, for every node. The way of one step ends where half of it would have had the
 * motion of its middle (semi-Lagrangian, three rounds; Germann & Zawadzki 2002); longer ways are put together from these, so that a field is
 * interpolated once whatever the lead.
 */
export function waysBack(motion: VectorField, steps: number): VectorField[] {
  const { spacing, down, right } = motion;
  const one = oneStep(motion);
  const ways = [one];
  while (ways.length < steps) {
    const before = ways.at(-1)!;
    const next = { spacing, down: raster(down.rows, down.columns), right: raster(right.rows, right.columns) };
    forNodes(down, (row, column, k) => {
      const r = row + one.down.values[k]! / spacing;
      const c = column + one.right.values[k]! / spacing;
      next.down.values[k] = one.down.values[k]! + sampleAt(before.down, r, c);
      next.right.values[k] = one.right.values[k]! + sampleAt(before.right, r, c);
    });
    ways.push(next);
  }
  return ways;
}

function oneStep({ spacing, down, right }: VectorField): VectorField {
  const way = { spacing, down: raster(down.rows, down.columns), right: raster(right.rows, right.columns) };
  forNodes(down, (row, column, k) => {
    let [r, c] = [0, 0];
    for (let round = 0; round < FIXED_POINT_ROUNDS; round++) {
      const [atRow, atColumn] = [row + r / (2 * spacing), column + c / (2 * spacing)];
      [r, c] = [-sampleAt(down, atRow, atColumn), -sampleAt(right, atRow, atColumn)];
    }
    way.down.values[k] = r;
    way.right.values[k] = c;
  });
  return way;
}

export function forNodes({ rows, columns }: Raster, visit: (row: number, column: number, k: number) => void): void {
  for (let row = 0, k = 0; row < rows; row++) for (let column = 0; column < columns; column++, k++) visit(row, column, k);
}

/** Nodes that a lattice needs to reach the last cell of a side. */
export const nodesAlong = (side: number, spacing: number): number => Math.ceil((side - 1) / spacing) + 1;
