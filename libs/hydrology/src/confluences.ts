import type { Mesh } from './mesh.js';

/** A cell where at least two streams meet. */
export interface Confluence {
  readonly cell: number;
  /** Area of the second largest stream that joins there, m²: how much the place tells beyond the main stem. */
  readonly tributaryAreaM2: number;
}

/** Two places draining areas within this ratio of each other tell nearly the same. */
const DISTINCT_AREA_RATIO = 1.2;

/** All confluences, the one with the largest tributary first. */
export function findConfluences(mesh: Mesh): readonly Confluence[] {
  const largest = new Float64Array(mesh.cellCount);
  const second = new Float64Array(mesh.cellCount);
  for (let cell = 0; cell < mesh.cellCount; cell++) {
    const below = mesh.downstream[cell]!;
    if (below < 0) continue;
    const area = mesh.upstreamAreaM2[cell]!;
    second[below] = Math.max(second[below]!, Math.min(area, largest[below]!));
    largest[below] = Math.max(largest[below]!, area);
  }
  return [...second.keys()]
    .filter(cell => second[cell]! > 0)
    .map(cell => ({ cell, tributaryAreaM2: second[cell]! }))
    .sort((a, b) => b.tributaryAreaM2 - a.tributaryAreaM2 || a.cell - b.cell);
}

/**
 * Ungauged places worth a forecast: the confluences with the largest tributaries, none on the same stream as a gauge or an
 * earlier choice with nearly the same area, and none above a headwater gauge, which watches that water already.
 */
export function chooseVirtualCells(mesh: Mesh, gaugeCells: readonly number[], count: number): readonly number[] {
  const taken = [...gaugeCells];
  const chosen: number[] = [];
  const headwaterGauges = gaugeCells.filter(gauge => !gaugeCells.some(other => other !== gauge && isUpstream(mesh, other, gauge)));
  const watched = headwaterGauges.length === gaugeCells.length ? [] : headwaterGauges;
  for (const { cell } of findConfluences(mesh)) {
    if (chosen.length === count) break;
    if (watched.some(gauge => isUpstream(mesh, cell, gauge))) continue;
    if (!taken.every(other => isDistinct(mesh, cell, other))) continue;
    taken.push(cell);
    chosen.push(cell);
  }
  return chosen;
}

/** Does water of `cell` pass `below` (true for the cell itself)? */
export function isUpstream(mesh: Mesh, cell: number, below: number): boolean {
  let next = cell;
  while (next >= 0 && next < below) next = mesh.downstream[next]!;
  return next === below;
}

function isDistinct(mesh: Mesh, a: number, b: number): boolean {
  if (!isUpstream(mesh, a, b) && !isUpstream(mesh, b, a)) return true;
  const [small, large] = [mesh.upstreamAreaM2[a]!, mesh.upstreamAreaM2[b]!].sort((x, y) => x - y);
  return large! >= DISTINCT_AREA_RATIO * small!;
}
