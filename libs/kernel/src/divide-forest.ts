import type { Mesh } from '#hydrology';

/** The cells of a mesh in groups, the groups in phases. */
export interface Division {
  /** Cells of each group in the order of the mesh. */
  readonly groups: readonly (readonly number[])[];
  /** End of each phase among the groups: a group receives from groups of earlier phases only. */
  readonly phaseEnds: readonly number[];
  readonly groupOf: Int32Array;
  /** Links from each cell to the outlet of its part of the group. */
  readonly distance: Int32Array;
}

/**
 * Cells of a group: their series of a day of quarter hours fit a second-level cache, and a tree of so many still fills most
 * lanes. A mesh of a few groups' size is one group: dividing it would gain nothing.
 */
const GROUP_CELLS = 512;
const LEAST_DIVIDED = 16 * GROUP_CELLS;
/** Cells of the largest sub-basin that is not cut: several small ones side by side fill the lanes better than a single river. */
const SUB_BASIN_CELLS = 128;

/**
 * Divides the forest of a mesh: sub-basins of at most SUB_BASIN_CELLS cells make the groups of the first phase, several a
 * group. What is left, the larger rivers, is divided alike in the next phase, until it is one group itself.
 */
export function divideForest(mesh: Mesh): Division {
  const groupOf = new Int32Array(mesh.cellCount).fill(-1);
  const groups: number[][] = [];
  const phaseEnds: number[] = [];
  let left = Int32Array.from({ length: mesh.cellCount }, (_, cell) => cell);
  while (left.length > 0) {
    const before = groups.length;
    const whole = left.length <= (phaseEnds.length === 0 ? LEAST_DIVIDED : GROUP_CELLS);
    if (whole) groups.push([...left]);
    else groups.push(...subBasins(mesh, left, groupOf));
    for (let group = before; group < groups.length; group++) for (const cell of groups[group]!) groupOf[cell] = group;
    phaseEnds.push(groups.length);
    left = left.filter(cell => groupOf[cell] === -1);
  }
  return { groups, phaseEnds, groupOf, distance: distances(mesh, groupOf) };
}

/** Bundles of the sub-basins of the cells that are left; sub-basins of like height stand together because the mesh is ordered by level. */
function subBasins(mesh: Mesh, left: Int32Array, groupOf: Int32Array): number[][] {
  const size = new Int32Array(mesh.cellCount);
  for (const cell of left) {
    size[cell]!++;
    const below = mesh.downstream[cell]!;
    if (below >= 0) size[below]! += size[cell]!;
  }
  const isSmall = (cell: number): boolean => groupOf[cell] === -1 && size[cell]! <= SUB_BASIN_CELLS;
  const bundleOf = new Int32Array(mesh.cellCount).fill(-1);
  let [bundle, filled] = [0, 0];
  for (const cell of left) {
    const below = mesh.downstream[cell]!;
    if (!isSmall(cell) || (below >= 0 && isSmall(below))) continue;
    if (filled > 0 && filled + size[cell]! > GROUP_CELLS) [bundle, filled] = [bundle + 1, 0];
    bundleOf[cell] = bundle;
    filled += size[cell]!;
  }
  for (let k = left.length - 1; k >= 0; k--) {
    const cell = left[k]!;
    if (isSmall(cell) && bundleOf[cell] === -1) bundleOf[cell] = bundleOf[mesh.downstream[cell]!]!;
  }
  const bundles = Array.from({ length: bundle + 1 }, (): number[] => []);
  for (const cell of left) if (bundleOf[cell] !== -1) bundles[bundleOf[cell]!]!.push(cell);
  return bundles;
}

function distances(mesh: Mesh, groupOf: Int32Array): Int32Array {
  const distance = new Int32Array(mesh.cellCount);
  for (let cell = mesh.cellCount - 1; cell >= 0; cell--) {
    const target = mesh.downstream[cell]!;
    distance[cell] = target < 0 || groupOf[target] !== groupOf[cell] ? 0 : distance[target]! + 1;
  }
  return distance;
}
