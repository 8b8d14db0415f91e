import type { RainGrid } from '#hydrology';
import type { RainPart } from './cover-steps.js';

/** A grid with usable values on fewer of its cells than this tells too little about the others: it counts as missing. */
const MIN_USABLE_SHARE = 0.5;

/** What of a grid can be used. */
interface Usable {
  readonly cells: number;
  /** Mean depth of the usable cells, mm. */
  readonly mean: number;
}

/** Grids never change: each is summed once, though cycle after cycle reads it. */
const usableOf = new WeakMap<RainGrid, Usable>();

/** May the grid be used on a mesh of this many cells? */
export function isUsable(grid: RainGrid, cellCount: number): boolean {
  return grid.durationMs > 0 && grid.values.length === cellCount && usable(grid).cells >= MIN_USABLE_SHARE * cellCount;
}

/**
 * Adds the parts of a step to `into`, mm; a cell without a usable value takes the mean of the grid's usable cells.
 * Returns the number of cells that were filled so.
 */
export function addDepths(parts: readonly RainPart[], share: number, into: Float32Array): number {
  let filled = 0;
  for (const { grid, factor } of parts) {
    const scale = factor * share;
    const { cells, mean } = usable(grid);
    const { values } = grid;
    for (let cell = 0; cell < into.length; cell++) into[cell]! += scale * (isDepth(values[cell]!) ? values[cell]! : mean);
    filled = Math.max(filled, into.length - cells);
  }
  return filled;
}

/** Rain is a finite depth from 0 up: −1, NaN and infinity are missing. */
const isDepth = (depth: number): boolean => depth >= 0 && depth < Infinity;

function usable(grid: RainGrid): Usable {
  const known = usableOf.get(grid);
  if (known !== undefined) return known;
  let [cells, sum] = [0, 0];
  for (const depth of grid.values) {
    if (!isDepth(depth)) continue;
    cells++;
    sum += depth;
  }
  const found = { cells, mean: cells === 0 ? 0 : sum / cells };
  usableOf.set(grid, found);
  return found;
}
