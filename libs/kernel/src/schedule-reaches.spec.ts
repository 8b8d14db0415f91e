import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Mesh } from '#hydrology';
import { scheduleReaches, type ReachSchedule } from './schedule-reaches.js';
import { forestMesh } from './test-problem.js';

/** Every cell is computed once, after all it receives from; what a group receives comes from groups of earlier phases. */
function expectInOrder(mesh: Mesh, { lanes, units, cellOfSlot, slotOfCell, groups, phaseEnds, downstream }: ReachSchedule): void {
  expect([...cellOfSlot].filter(cell => cell >= 0).sort((a, b) => a - b)).toEqual([...Array(mesh.cellCount).keys()]);
  expect(cellOfSlot.length).toBe(units * lanes);
  expect([0, ...groups.map(group => group.to)]).toEqual([...groups.map(group => group.from), units]);
  expect(phaseEnds.at(-1)).toBe(groups.length);
  const groupOf = new Int32Array(units);
  const batchOf = new Int32Array(units); // 0 for headwaters, then 1, 2 …
  groups.forEach(({ from, headEnd, to, batchEnds }, k) => {
    groupOf.fill(k, from, to);
    [headEnd, ...batchEnds].forEach((end, batch, ends) => batchOf.fill(batch, batch === 0 ? from : ends[batch - 1], end));
    expect(batchEnds.at(-1) ?? headEnd).toBe(to);
  });
  const phaseOf = (group: number): number => phaseEnds.findIndex(end => group < end);
  const receivers = new Set(mesh.downstream);
  const inlets = groups.map((): number[] => []);
  for (let cell = 0; cell < mesh.cellCount; cell++) {
    const slot = slotOfCell[cell]!;
    const [unit, target] = [Math.floor(slot / lanes), downstream[slot]!];
    expect(batchOf[unit] === 0).toBe(!receivers.has(cell));
    expect(target).toBe(mesh.downstream[cell]! < 0 ? -1 : slotOfCell[mesh.downstream[cell]!]!);
    if (target < 0) continue;
    const below = Math.floor(target / lanes);
    if (groupOf[unit] === groupOf[below]) expect(batchOf[below]!).toBeGreaterThan(batchOf[unit]!);
    else {
      expect(phaseOf(groupOf[below]!)).toBeGreaterThan(phaseOf(groupOf[unit]!));
      inlets[groupOf[below]!]!.push(slot);
    }
  }
  expect(groups.map(group => [...group.inlets])).toEqual(inlets.map(slots => slots.sort((a, b) => a - b)));
}

test('every cell is computed once, after all it receives from, headwaters first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 500 }), fc.constantFrom(1, 4), (cells, seed, lanes) => {
      const mesh = forestMesh(cells, seed);
      const schedule = scheduleReaches(mesh, lanes);
      expectInOrder(mesh, schedule);
      expect(schedule.groups).toHaveLength(1);
    }),
  );
});

test('so is a mesh that is divided, and few lanes stay idle', () => {
  const mesh = forestMesh(20_000, 7);
  const schedule = scheduleReaches(mesh, 4);
  expectInOrder(mesh, schedule);
  expect(schedule.groups.length).toBeGreaterThan(30);
  expect(schedule.units * 4).toBeLessThan(1.25 * mesh.cellCount);
});

test('few lanes stay idle where the basin is wide', () => {
  const { units } = scheduleReaches(forestMesh(400, 2), 4);
  expect(units * 4).toBeLessThan(1.25 * 400);
});

test('a mesh that is not ordered upstream first is refused', () => {
  const mesh: Mesh = { ...forestMesh(5, 1), downstream: Int32Array.from([1, 0, 3, 4, -1]) };
  expect(() => scheduleReaches(mesh, 4)).toThrow(/not ordered upstream first: cell 1 drains into 0/);
});
