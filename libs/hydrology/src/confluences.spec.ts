import { describe, expect, it } from '@jest/globals';
import { buildMesh, cellAt, chooseVirtualCells, findConfluences, type Mesh } from './index.js';

/** Two streams of three cells (rows 0 and 2) that meet in the last column and leave southward. */
const MESH: Mesh = buildMesh(
  { rows: 4, columns: 4, codes: Uint8Array.from([3, 3, 3, 5, 0, 0, 0, 5, 3, 3, 3, 5, 0, 0, 0, 5]) },
  { epsg: 2154, xMin: 0, yMax: 4000, xResolution: 1000, yResolution: 1000 },
);
const at = (row: number, column: number): number => cellAt(MESH, row, column);

describe('confluences', () => {
  it('ranks the meeting of streams by the smaller one', () => {
    expect(findConfluences(MESH)[0]).toEqual({ cell: at(2, 3), tributaryAreaM2: 3e6 });
    expect(findConfluences(MESH)).toHaveLength(1);
  });

  it('chooses no confluence that a gauge nearly watches already', () => {
    expect(chooseVirtualCells(MESH, [at(0, 2)], 3)).toEqual([at(2, 3)]);
    expect(chooseVirtualCells(MESH, [at(3, 3)], 3)).toEqual([]); // 9 km² against 10
  });
});
