import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import proj4 from 'proj4';
import type { Mesh, PlacedGrid } from '#hydrology';
import { makeRemapping, remap } from './reproject.js';

const LAMBERT93 =
  '+proj=lcc +lat_1=49 +lat_2=44 +lat_0=46.5 +lon_0=3 +x_0=700000 +y_0=6600000 +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs';
const OPERA = '+proj=laea +lat_0=55.0 +lon_0=10.0 +x_0=1950000.0 +y_0=-2100000.0 +units=m +ellps=WGS84';
const LONGLAT = '+proj=longlat +datum=WGS84 +no_defs';

/** Every cell of a raster as a mesh; only where it lies matters here. */
function meshOf(raster: Pick<Mesh, 'xMin' | 'yMax' | 'xResolution' | 'yResolution' | 'rows' | 'columns'>): Mesh {
  const cellCount = raster.rows * raster.columns;
  const row = Int32Array.from({ length: cellCount }, (_, k) => Math.floor(k / raster.columns));
  const column = Int32Array.from({ length: cellCount }, (_, k) => k % raster.columns);
  const none = {
    downstream: new Int32Array(0),
    level: new Int32Array(0),
    areaM2: new Float64Array(0),
    upstreamAreaM2: new Float64Array(0),
  };
  return { ...raster, epsg: 2154, cellCount, row, column, ...none, lengthM: new Float64Array(0) };
}

const CANCE = meshOf({ xMin: 810_000, yMax: 6_480_000, xResolution: 1000, yResolution: 1000, rows: 40, columns: 50 });

/** A grid in `definition` that covers the mesh and a margin. */
function gridOver(mesh: Mesh, definition: string, cell: number): PlacedGrid {
  const forward = proj4(LAMBERT93, definition).forward;
  const corners = [0, 1, 2, 3].map(k =>
    forward([mesh.xMin + (k % 2) * mesh.columns * mesh.xResolution, mesh.yMax - (k >> 1) * mesh.rows * mesh.yResolution]),
  );
  const [west, east] = [Math.min(...corners.map(c => c[0]!)), Math.max(...corners.map(c => c[0]!))];
  const [south, north] = [Math.min(...corners.map(c => c[1]!)), Math.max(...corners.map(c => c[1]!))];
  const margin = 10;
  const size = { rows: Math.ceil((north - south) / cell) + 2 * margin, columns: Math.ceil((east - west) / cell) + 2 * margin };
  return { definition, xMin: west - margin * cell, yMax: north + margin * cell, xResolution: cell, yResolution: cell, ...size };
}

/** True area of each cell of a grid, km², from its corners on the sphere. */
function areasOf(
  grid: Pick<PlacedGrid, 'xMin' | 'yMax' | 'xResolution' | 'yResolution' | 'rows' | 'columns'>,
  definition: string,
): Float64Array {
  const inverse = proj4(definition, LONGLAT).forward;
  return Float64Array.from({ length: grid.rows * grid.columns }, (_, k) => {
    const [row, column] = [Math.floor(k / grid.columns), k % grid.columns];
    const at = (r: number, c: number) => {
      const [longitude, latitude] = inverse([grid.xMin + (column + c) * grid.xResolution, grid.yMax - (row + r) * grid.yResolution]);
      const scale = Math.cos((latitude * Math.PI) / 180);
      return { x: longitude * 111.195, y: latitude * 111.195, scale };
    };
    const [a, b, c, d] = [at(0, 0), at(0, 1), at(1, 1), at(1, 0)];
    const twice = (c.x - a.x) * (d.y - b.y) - (d.x - b.x) * (c.y - a.y);
    return (Math.abs(twice) / 2) * ((a.scale + c.scale) / 2);
  });
}

