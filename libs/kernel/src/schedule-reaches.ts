import { Fault } from '#errors';
import type { Mesh } from '#hydrology';

/** The order in which cells are computed: units of `lanes` cells side by side. */
export interface ReachSchedule {
  readonly lanes: number;
  readonly units: number;
  /** Cell of each slot (unit × lanes + lane), −1 where a lane is idle. */
  readonly cellOfSlot: Int32Array;
  readonly slotOfCell: Int32Array;
  /** Units below this one hold headwaters only, the others reaches only. */
  readonly headUnits: number;
  /** Slot that the slot drains into, −1 where the water leaves the mesh. */
  readonly downstream: Int32Array;
}

/**
 * Packs headwaters first, then reaches, into units whose cells do not drain into each other, upstream before downstream.
 * Cells farthest from the outlet go first (Hu 1961: optimal for a forest), so few lanes stay idle.
 */
export function scheduleReaches(mesh: Mesh, lanes: number): ReachSchedule {
  const upstream = countUpstream(mesh);
  const heads: number[] = [];
  for (let cell = 0; cell < mesh.cellCount; cell++) if (upstream[cell] === 0) heads.push(cell);
  const units = [...chunk(heads, lanes), ...packReaches(mesh, { lanes, heads, upstream })];
  const cellOfSlot = new Int32Array(units.length * lanes).fill(-1);
  const slotOfCell = new Int32Array(mesh.cellCount);
  units.forEach((cells, unit) => {
    cells.forEach((cell, lane) => {
      cellOfSlot[unit * lanes + lane] = cell;
      slotOfCell[cell] = unit * lanes + lane;
    });
  });
  const downstream = cellOfSlot.map(cell => (cell < 0 || mesh.downstream[cell]! < 0 ? -1 : slotOfCell[mesh.downstream[cell]!]!));
  return { lanes, units: units.length, cellOfSlot, slotOfCell, headUnits: Math.ceil(heads.length / lanes), downstream };
}

function countUpstream(mesh: Mesh): Int32Array {
  const upstream = new Int32Array(mesh.cellCount);
  for (let cell = 0; cell < mesh.cellCount; cell++) {
    const target = mesh.downstream[cell]!;
    if (target >= 0 && target <= cell)
      throw new Fault('INVARIANT', `the mesh is not ordered upstream first: cell ${cell} drains into ${target}`);
    if (target >= 0) upstream[target]!++;
  }
  return upstream;
}

interface Forest {
  readonly lanes: number;
  readonly heads: readonly number[];
  readonly upstream: Int32Array;
}

function packReaches(mesh: Mesh, { lanes, heads, upstream }: Forest): number[][] {
  const distance = distanceToOutlet(mesh);
  const waiting = Int32Array.from(upstream);
  const ready: number[] = [];
  const finish = (cell: number): void => {
    const target = mesh.downstream[cell]!;
    if (target >= 0 && --waiting[target]! === 0) ready.push(target);
  };
  heads.forEach(finish);
  const units: number[][] = [];
  while (ready.length > 0) {
    ready.sort((a, b) => distance[b]! - distance[a]! || a - b);
    const unit = ready.splice(0, lanes);
    unit.forEach(finish);
    units.push(unit);
  }
  return units;
}

function distanceToOutlet(mesh: Mesh): Int32Array {
  const distance = new Int32Array(mesh.cellCount);
  for (let cell = mesh.cellCount - 1; cell >= 0; cell--) {
    const target = mesh.downstream[cell]!;
    distance[cell] = target < 0 ? 0 : distance[target]! + 1;
  }
  return distance;
}

function chunk(cells: readonly number[], size: number): number[][] {
  const chunks: number[][] = [];
  for (let i = 0; i < cells.length; i += size) chunks.push(cells.slice(i, i + size));
  return chunks;
}
