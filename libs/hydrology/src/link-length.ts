import type { Mesh } from './mesh.js';

/**
 * Length of the link from each cell to the one it drains into, m: the cell's x size to the east or west, its y size to the north or
 * south, the diagonal between. Where the water leaves the mesh the direction is not known any more: the x size.
 */
export function linkLengths({ row, column, downstream, areaM2, lengthM }: Mesh): Float64Array {
  return Float64Array.from(downstream, (target, cell) => {
    const dx = lengthM[cell]!;
    if (target < 0) return dx;
    const dy = areaM2[cell]! / dx;
    return Math.hypot(row[target] === row[cell] ? 0 : dy, column[target] === column[cell] ? 0 : dx);
  });
}
