import { describe, expect, it } from '@jest/globals';
import type { Mesh } from '#hydrology';
import { windowAround } from './rain-window.js';

const meshOf = (side: number, cellM: number): Mesh =>
  ({
    ...{ rows: side, columns: side, cellCount: 3, xMin: 800_000, yMax: 6_450_000, xResolution: cellM, yResolution: cellM },
    ...{ row: Int32Array.of(0, 3, side - 1), column: Int32Array.of(1, 2, side - 1), areaM2: new Float64Array(3).fill(cellM ** 2) },
  }) as Partial<Mesh> as Mesh;

describe('the window around a mesh', () => {
  it.each([
    ['cells of 1 km', meshOf(40, 1000), 1],
    ['small cells, several of which make one', meshOf(1000, 200), 3],
  ])('reaches 200 km beyond it, with %s, and has each of its cells where it lies', (_, mesh, factor) => {
    const window = windowAround(mesh);
    expect(window.xResolution).toBe(mesh.xResolution * factor);
    expect(window.cellKm).toBeCloseTo((mesh.xResolution * factor) / 1000, 9);
    expect(window.rows * window.columns).toBeLessThanOrEqual(2_000_000);
    expect(mesh.xMin - window.xMin).toBeGreaterThanOrEqual(200_000);
    expect(window.xMin + window.columns * window.xResolution).toBeGreaterThanOrEqual(800_000 + mesh.columns * mesh.xResolution + 200_000);
    for (let cell = 0; cell < 3; cell++) {
      const [row, column] = [window.row[window.at[cell]!]!, window.column[window.at[cell]!]!];
      const x = (mesh.xMin + (mesh.column[cell]! + 0.5) * mesh.xResolution - window.xMin) / window.xResolution;
      const y = (window.yMax - mesh.yMax + (mesh.row[cell]! + 0.5) * mesh.yResolution) / window.yResolution;
      expect([Math.floor(y), Math.floor(x)]).toEqual([row, column]);
    }
  });

  it('is made once a mesh, and named by where it lies', () => {
    const mesh = meshOf(40, 1000);
    expect(windowAround(mesh)).toBe(windowAround(mesh));
    expect(windowAround({ ...mesh, xMin: 801_000 }).name).not.toBe(windowAround(mesh).name);
  });
});
