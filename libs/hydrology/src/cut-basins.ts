import type { Mesh } from './mesh.js';
import { uniformNumbers } from './random-numbers.js';
import type { Basin } from './split-basins.js';

/**
 * So many basins of `least` to `most` cells out of a mesh, drawn from a seed, none inside another: the cells above an outlet whose own downstream cell
 * drains more than `most`. In the order they were drawn.
 * @throws RangeError when the mesh has fewer.
 */
export function cutBasins(mesh: Mesh, { count, least, most, seed }: BasinCut): readonly Basin[] {
  const above = new Int32Array(mesh.cellCount).fill(1);
  mesh.downstream.forEach((below, cell) => {
    if (below >= 0) above[below]! += above[cell]!; // upstream cells come first
  });
  const outlets = [...above.keys()].filter(cell => {
    const below = mesh.downstream[cell]!;
    return below >= 0 && above[cell]! >= least && above[cell]! <= most && above[below]! > most;
  });
  if (outlets.length < count) throw new RangeError(`the mesh has ${outlets.length} basins of ${least} to ${most} cells, not ${count}`);
  const uniform = uniformNumbers(seed);
  const drawn = outlets.map(outlet => ({ outlet, key: uniform() })).sort((a, b) => a.key - b.key); // prettier-ignore
  return cellsOf(mesh, drawn.slice(0, count).map(({ outlet }) => outlet)); // prettier-ignore
}

export interface BasinCut {
  readonly count: number;
  readonly least: number;
  readonly most: number;
  readonly seed: number;
}

function cellsOf(mesh: Mesh, outlets: readonly number[]): Basin[] {
  const basinOf = new Int32Array(mesh.cellCount).fill(-1);
  outlets.forEach((outlet, basin) => (basinOf[outlet] = basin));
  for (let cell = mesh.cellCount - 1; cell >= 0; cell--) {
    const below = mesh.downstream[cell]!;
    if (basinOf[cell] === -1 && below >= 0) basinOf[cell] = basinOf[below]!;
  }
  const cells = outlets.map((): number[] => []);
  basinOf.forEach((basin, cell) => {
    if (basin >= 0) cells[basin]!.push(cell);
  });
  return outlets.map((outlet, basin) => ({ outlet, cells: Int32Array.from(cells[basin]!) }));
}
