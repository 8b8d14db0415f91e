import { Fault } from '#errors';
import type { Mesh } from '#hydrology';
import { divideForest, type Division } from './divide-forest.js';

/** Cells that are computed by one thread, columns and reaches, without waiting for anything but the groups of earlier phases. */
export interface ReachGroup {
  /** Units [from, headEnd) hold headwaters only, [headEnd, to) reaches only. */
  readonly from: number;
  readonly headEnd: number;
  readonly to: number;
  /** Ends of the batches of reaches: units of one batch do not drain into each other and may be computed together, in order. */
  readonly batchEnds: Int32Array;
  /** Slots of earlier groups that drain into this one, in the order in which their discharge is added. */
  readonly inlets: Int32Array;
}

/** The order in which cells are computed: units of `lanes` cells side by side, in groups, in phases. */
export interface ReachSchedule {
  readonly lanes: number;
  readonly units: number;
  /** Cell of each slot (unit × lanes + lane), −1 where a lane is idle. */
  readonly cellOfSlot: Int32Array;
  readonly slotOfCell: Int32Array;
  /** Slot that the slot drains into, −1 where the water leaves the mesh. */
  readonly downstream: Int32Array;
  readonly groups: readonly ReachGroup[];
  /** End of each phase among the groups: those of one phase do not drain into each other. */
  readonly phaseEnds: readonly number[];
}

/**
 * Packs cells into units whose cells do not drain into each other, upstream before downstream. A small mesh is one group; a
 * large one is divided into groups that fit the cache and can be shared out to threads (divide-forest.ts). The order, and so
 * every sum, depends on the mesh alone, never on how many threads compute.
 */
export function scheduleReaches(mesh: Mesh, lanes: number): ReachSchedule {
  const upstream = countUpstream(mesh);
  const division = divideForest(mesh);
  const cellOfSlot: number[] = [];
  const slotOfCell = new Int32Array(mesh.cellCount);
  const place = (cells: readonly number[]): void => {
    for (const cell of cells) {
      slotOfCell[cell] = cellOfSlot.length;
      cellOfSlot.push(cell);
    }
    while (cellOfSlot.length % lanes !== 0) cellOfSlot.push(-1);
  };
  const forest = { mesh, upstream, division, size: lanes === 1 ? 1 : lanes * UNITS_TOGETHER };
  const groups = division.groups.map((cells): Omit<ReachGroup, 'inlets'> => {
    const from = cellOfSlot.length / lanes;
    const heads = cells.filter(cell => upstream[cell] === 0);
    place(heads);
    const headEnd = cellOfSlot.length / lanes;
    const batchEnds = packReaches(cells, heads, forest).map(batch => {
      place(batch);
      return cellOfSlot.length / lanes;
    });
    return { from, headEnd, to: cellOfSlot.length / lanes, batchEnds: Int32Array.from(batchEnds) };
  });
  const slots = Int32Array.from(cellOfSlot);
  const downstream = slots.map(cell => (cell < 0 || mesh.downstream[cell]! < 0 ? -1 : slotOfCell[mesh.downstream[cell]!]!));
  const inlets = inletsOf(groups, downstream, lanes);
  return {
    lanes,
    units: slots.length / lanes,
    cellOfSlot: slots,
    slotOfCell,
    downstream,
    groups: groups.map((group, k) => ({ ...group, inlets: Int32Array.from(inlets[k]!) })),
    phaseEnds: division.phaseEnds,
  };
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
  readonly mesh: Mesh;
  readonly upstream: Int32Array;
  readonly division: Division;
  /** Cells that may be computed together. */
  readonly size: number;
}

/** The reaches of a group in batches. Cells farthest from its outlets go first (Hu 1961: optimal for a forest), so few lanes stay idle. */
function packReaches(cells: readonly number[], heads: readonly number[], { mesh, upstream, division, size }: Forest): number[][] {
  const { groupOf, distance } = division;
  const group = groupOf[cells[0]!]!;
  const waiting = new Map<number, number>();
  for (const cell of cells) {
    const target = mesh.downstream[cell]!;
    if (target >= 0 && groupOf[target] === group) waiting.set(target, (waiting.get(target) ?? 0) + 1);
  }
  const ready = cells.filter(cell => upstream[cell]! > 0 && !waiting.has(cell));
  const finish = (cell: number): void => {
    const target = mesh.downstream[cell]!;
    if (target < 0 || groupOf[target] !== group) return;
    const left = waiting.get(target)! - 1;
    waiting.set(target, left);
    if (left === 0) ready.push(target);
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

/** For each group the slots outside that drain into it, ascending. */
function inletsOf(groups: readonly Omit<ReachGroup, 'inlets'>[], downstream: Int32Array, lanes: number): readonly number[][] {
  const groupOfUnit = new Int32Array(downstream.length / lanes);
  groups.forEach(({ from, to }, k) => groupOfUnit.fill(k, from, to));
  const inlets = groups.map((): number[] => []);
  for (let slot = 0; slot < downstream.length; slot++) {
    const target = downstream[slot]!;
    if (target < 0) continue;
    const group = groupOfUnit[Math.floor(target / lanes)]!;
    if (group !== groupOfUnit[Math.floor(slot / lanes)]) inlets[group]!.push(slot);
  }
  return inlets;
}
