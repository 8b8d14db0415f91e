import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeArrayBuffer } from 'geotiff';
import { readGeoTiff, valueAt, writeGeoTiff } from './raster.js';

const GEOMETRY = { epsg: 2154, xMin: 813_000, yMax: 6_478_000, xResolution: 1000, yResolution: 500 };

describe('GeoTIFF', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-raster-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('gives back geometry, values and no-data', async () => {
    const path = join(folder, 'a.tif');
    await writeGeoTiff(path, { values: Float32Array.of(1, 2.5, -9999, 4, 5, 6), rows: 2, columns: 3, noData: -9999 }, GEOMETRY);
    const raster = await readGeoTiff(path);
    expect(raster).toMatchObject({ ...GEOMETRY, rows: 2, columns: 3 });
    expect([...raster.values]).toEqual([1, 2.5, NaN, 4, 5, 6]);
  });

  it('finds the cell of a point, its north and west borders inside', async () => {
    const path = join(folder, 'b.tif');
    await writeGeoTiff(path, { values: Uint8Array.of(1, 2, 3, 4, 5, 6), rows: 2, columns: 3, noData: 0 }, GEOMETRY);
    const raster = await readGeoTiff(path);
    expect(valueAt(raster, 813_000, 6_478_000)).toBe(1);
    expect(valueAt(raster, 815_999, 6_477_001)).toBe(6);
    for (const [x, y] of [
      [812_999, 6_477_500],
      [816_000, 6_477_500],
      [814_000, 6_478_001],
      [814_000, 6_477_000],
    ] as const) {
      // prettier-ignore
      expect(valueAt(raster, x, y)).toBeNaN();
    }
  });

  it('moves the origin of a point raster from the centre of its first cell to the corner', async () => {
    const path = join(folder, 'c.tif');
    const bytes = writeArrayBuffer(Float32Array.of(1, 2), {
      width: 2,
      height: 1,
      ModelPixelScale: [1000, 500, 0],
      ModelTiepoint: [0, 0, 0, 813_500, 6_477_750, 0],
      GTModelTypeGeoKey: 1,
      GTRasterTypeGeoKey: 2,
      ProjectedCSTypeGeoKey: 2154,
    });
    await writeFile(path, new Uint8Array(bytes));
    expect(await readGeoTiff(path)).toMatchObject(GEOMETRY);
  });

  const write = async (name: string, tags: Record<string, unknown>): Promise<string> => {
    const path = join(folder, name);
    const bytes = writeArrayBuffer(Float32Array.of(1, 2, 3, 4), {
      width: 2,
      height: 2,
      GTModelTypeGeoKey: 1,
      GTRasterTypeGeoKey: 1,
      ProjectedCSTypeGeoKey: 2154,
      ...tags,
    });
    await writeFile(path, new Uint8Array(bytes));
    return path;
  };
  const tie = { ModelTiepoint: [0, 0, 0, 813_000, 6_478_000, 0] };

  it.each<readonly [string, Record<string, unknown>, RegExp]>([
    ['south.tif', { ...tie, ModelPixelScale: [1000, -500, 0] }, /run from south to north/],
    ['feet.tif', { ...tie, ModelPixelScale: [1000, 500, 0], ProjLinearUnitsGeoKey: 9002 }, /not in metres \(unit code 9002\)/],
  ])('refuses %s with the remedy', async (name, tags, message) => {
    const path = await write(name, tags);
    await expect(readGeoTiff(path)).rejects.toMatchObject({ code: 'FILE_UNREADABLE', message: expect.stringMatching(message) as unknown });
  });

  it('takes a tie point at any cell', async () => {
    const path = await write('tied.tif', { ModelTiepoint: [1, 1, 0, 814_000, 6_477_500, 0], ModelPixelScale: [1000, 500, 0] });
    expect(await readGeoTiff(path)).toMatchObject(GEOMETRY);
  });
});
