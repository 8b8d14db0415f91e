import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildMesh, catchmentOf, cropDirections, delineate, drainedAreas, drainsInto, findLoop, isActive, splitIntoBasins, type FlowDirections } from './index.js'; // prettier-ignore

const GEOMETRY = { epsg: 2154, xMin: 1000, yMax: 9000, xResolution: 1000, yResolution: 1000 };

const raster = (rows: readonly (readonly number[])[]): FlowDirections => ({
  rows: rows.length,
  columns: rows[0]!.length,
  codes: Uint8Array.from(rows.flat()),
});

/** Two rivers side by side: the row in the middle drains 5 cells to the east, the lowest one 3. */
const RIVERS = raster([[4, 5, 0], [3, 3, 3], [3, 3, 3]]); // prettier-ignore

const gauge = (x: number, y: number, km2: number) => ({ id: 'G', x, y, areaM2: km2 * 1e6 });

describe('delineate', () => {
  const drained = drainedAreas(RIVERS, GEOMETRY);

  it('moves to the neighbouring cell whose area fits best, no farther than allowed', () => {
    expect(delineate(gauge(3500, 6500, 5.2), drained, { maxDistance: 1 })).toMatchObject({ row: 1, column: 2, moved: 1, areaM2: 5e6 });
    expect(delineate(gauge(3500, 6500, 5.2), drained, { maxDistance: 0 })).toMatchObject({ row: 2, column: 2, moved: 0, areaM2: 3e6 });
    expect(delineate(gauge(3500, 6500, 5.2), drained, { maxDistance: 1 }).relativeDifference).toBeCloseTo(-0.2 / 5.2, 12);
  });

  it('stays where two cells do alike', () => {
    expect(delineate(gauge(1500, 6500, 1), drained, { maxDistance: 2 })).toMatchObject({ row: 2, column: 0, moved: 0 });
  });

  it('refuses a gauge outside of the raster, with its extent', () => {
    expect(() => delineate(gauge(45.2, 4.8, 5), drained, { maxDistance: 1 })).toThrow(
      'gauge G at x 45.2, y 4.8 lies outside of the raster (x 1000 to 4000, y 6000 to 9000, EPSG:2154); give its point in that projection',
    );
  });

  it('refuses a gauge without a cell near it', () => {
    const far = drainedAreas(raster([[0, 0, 0, 3]]), GEOMETRY);
    expect(() => delineate(gauge(1500, 8500, 1), far, { maxDistance: 1 })).toThrow(
      /\(row 0, column 0\) has no cell with a flow direction within 1/,
    );
  });

  it('names the loop on which a gauge lies, and does not mind one elsewhere', () => {
    const looped = drainedAreas(raster([[3, 5, 0, 3], [1, 7, 0, 0]]), GEOMETRY); // prettier-ignore
    expect(() => delineate(gauge(1500, 8500, 1), looped, { maxDistance: 1 })).toThrow(
      'lies on a circle of flow directions: (row 0, column 0) → (row 0, column 1) → (row 1, column 1) → (row 1, column 0), the first at x 1500, y 8500',
    );
    expect(delineate(gauge(4500, 8500, 1), looped, { maxDistance: 0 })).toMatchObject({ areaM2: 1e6 });
  });

  it('refuses an area that differs too much, with both and the remedy', () => {
    expect(() => delineate(gauge(3500, 6500, 50), drained, { maxDistance: 1, largestDifference: 0.3 })).toThrow(
      /gauge G drains 50.0 km² but the best cell within 1 of it, \(row 1, column 2\), 5.0 km²: -90.0 % off where 30 % are allowed/,
    );
  });

  it('measures areas of a geographic grid at the latitude of each row', () => {
    const degrees = { epsg: 4326, xMin: 4, yMax: 60, xResolution: 0.01, yResolution: 0.01 };
    const { areaM2 } = drainedAreas(raster([[5], [5]]), degrees);
    const dy = 0.01 * 111_199;
    const dx = (latitude: number): number => dy * Math.cos((latitude * Math.PI) / 180);
    expect(areaM2[1]).toBeCloseTo(dy * (dx(59.995) + dx(59.985)), 3);
  });
});

const anyRaster = fc
  .integer({ min: 1, max: 12 })
  .chain(rows =>
    fc
      .integer({ min: 1, max: 12 })
      .chain(columns =>
        fc
          .array(fc.integer({ min: 0, max: 8 }), { minLength: rows * columns, maxLength: rows * columns })
          .map((codes): FlowDirections => ({ rows, columns, codes: Uint8Array.from(codes) })),
      ),
  );

describe('catchments and basins of any raster', () => {
  it('a catchment is every cell whose water passes the outlet, loops or not', () => {
    fc.assert(
      fc.property(anyRaster, fc.nat(), (directions, pick) => {
        const drained = drainedAreas(directions, GEOMETRY);
        fc.pre(drained.positions.length > 0);
        const outlet = drained.positions[pick % drained.positions.length]!;
        const inside = catchmentOf(drained, [{ row: Math.floor(outlet / directions.columns), column: outlet % directions.columns }]);
        let cells = 0;
        inside.forEach((marked, origin) => {
          let [position, links] = [isActive(directions, origin) ? origin : -1, 0];
          while (position !== -1 && position !== outlet && links++ < inside.length) position = drainsInto(directions, position);
          expect(marked === 1).toBe(position === outlet);
          cells += marked;
        });
        expect(drained.areaM2[outlet]).toBe(cells * 1e6);
        const cropped = cropDirections(directions, GEOMETRY, inside);
        const mesh = buildMesh(cropped.directions, cropped.geometry);
        expect([mesh.cellCount, mesh.upstreamAreaM2[mesh.cellCount - 1]]).toEqual([cells, cells * 1e6]);
      }),
    );
  });

  it('every cell is in one basin, the largest first, each with its outlet last', () => {
    fc.assert(
      fc.property(anyRaster, directions => {
        fc.pre(findLoop(directions).length === 0 && directions.codes.some(code => code > 0));
        const mesh = buildMesh(directions, GEOMETRY);
        const basins = splitIntoBasins(mesh);
        expect(basins.flatMap(({ cells }) => [...cells]).sort((a, b) => a - b)).toEqual([...Array(mesh.cellCount).keys()]);
        basins.forEach(({ outlet, cells }, k) => {
          expect([cells.at(-1), mesh.downstream[outlet], mesh.upstreamAreaM2[outlet]]).toEqual([outlet, -1, cells.length * 1e6]);
          expect([...cells].every(cell => cell === outlet || cells.includes(mesh.downstream[cell]!))).toBe(true);
          if (k > 0) expect(cells.length).toBeLessThanOrEqual(basins[k - 1]!.cells.length);
        });
      }),
    );
  });

  it('a river of a million cells needs no stack', () => {
    const directions = { rows: 1, columns: 1_000_000, codes: new Uint8Array(1_000_000).fill(3) };
    expect(drainedAreas(directions, GEOMETRY).areaM2.at(-1)).toBe(1e12);
  });
});
