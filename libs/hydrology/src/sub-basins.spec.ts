import { describe, expect, it } from '@jest/globals';
import { buildMesh, cellAt, cellsUpstreamOf, isUpstream, zonesOfCells, type Mesh } from './index.js';

/** Two streams of three cells (rows 0 and 2) that meet in the last column and leave southward. */
const MESH: Mesh = buildMesh(
  { rows: 4, columns: 4, codes: Uint8Array.from([3, 3, 3, 5, 0, 0, 0, 5, 3, 3, 3, 5, 0, 0, 0, 5]) },
  { epsg: 2154, xMin: 0, yMax: 4000, xResolution: 1000, yResolution: 1000 },
);
const at = (row: number, column: number): number => cellAt(MESH, row, column);

describe('sub-basins', () => {
  it('gives each cell to the nearest station downstream, the station its own cell', () => {
    const zones = zonesOfCells(MESH, [at(3, 3), at(0, 2)]);
    expect(zones[at(0, 0)]).toBe(1);
    expect(zones[at(0, 2)]).toBe(1);
    expect(zones[at(0, 3)]).toBe(0);
    expect(zones[at(2, 0)]).toBe(0);
    expect(zonesOfCells(MESH, [at(0, 2)])[at(2, 0)]).toBe(-1);
  });

  it('finds the cells upstream of one', () => {
    expect([...cellsUpstreamOf(MESH, at(0, 2))]).toEqual([at(0, 0), at(0, 1), at(0, 2)]);
    expect(cellsUpstreamOf(MESH, at(3, 3))).toHaveLength(MESH.cellCount);
    expect(isUpstream(MESH, at(2, 0), at(3, 3))).toBe(true);
    expect(isUpstream(MESH, at(2, 0), at(0, 2))).toBe(false);
  });
});
