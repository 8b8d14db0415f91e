import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildMesh, drainsInto, findLoop, findLoops, findSinks, isActive, type FlowDirections, type GridGeometry } from './index.js';

const GEOMETRY: GridGeometry = { epsg: 2154, xMin: 0, yMax: 0, xResolution: 1000, yResolution: 1000 };

const raster = (rows: readonly (readonly number[])[]): FlowDirections => ({
  rows: rows.length,
  columns: rows[0]!.length,
  codes: Uint8Array.from(rows.flat()),
});

/** Rasters of up to 12 × 12 cells with any codes, most of them active. */
const anyRaster = fc.integer({ min: 1, max: 12 }).chain(rows =>
  fc.integer({ min: 1, max: 12 }).chain(columns =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: rows * columns, maxLength: rows * columns }).map(codes => ({
      rows,
      columns,
      codes: Uint8Array.from(codes),
    })),
  ),
);

/** Follows the water from every cell for as many links as there are cells: the slow definition of a loop. */
function hasLoop(directions: FlowDirections): boolean {
  return [...directions.codes.keys()].some(origin => {
    let position = isActive(directions, origin) ? origin : -1;
    for (let link = 0; link <= directions.codes.length && position !== -1; link++) position = drainsInto(directions, position);
    return position !== -1;
  });
}

describe('drainsInto', () => {
  it('knows the eight directions: 1 N and on clockwise', () => {
    const centre = (code: number): FlowDirections => raster([[1, 1, 1], [1, code, 1], [1, 1, 1]]); // prettier-ignore
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(code => drainsInto(centre(code), 4))).toEqual([1, 2, 5, 8, 7, 6, 3, 0]);
  });

  it('ends at the border and at inactive cells', () => {
    expect(drainsInto(raster([[1, 3, 0]]), 0)).toBe(-1);
    expect(drainsInto(raster([[1, 3, 0]]), 1)).toBe(-1);
    expect(drainsInto(raster([[1, 3, 9]]), 1)).toBe(-1);
  });
});

describe('findLoop', () => {
  it('names two cells that face each other', () => {
    expect(findLoop(raster([[3, 3, 7, 7]]))).toEqual([
      { row: 0, column: 1 },
      { row: 0, column: 2 },
    ]);
  });

  it('names a longer circle and only its own cells', () => {
    const loop = findLoop(raster([[3, 3, 5], [1, 1, 7], [1, 0, 0]])); // prettier-ignore
    expect(loop).toHaveLength(4);
    expect(loop).not.toContainEqual({ row: 2, column: 0 });
  });

  it('lists every loop once', () => {
    expect(
      findLoops(
        raster([
          [3, 7, 0, 5],
          [0, 3, 3, 1],
        ]),
      ),
    ).toEqual([
      // prettier-ignore
      [{ row: 0, column: 0 }, { row: 0, column: 1 }], // prettier-ignore
      [{ row: 0, column: 3 }, { row: 1, column: 3 }], // prettier-ignore
    ]);
  });

  it('agrees with following the water, on any raster', () => {
    fc.assert(
      fc.property(anyRaster, directions => {
        const loop = findLoop(directions);
        expect(loop.length > 0).toBe(hasLoop(directions));
        loop.forEach(({ row, column }, k) => {
          const next = loop[(k + 1) % loop.length]!;
          expect(drainsInto(directions, row * directions.columns + column)).toBe(next.row * directions.columns + next.column);
        });
      }),
    );
  });
});

describe('findSinks', () => {
  it('names a cell without a direction that is drained into and surrounded, not the sea and not a hole beside the water', () => {
    expect(findSinks(raster([[3, 5, 7], [3, 0, 7], [3, 1, 7]]))).toEqual([{ row: 1, column: 1 }]); // prettier-ignore
    expect(findSinks(raster([[3, 5, 7], [3, 0, 0], [3, 1, 7]]))).toEqual([]); // prettier-ignore
    expect(findSinks(raster([[1, 1, 1], [7, 0, 3], [5, 5, 5]]))).toEqual([]); // prettier-ignore
  });
});

describe('buildMesh', () => {
  it('refuses a circle with the cells that make it', () => {
    expect(() => buildMesh(raster([[3, 3, 7, 7]]), GEOMETRY)).toThrow(/circle: \(row 0, column 1\) → \(row 0, column 2\)/);
  });

  it('refuses a raster without an active cell', () => {
    expect(() => buildMesh(raster([[0, 9]]), GEOMETRY)).toThrow(/no active cell/);
  });

  it('takes degrees for degrees', () => {
    const mesh = buildMesh(raster([[5], [5]]), { epsg: 4326, xMin: 4, yMax: 60, xResolution: 0.01, yResolution: 0.01 });
    expect(mesh.lengthM[0]).toBeCloseTo(0.01 * 111_199 * Math.cos((59.995 * Math.PI) / 180), 6);
    expect(mesh.areaM2[0]! / mesh.lengthM[0]!).toBeCloseTo(1111.99, 6);
  });

  it('orders any raster upstream first, with contiguous levels, and loses no area', () => {
    fc.assert(
      fc.property(anyRaster, directions => {
        fc.pre(findLoop(directions).length === 0 && directions.codes.some((_, position) => isActive(directions, position)));
        const mesh = buildMesh(directions, GEOMETRY);
        const highest = new Int32Array(mesh.cellCount).fill(-1);
        let leaving = 0;
        for (let cell = 0; cell < mesh.cellCount; cell++) {
          const below = mesh.downstream[cell]!;
          expect(mesh.level[cell]).toBe(highest[cell]! + 1);
          if (cell > 0) expect(mesh.level[cell]!).toBeGreaterThanOrEqual(mesh.level[cell - 1]!);
          if (below === -1) leaving += mesh.upstreamAreaM2[cell]!;
          else {
            expect(below).toBeGreaterThan(cell);
            highest[below] = Math.max(highest[below]!, mesh.level[cell]!);
          }
        }
        expect(leaving).toBeCloseTo(mesh.cellCount * 1e6, 3);
      }),
    );
  });
});
