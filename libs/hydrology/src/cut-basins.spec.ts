import { describe, expect, it } from '@jest/globals';
import { buildMesh } from './build-mesh.js';
import { cutBasins } from './cut-basins.js';

/** A main river down the middle column with a tributary of two cells from each side in every row. */
const codes = Uint8Array.from({ length: 5 * 8 }, (_, k) => [3, 3, 5, 7, 7][k % 5]!);
const mesh = buildMesh({ rows: 8, columns: 5, codes }, { epsg: 2154, xMin: 0, yMax: 8000, xResolution: 1000, yResolution: 1000 });

describe('cutBasins', () => {
  it('cuts basins of the asked size, none inside another, the same for a seed', () => {
    const basins = cutBasins(mesh, { count: 7, least: 2, most: 4, seed: 3 });
    expect(basins.map(({ cells }) => cells.length)).toEqual(basins.map(() => 2));
    expect(new Set(basins.flatMap(({ cells }) => [...cells])).size).toBe(14);
    for (const { outlet, cells } of basins) {
      expect(cells.at(-1)).toBe(outlet);
      for (const cell of cells.subarray(0, -1)) expect([...cells]).toContain(mesh.downstream[cell]!);
    }
    expect(cutBasins(mesh, { count: 7, least: 2, most: 4, seed: 3 })).toEqual(basins);
    expect(cutBasins(mesh, { count: 7, least: 2, most: 4, seed: 4 })).not.toEqual(basins);
  });

  it('says how many there are when there are too few', () => {
    expect(() => cutBasins(mesh, { count: 100, least: 2, most: 4, seed: 1 })).toThrow(/the mesh has \d+ basins of 2 to 4 cells, not 100/);
  });
});
