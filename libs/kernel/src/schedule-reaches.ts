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
  /** Units [from, to) of reaches that do not drain into each other and may be computed together, in order. */
  readonly batches: readonly (readonly [from: number, to: number])[];
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
  const headUnits = Math.ceil(heads.length / lanes);
  const together = packReaches(mesh, { size: lanes === 1 ? 1 : lanes * UNITS_TOGETHER, heads, upstream });
  const units = [...chunk(heads, lanes), ...together.flatMap(cells => chunk(cells, lanes))];
  const cellOfSlot = new Int32Array(units.length * lanes).fill(-1);
  const slotOfCell = new Int32Array(mesh.cellCount);
  units.forEach((cells, unit) => {
    cells.forEach((cell, lane) => {
      cellOfSlot[unit * lanes + lane] = cell;
      slotOfCell[cell] = unit * lanes + lane;
    });
  });
  const downstream = cellOfSlot.map(cell => (cell < 0 || mesh.downstream[cell]! < 0 ? -1 : slotOfCell[mesh.downstream[cell]!]!));
  let end = headUnits;
  const batches = together.map((cells): [number, number] => [end, (end += Math.ceil(cells.length / lanes))]);
  return { lanes, units: units.length, cellOfSlot, slotOfCell, headUnits, batches, downstream };
}

/** A reach waits for its own last step; two units side by side fill each other's waiting times (compiler/emit-wasm.ts). */
const UNITS_TOGETHER = 2;

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
  /** Cells that may be computed together. */
  readonly size: number;
  readonly heads: readonly number[];
  readonly upstream: Int32Array;
}

function packReaches(mesh: Mesh, { size, heads, upstream }: Forest): number[][] {
  const distance = distanceToOutlet(mesh);
  const waiting = Int32Array.from(upstream);
  const ready: number[] = [];
  const finish = (cell: number): void => {
    const target = mesh.downstream[cell]!;
    if (target >= 0 && --waiting[target]! === 0) ready.push(target);
  };
  heads.forEach(finish);
  const batches: number[][] = [];
  while (ready.length > 0) {
    ready.sort((a, b) => distance[b]! - distance[a]! || a - b);
    const batch = ready.splice(0, size);
    batch.forEach(finish);
    batches.push(batch);
  }
  return batches;
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
