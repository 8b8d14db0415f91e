import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { deaccumulate, type RunGrid } from './index.js';

const ISSUED = parseIso('2026-09-23');
const hour = (k: number) => epochMs(ISSUED + k * HOUR_MS);
const sum = (from: number, to: number, depth: number, issued = 0): RunGrid => ({
  ...{ issued: hour(issued), validTime: hour(to), durationMs: (to - from) * HOUR_MS, receivedAt: hour(issued + 3) },
  values: Float32Array.of(depth, NaN),
});
const shown = (grids: readonly RunGrid[]) =>
  deaccumulate(grids).map(({ validTime, durationMs, values }) => [
    (validTime - durationMs - ISSUED) / HOUR_MS,
    (validTime - ISSUED) / HOUR_MS,
    values[0],
  ]);

describe('sums of a run', () => {
  it('become the rain between their ends, whatever their order, and keep the volume', () => {
    const grids = [sum(0, 3, 6), sum(0, 1, 1), sum(0, 2, 3), sum(0, 6, 6.5)];
    expect(shown(grids)).toEqual([
      [0, 1, 1],
      [1, 2, 2],
      [2, 3, 3],
      [3, 6, 0.5],
    ]);
    expect(deaccumulate(grids)[1]!.values[1]).toBeNaN();
  });

  it('that begin anew, or are of each hour already, stay what they are', () => {
    expect(shown([sum(0, 6, 9), sum(6, 7, 1), sum(6, 12, 4), sum(12, 13, 2)])).toEqual([
      [0, 6, 9],
      [6, 7, 1],
      [7, 12, 3],
      [12, 13, 2],
    ]);
  });

  it('that fall by rounding give no rain, and runs are not mixed', () => {
    expect(shown([sum(0, 1, 2), sum(0, 2, 1.99)])[1]).toEqual([1, 2, 0]);
    expect(shown([sum(1, 2, 5, 0), sum(1, 3, 7, 1)])).toEqual([
      [1, 2, 5],
      [1, 3, 7],
    ]);
    expect(deaccumulate([sum(1, 2, 5, 1)])[0]!.receivedAt).toBe(hour(1));
  });
});
