import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Mesh } from '#hydrology';
import { scheduleReaches } from './schedule-reaches.js';
import { forestMesh } from './test-problem.js';

test('every cell is computed once, after all it receives from, headwaters first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 500 }), fc.constantFrom(1, 4), (cells, seed, lanes) => {
      const mesh = forestMesh(cells, seed);
      const { units, cellOfSlot, slotOfCell, headUnits, batches, downstream } = scheduleReaches(mesh, lanes);
      expect(batches.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual(
        Array.from({ length: units - headUnits }, (_, i) => headUnits + i),
      );
      const batchOf = (unit: number) => batches.findIndex(([from, to]) => unit >= from && unit < to);
      expect([...cellOfSlot].filter(cell => cell >= 0).sort((a, b) => a - b)).toEqual([...Array(cells).keys()]);
      expect(cellOfSlot.length).toBe(units * lanes);
      const unitOf = (cell: number) => Math.floor(slotOfCell[cell]! / lanes);
      const receivers = new Set(mesh.downstream);
      for (let cell = 0; cell < cells; cell++) {
        expect(unitOf(cell) < headUnits).toBe(!receivers.has(cell));
        const target = mesh.downstream[cell]!;
        expect(downstream[slotOfCell[cell]!]).toBe(target < 0 ? -1 : slotOfCell[target]!);
        if (target >= 0) expect(batchOf(unitOf(target))).toBeGreaterThan(batchOf(unitOf(cell)));
      }
    }),
  );
});

test('few lanes stay idle where the basin is wide', () => {
  const { units } = scheduleReaches(forestMesh(400, 2), 4);
  expect(units * 4).toBeLessThan(1.25 * 400);
});

test('a mesh that is not ordered upstream first is refused', () => {
  const mesh: Mesh = { ...forestMesh(5, 1), downstream: Int32Array.from([1, 0, 3, 4, -1]) };
  expect(() => scheduleReaches(mesh, 4)).toThrow(/not ordered upstream first: cell 1 drains into 0/);
});
