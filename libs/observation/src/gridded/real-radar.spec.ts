import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import proj4 from 'proj4';
import { MINUTE_MS, parseIso } from '#hydrology';
import { decodeRainFile } from './decode-rain-file.js';
import type { RainRaster, RainReading } from './rain-raster.js';
import { reading } from './test-rain-files.js';

// dist/libs/observation/src/gridded → the folder beside the repository
const FOLDER = fileURLToPath(new URL('../../../../../../shared/data/radar/', import.meta.url));
const described = existsSync(FOLDER) ? describe : describe.skip;
if (!existsSync(FOLDER)) process.stderr.write(`skipped: real radar files, ${FOLDER} is not there\n`);

const decodeOne = async (name: string, receivedAt: string, changes: Partial<RainReading> = {}): Promise<RainRaster> => {
  const decoded = await decodeRainFile(readFileSync(FOLDER + name), reading({ name, receivedAt: parseIso(receivedAt), ...changes }));
  expect(decoded.rejects).toEqual([]);
  expect(decoded.rasters).toHaveLength(1);
  return decoded.rasters[0]!;
};
const count = (values: Float32Array, test: (value: number) => boolean) => values.filter(test).length;

described('real radar files', () => {
  it('reads the Belgian hourly accumulation: grid at the dataset, no Conventions, gain, offset nor nodata', async () => {
    const raster = await decodeOne('belgium.comp.hdf', '2019-06-06T00:10Z');
    expect(raster).toMatchObject({ from: parseIso('2019-06-05T23:00Z'), to: parseIso('2019-06-06T00:00Z'), product: 'H5rad 2.2 ACRR' });
    expect(raster.grid).toMatchObject({ xMin: 300_000, yMax: 1_000_000, xResolution: 1000, yResolution: 1000, rows: 700, columns: 700 });
    // counted in the file's own numbers
    expect(count(raster.depths, Number.isNaN)).toBe(134_374);
    expect(count(raster.depths, value => value === 0)).toBe(82_720);
    expect(raster.depths.reduce((highest, depth) => (depth > highest ? depth : highest), 0)).toBeCloseTo(23.0155, 4);
    const corner = proj4(raster.grid.definition).inverse([300_000, 300_000]);
    expect(corner[0]).toBeCloseTo(-0.2666974, 6);
    expect(corner[1]).toBeCloseTo(47.4167912, 6);
  });

  it('brings a scan of Météo-France (V2_3) onto a grid around Avesnes, undetect dry and nodata missing', async () => {
    const name = 'T_PAZA63_C_LFPW_20230420065041.h5';
    const raster = await decodeOne(name, '2023-04-20T06:55Z', { durationMs: 5 * MINUTE_MS });
    expect(raster.to - raster.from).toBe(5 * MINUTE_MS);
    expect(raster.product).toBe('ODIM_H5/V2_3 DBZH at 8°');
    expect(raster.grid).toMatchObject({ definition: '+proj=aeqd +lat_0=50.12832 +lon_0=3.81181 +ellps=WGS84 +units=m', xMin: -253_000 });
    // by the areas of its bins, .2345 of the square is not marked nodata (255): the top of the weather lies below the far beam
    const seen = raster.depths.length - count(raster.depths, Number.isNaN);
    expect(seen / raster.depths.length).toBeCloseTo(0.2345, 2);
    expect(raster.depths[0]).toBeNaN();
    expect(count(raster.depths, depth => depth > 0)).toBe(0); // its strongest echo is 2 dBZ
  });

  it('takes the lowest sweep of the Belgian volume (V2_0), .3°', async () => {
    const raster = await decodeOne('behel.pvol.hdf', '2019-06-06T00:10Z', { durationMs: 5 * MINUTE_MS });
    expect(raster.product).toBe('ODIM_H5/V2_0 DBZH at 0.3°');
    expect(raster.to).toBe(parseIso('2019-06-06T00:04:28Z'));
    expect(raster.grid.columns).toBe(400);
  });

  it('refuses a scan that does not say how long it stands for, by name', async () => {
    const name = 'T_PAZA63_C_LFPW_20230420065041.h5';
    const early = await decodeRainFile(readFileSync(FOLDER + name), reading({ name, receivedAt: parseIso('2023-04-20T05:00Z') }));
    expect(early.rejects).toEqual([expect.objectContaining({ code: 'TIME_IMPLAUSIBLE' })]);
    const half = await decodeRainFile(readFileSync(FOLDER + name).subarray(0, 20_000), reading({ name }));
    expect(half.rejects).toEqual([expect.objectContaining({ code: 'FILE_UNREADABLE' })]);
    expect(half.rejects[0]!.message).toBe(`${name} is not a readable HDF5 file: it is damaged, cut short or of another format`);
  });
});
