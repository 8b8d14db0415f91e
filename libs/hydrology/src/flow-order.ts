import { drainsInto, isActive, type FlowDirections } from './flow-direction.js';

/** The active cells of a raster, upstream before downstream. Cells of a loop, and nothing else, are left out. */
export interface FlowOrder {
  /** Position (row × columns + column) of each cell, by level, then position. */
  readonly positions: Int32Array;
  /** Level of each of them: 0 for headwaters, else one more than the highest level draining into the cell. */
  readonly levels: Int32Array;
  /** The position that each position of the raster drains into, −1 where the water leaves. */
  readonly below: Int32Array;
}

/** Kahn's sweep: a cell's level is known once all cells that drain into it are. O(cells), without recursion. */
export function orderUpstreamFirst(directions: FlowDirections): FlowOrder {
  const total = directions.rows * directions.columns;
  const below = new Int32Array(total).fill(-1);
  const waiting = new Int32Array(total);
  for (let position = 0; position < total; position++) {
    if (!isActive(directions, position)) continue;
    below[position] = drainsInto(directions, position);
    if (below[position] !== -1) waiting[below[position]!]!++;
  }
  const levelOf = new Int32Array(total).fill(-1);
  const ready = new Int32Array(total);
  let count = 0;
  for (let position = 0; position < total; position++)
    if (isActive(directions, position) && waiting[position] === 0) {
      levelOf[position] = 0;
      ready[count++] = position;
    }
  for (let index = 0; index < count; index++) {
    const position = ready[index]!;
    const next = below[position]!;
    if (next === -1) continue;
    levelOf[next] = Math.max(levelOf[next]!, levelOf[position]! + 1);
    if (--waiting[next]! === 0) ready[count++] = next;
  }
  return { ...sortByLevel(ready.subarray(0, count), levelOf), below };
}

/** A counting sort: positions ascend within a level because they are dealt out in ascending order. */
function sortByLevel(ready: Int32Array, levelOf: Int32Array): Pick<FlowOrder, 'positions' | 'levels'> {
  const highest = ready.reduce((most, position) => Math.max(most, levelOf[position]!), 0);
  const starts = new Int32Array(highest + 2);
  for (const position of ready) starts[levelOf[position]! + 1]!++;
  for (let level = 0; level <= highest; level++) starts[level + 1]! += starts[level]!;
  const positions = new Int32Array(ready.length);
  for (const position of ready.slice().sort()) positions[starts[levelOf[position]!]!++] = position;
  return { positions, levels: Int32Array.from(positions, position => levelOf[position]!) };
}
