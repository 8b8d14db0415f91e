import { describe, expect, it } from '@jest/globals';
import { projectionOf } from '#config';
import { makeRemapping, remap } from '#forcing';
import { epochMs, type Mesh } from '#hydrology';
import { MARSHALL_PALMER, decodeRainFile } from '#observation';
import {
  COMPOSITE_TO,
  EUROPE,
  MIDDLE_OF_FRANCE,
  encodeComposite,
  rainOverEurope,
  volumeOfComposite,
  volumeOnMesh,
} from '../../../../test/setup/european-composite.js';

const LAMBERT93 = projectionOf(2154).definition;

/** 500 km a side around the middle of France, every cell of 1 km; only where it lies matters here. */
function makeSquare(): Mesh {
  const [rows, columns] = [500, 500];
  const cellCount = rows * columns;
  return {
    ...{ rows, columns, cellCount, xMin: 410_000, yMax: 6_860_000, xResolution: 1000, yResolution: 1000 },
    row: Int32Array.from({ length: cellCount }, (_, k) => Math.floor(k / columns)),
    column: Int32Array.from({ length: cellCount }, (_, k) => k % columns),
  } as Partial<Mesh> as Mesh;
}

describe('a European composite', () => {
  it('is decoded to the depths it was written of, and brought onto 1 km with the volume of its showers', async () => {
    const depths = rainOverEurope(40, MIDDLE_OF_FRANCE, 7);
    const { rasters, rejects } = await decodeRainFile(await encodeComposite(depths), {
      ...{ name: 'composite.h5', receivedAt: epochMs(COMPOSITE_TO + 60_000), reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1 },
      ...{ polarCellM: 1000, definitionOf: () => undefined },
    });
    expect(rejects).toEqual([]);
    const [raster] = rasters;
    expect(raster!.grid).toMatchObject({ rows: 2200, columns: 1900, xResolution: 2000, yResolution: 2000 });
    expect(Math.abs(raster!.grid.xMin - EUROPE.xMin)).toBeLessThan(1);
    let [worst, differently] = [0, 0];
    raster!.depths.forEach((depth, k) => {
      const written = depths[k]!;
      if ((depth === depth) !== (written === written))
        differently++; // NaN
      else if (depth - written > worst || written - depth > worst) worst = depth > written ? depth - written : written - depth;
    });
    expect(differently).toBe(0);
    expect(worst).toBeLessThan(1e-4);
    const mesh = makeSquare();
    const onMesh = remap(makeRemapping(raster!.grid, mesh, LAMBERT93), raster!.depths);
    const [before, after] = [volumeOfComposite(depths), volumeOnMesh(onMesh, mesh, LAMBERT93)];
    expect(before).toBeGreaterThan(1e8); // m³
    expect(Math.abs(after - before) / before).toBeLessThan(0.005);
  }, 30_000);
});