describe('reprojection', () => {
  it.each([
    ['a European composite of 2 km', OPERA, 2000],
    ['a national one of 500 m', OPERA, 500],
    ['longitude and latitude of .01°', LONGLAT, 0.01],
    ['longitude and latitude of .1°', LONGLAT, 0.1],
  ])(
    'conserves the volume of any rain over the basin, from %s',
    (_, definition, cell) => {
      const grid = gridOver(CANCE, definition, cell);
      const remapping = makeRemapping(grid, CANCE, LAMBERT93);
      const areas = areasOf(grid, definition);
      const target = areasOf(CANCE, LAMBERT93);
      // how much of each source cell lies over the basin, from the other side: points of the basin that fall into it
      const covered = new Float64Array(areas.length);
      const points = 10;
      const forward = proj4(LAMBERT93, definition).forward;
      for (let k = 0; k < CANCE.cellCount * points * points; k++) {
        const [c, p] = [Math.floor(k / points ** 2), k % points ** 2];
        const x = CANCE.xMin + (CANCE.column[c]! + ((p % points) + 0.5) / points) * 1000;
        const y = CANCE.yMax - (CANCE.row[c]! + (Math.floor(p / points) + 0.5) / points) * 1000;
        const [sx, sy] = forward([x, y]);
        covered[Math.floor((grid.yMax - sy) / cell) * grid.columns + Math.floor((sx - grid.xMin) / cell)]! += target[c]! / points ** 2;
      }
      const seeds = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
        minLength: 12,
        maxLength: 40,
      });
      fc.assert(
        fc.property(seeds, showers => {
          const depths = new Float32Array(areas.length);
          for (const [u, v] of showers) {
            const [row, column] = [Math.floor(u * (grid.rows - 1)), Math.floor(v * (grid.columns - 1))];
            for (let r = -3; r <= 3; r++)
              for (let c = -3; c <= 3; c++) depths[(row + r) * grid.columns + column + c]! += 20 / (1 + r * r + c * c);
          }
          const expected = depths.reduce((sum, depth, k) => sum + depth * covered[k]!, 0);
          const got = remap(remapping, depths).reduce((sum, depth, k) => sum + depth * target[k]!, 0);
          expect(Math.abs(got - expected)).toBeLessThanOrEqual(0.005 * expected + 0.05);
        }),
        { numRuns: 30 },
      );
    },
    60_000,
  );

  it('conserves it exactly on a grid turned and shifted in the same plane', () => {
    const grid: PlacedGrid = {
      definition: LAMBERT93,
      xMin: 803_141,
      yMax: 6_489_265,
      xResolution: 1700,
      yResolution: 1300,
      rows: 50,
      columns: 50,
    };
    const remapping = makeRemapping(grid, CANCE, LAMBERT93);
    const covered = new Float64Array(2500);
    remapping.index.forEach((cell, k) => {
      covered[cell]! += remapping.weight[k]! * 1e6;
    });
    // a source cell in the middle is handed out whole
    const inside = Array.from({ length: 2500 }, (_, k) => k).filter(k => {
      const [row, column] = [Math.floor(k / 50), k % 50];
      const [x, y] = [grid.xMin + column * 1700, grid.yMax - row * 1300];
      return x > 810_000 && x + 1700 < 860_000 && y < 6_480_000 && y - 1300 > 6_440_000;
    });
    expect(inside.length).toBeGreaterThan(700);
    for (const cell of inside) expect(covered[cell]).toBeCloseTo(1700 * 1300, 0);
  });

  it('leaves a constant constant, what is outside missing, and takes a hole only where most of a cell is in it', () => {
    const grid = gridOver(CANCE, OPERA, 2000);
    const remapping = makeRemapping(grid, CANCE, LAMBERT93);
    const depths = new Float32Array(grid.rows * grid.columns).fill(7);
    expect(remap(remapping, depths).every(depth => Math.abs(depth - 7) < 1e-5)).toBe(true);
    depths.fill(NaN, 0, depths.length / 2);
    const half = remap(remapping, depths);
    expect(half.some(Number.isNaN)).toBe(true);
    expect(half.every(depth => Number.isNaN(depth) || Math.abs(depth - 7) < 1e-5)).toBe(true);
    const elsewhere = makeRemapping({ ...grid, xMin: grid.xMin + 1e6 }, CANCE, LAMBERT93);
    expect(remap(elsewhere, depths.fill(1)).every(Number.isNaN)).toBe(true);
  });

  it('names a projection that nobody knows', () => {
    const grid = gridOver(CANCE, OPERA, 2000);
    expect(() => makeRemapping({ ...grid, definition: '+proj=nonsense' }, CANCE, LAMBERT93)).toThrow(/no way is known from the projection/);
  });
});
