import { randomFillSync } from 'node:crypto';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { writeArrayBuffer } from 'geotiff';
import { HOUR_MS, parseIso } from '#hydrology';
import { decodeRainFile } from './decode-rain-file.js';
import type { RainReading } from './rain-raster.js';
import { rainRateOf, MARSHALL_PALMER } from './reflectivity.js';
import { makeCfRain, makeKnmi, makeOdim, reading } from './test-rain-files.js';

const NAN = Number.NaN;
const QUARTER = { from: parseIso('2024-10-17T12:00Z'), to: parseIso('2024-10-17T12:15Z') };

const decode = async (bytes: Uint8Array | Promise<Uint8Array>, changes: Partial<RainReading> = {}) =>
  decodeRainFile(await bytes, reading(changes));
const depthsOf = async (bytes: Uint8Array | Promise<Uint8Array>, changes: Partial<RainReading> = {}) => {
  const { rasters, rejects } = await decode(bytes, changes);
  expect(rejects).toEqual([]);
  return Array.from(rasters[0]!.depths, depth => Math.round(depth * 1e4) / 1e4);
};
const codesOf = async (bytes: Uint8Array | Promise<Uint8Array>, changes: Partial<RainReading> = {}) =>
  (await decode(bytes, changes)).rejects.map(({ code }) => code);

describe('ODIM composites', () => {
  const bytes = Uint8Array.of(0, 255, 10, 200);
  const acrr = { quantity: 'ACRR', gain: 0.1, offset: 0, nodata: 255, undetect: 0 };

  it('tell dry from unseen', async () => {
    expect(await depthsOf(makeOdim({ data: bytes, shape: [2, 2], what: acrr }))).toEqual([0, NAN, 1, 20]);
  });

  it.each(['ODIM_H5/V2_0', 'ODIM_H5/V2_1', 'ODIM_H5/V2_2', 'ODIM_H5/V2_3', 'ODIM_H5/V2_4'])('of %s are read', async conventions => {
    const { rasters } = await decode(makeOdim({ data: bytes, shape: [2, 2], what: acrr, conventions }));
    expect(rasters[0]).toMatchObject({ ...QUARTER, product: `${conventions} ACRR` });
    expect(rasters[0]!.grid).toMatchObject({ xResolution: 2000, rows: 2, columns: 2 });
    expect(rasters[0]!.grid.xMin).toBeCloseTo(0, 2);
  });

  it('as OPERA V2_0 wrote them: rates as float64, what only at the dataset', async () => {
    const what = { quantity: 'RATE', gain: 1, offset: 0, nodata: -9_999_000, undetect: -8_888_000 };
    const data = Float64Array.of(4, -9_999_000, -8_888_000, 0.4);
    expect(await depthsOf(makeOdim({ data, shape: [2, 2], what, atDataset: true }))).toEqual([1, NAN, 0, 0.1]);
  });

  it('of reflectivity become rain by a configurable Z-R', async () => {
    const what = { quantity: 'DBZH', gain: 0.5, offset: -32, nodata: 255, undetect: 0 };
    const data = Uint8Array.of(0, 255, 144, 254); // undetect, nodata, 40 dBZ, 95 dBZ
    const file = await makeOdim({ data, shape: [2, 2], what });
    const hail = rainRateOf(53, MARSHALL_PALMER) / 4;
    expect(rainRateOf(40, MARSHALL_PALMER)).toBeCloseTo(11.53, 2);
    expect(await depthsOf(file)).toEqual([0, NAN, 2.8827, Math.round(hail * 1e4) / 1e4]);
    const [, , convective] = await depthsOf(file, { reflectivity: { a: 300, b: 1.4, floorDbz: 7, capDbz: 53 } });
    expect(convective).toBeCloseTo((10_000 / 300) ** (1 / 1.4) / 4, 3);
  });

  it('leave out cells of poor quality when asked', async () => {
    const file = await makeOdim({ data: bytes, shape: [2, 2], what: acrr, quality: Uint8Array.of(255, 255, 51, 255) });
    expect(await depthsOf(file)).toEqual([0, NAN, 1, 20]);
    expect(await depthsOf(file, { minimumQuality: 0.5 })).toEqual([0, NAN, NAN, 20]);
  });

  it('are found at LL, and refused where corners and cell size disagree', async () => {
    const [longitude, latitude] = [-39.5, 66.9];
    const { rasters } = await decode(makeOdim({ data: bytes, shape: [2, 2], what: acrr, where: { LL_lon: longitude, LL_lat: latitude } }));
    expect(rasters[0]!.grid.yMax).toBeGreaterThan(-20_000);
    const where = { LL_lon: longitude, LL_lat: latitude, UR_lon: 10, UR_lat: 55 };
    expect(await codesOf(makeOdim({ data: bytes, shape: [2, 2], what: acrr, where }))).toEqual(['GRID_IMPLAUSIBLE']);
  });

  it('name impossible depths and keep the rest', async () => {
    const data = Float32Array.of(1, -3, 1e38, NAN);
    const { rasters, rejects } = await decode(makeOdim({ data, shape: [2, 2], what: { quantity: 'ACRR' } }));
    expect(Array.from(rasters[0]!.depths)).toEqual([1, NAN, NAN, NAN]);
    expect(rejects.map(({ message }) => message)).toEqual([
      'the file 1 of 4 cells are negative; they count as missing',
      'the file 1 of 4 cells are above 300 mm; they count as missing',
    ]);
  });

  it('are refused by name', async () => {
    const shape = [2, 2] as const;
    const file = (what: Record<string, string | number>, more: object = {}) => makeOdim({ data: bytes, shape, what, ...more });
    expect(await codesOf(file({ quantity: 'ACRR' }))).toEqual(['FIELD_MISSING']); // whole numbers without a gain
    expect(await codesOf(file({ quantity: 'VRADH', gain: 1, offset: 0 }))).toEqual(['QUANTITY_UNKNOWN']);
    expect(await codesOf(file({ ...acrr, gain: Number.NaN }))).toEqual(['GRID_IMPLAUSIBLE']);
    expect(await codesOf(file(acrr, { where: { xsize: 1e9, ysize: 1e9, UL_lon: 0, UL_lat: 50 } }))).toEqual(['GRID_IMPLAUSIBLE']);
    expect(await codesOf(file(acrr, { where: { xsize: 3, UL_lon: 0, UL_lat: 50 } }))).toEqual(['GRID_IMPLAUSIBLE']);
    expect(await codesOf(file(acrr, { where: { projdef: '+proj=nonsense', UL_lon: 0, UL_lat: 50 } }))).toEqual(['PROJECTION_UNUSABLE']);
    expect(await codesOf(file(acrr, { where: {} }))).toEqual(['FIELD_MISSING']);
    expect(await codesOf(file(acrr), { receivedAt: parseIso('2024-01-01') })).toEqual(['TIME_IMPLAUSIBLE']);
    for (const [startdate, enddate] of [['19700101', '19700101'] as const, ['20990101', '20990101'] as const]) {
      const early = { ...acrr, startdate, starttime: '000000', enddate, endtime: '001500' };
      expect(await codesOf(file(early, { atDataset: true }))).toEqual(['TIME_IMPLAUSIBLE']);
    }
  });
});

describe('other formats of gridded rain', () => {
  it('KNMI HDF5: formula, pixels outside of the image, kilometres', async () => {
    const file = makeKnmi(Uint16Array.of(0, 65_535, 100, 250), [2, 2]);
    const { rasters, rejects } = await decode(file);
    expect(rejects).toEqual([]);
    expect(Array.from(rasters[0]!.depths)).toEqual([NAN, NAN, 1, 2.5]);
    expect(rasters[0]).toMatchObject({ to: parseIso('2024-10-17T12:05Z'), grid: { xMin: 0, yMax: -3649.982, xResolution: 1 } });
  });

  it('RADOLAN: twelve bits, flags, rows from south to north', async () => {
    const cells = new Uint16Array(900 * 900);
    [cells[0], cells[1], cells[2], cells[899 * 900]] = [15, 0x29c4, 0x8000 | 40, 7];
    const header = 'RW171150100001024BY1620130VS 3SW   2.28.1PR E-01INT  60GP 900x 900MF 00000001MS 20<boo,ros,emd,han>\x03';
    const file = new Uint8Array([...Buffer.from(header, 'latin1'), ...new Uint8Array(cells.buffer)]);
    const { rasters, rejects } = await decode(gzipSync(file));
    expect(rejects).toEqual([]);
    const { depths, grid, from, to } = rasters[0]!;
    expect([from, to]).toEqual([parseIso('2024-10-17T10:50Z'), parseIso('2024-10-17T11:50Z')]);
    expect(Array.from(depths.subarray(899 * 900, 899 * 900 + 4))).toEqual([1.5, NAN, NAN, 0]);
    expect(depths[0]).toBeCloseTo(0.7, 6);
    expect(grid).toMatchObject({ rows: 900, columns: 900 });
    expect(grid.xMin).toBeCloseTo(-523_462.17, 1);
    expect(grid.yMax - 900_000).toBeCloseTo(-4_658_644.72, 1);
    expect(await codesOf(file.subarray(0, 1_000_000))).toEqual(['FILE_UNREADABLE']);
    expect(await codesOf(new Uint8Array([...Buffer.from(header.replace(' 900x 900', '9000x9000'), 'latin1')]))).toEqual([
      'GRID_IMPLAUSIBLE',
    ]);
  });

  it('RADOLAN RX: reflectivity in one byte, by Z-R', async () => {
    const cells = new Uint8Array(900 * 900);
    [cells[0], cells[1], cells[2]] = [145, 249, 250]; // 40 dBZ, clutter, missing
    const header = 'RX171150100001024BY 810134VS 3SW   2.28.1PR E+00INT   5GP 900x 900MS 20<boo,ros,emd,han>\x03';
    const { rasters, rejects } = await decode(new Uint8Array([...Buffer.from(header, 'latin1'), ...cells]));
    expect(rejects).toEqual([]);
    const { depths, from, to, product } = rasters[0]!;
    expect([from, to, product]).toEqual([parseIso('2024-10-17T11:45Z'), parseIso('2024-10-17T11:50Z'), 'RADOLAN RX']);
    const south = depths.subarray(899 * 900);
    expect(south[0]).toBeCloseTo(((10 ** 4 / 200) ** (1 / 1.6) * 5) / 60, 6); // 11.5 mm/h for five minutes
    expect(Array.from(south.subarray(1, 4))).toEqual([NAN, NAN, 0]);
  });

  it('GeoTIFF: time from the name, duration and unit from the source', async () => {
    const file = new Uint8Array(
      writeArrayBuffer(Float32Array.of(0, 12, -99, 5), {
        ...{ width: 2, height: 2, ModelPixelScale: [0.01, 0.01, 0], ModelTiepoint: [0, 0, 0, 4, 45.5, 0], GDAL_NODATA: '-99' },
        ...{ GTModelTypeGeoKey: 2, GTRasterTypeGeoKey: 1, GeographicTypeGeoKey: 4326 },
      }),
    );
    const changes = { name: 'rain_202410171100_202410171200.tif', durationMs: HOUR_MS, unitMm: 0.1 };
    expect(await depthsOf(file, changes)).toEqual([0, 1.2, NAN, 0.5]);
    expect((await decode(file, changes)).rasters[0]).toMatchObject({ to: parseIso('2024-10-17T12:00Z') });
    expect(await codesOf(file, { durationMs: HOUR_MS })).toEqual(['FIELD_MISSING']);
    expect(await codesOf(file, { name: changes.name })).toEqual(['DURATION_UNKNOWN']);
  });

  it('CF NetCDF: several steps, from south to north, scaled, each with its own interval', async () => {
    const hours = (parseIso('2024-10-17T12:00Z') - Date.UTC(2024, 9, 1)) / HOUR_MS;
    const rain = Int32Array.of(1, 2, 3, 4, 10, 20, 30, -1, 5, 5, 5, 5);
    const file = await makeCfRain(Float64Array.of(hours - 1, hours, hours + 48), rain);
    const { rasters, rejects } = await decode(file, { durationMs: HOUR_MS });
    expect(rasters.map(({ depths }) => Array.from(depths, depth => Math.round(depth * 10) / 10))).toEqual([
      [0.3, 0.4, 0.1, 0.2],
      [3, NAN, 1, 2],
    ]);
    expect(rasters[1]).toMatchObject({ from: parseIso('2024-10-17T11:00Z'), grid: { definition: '+proj=longlat +datum=WGS84 +no_defs' } });
    expect(rasters[1]!.grid.yMax).toBeCloseTo(44.15, 9);
    expect(rejects.map(({ code }) => code)).toEqual(['TIME_IMPLAUSIBLE']);
  });

  it('what is not read is named with what to do', async () => {
    const message = async (bytes: Uint8Array) => (await decode(bytes)).rejects[0]!.message;
    expect(await message(Buffer.from('<html>'))).toBe('the file is none of ODIM_H5, KNMI HDF5, NetCDF, RADOLAN, GeoTIFF and GRIB2');
    expect(await message(new Uint8Array())).toContain('none of');
    expect(await message(Uint8Array.of(0x1f, 0x8b, 8, 0))).toContain('damaged or cut short');
  });

  it('refuses what unpacks without end', async () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(400_000);
    expect(await codesOf(bomb)).toEqual(['FILE_TOO_LARGE']);
  });

  it('refuses gzip that becomes 10 GB, once or twice packed, without unpacking it', async () => {
    const piece = deflateRawSync(Buffer.alloc(2 ** 20), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
    const bomb = Buffer.concat([Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), ...Array<Buffer>(10_240).fill(piece)]);
    expect(bomb.length).toBeLessThan(12 * 2 ** 20);
    expect(await codesOf(bomb)).toEqual(['FILE_TOO_LARGE']);
    const { rejects } = await decode(gzipSync(bomb));
    expect(rejects[0]!.message).toBe('the file is gzip within gzip; pack it once');
  });

  it('refuses a chunk of HDF5 that becomes 10 GB, and reads the next file', async () => {
    const [side, data] = [1700, new Float32Array(1700 * 1700)];
    randomFillSync(new Uint8Array(data.buffer)); // does not deflate: the chunk is as large as its numbers, and is overwritten below
    const bytes = Buffer.from(await makeOdim({ data, shape: [side, side], what: { quantity: 'ACRR' } }));
    const at = bytes.indexOf(Buffer.from(data.buffer, 0, 64)) - 7; // two bytes of zlib and five of a block that is stored
    const piece = deflateRawSync(Buffer.alloc(2 ** 20), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
    const pieces = Math.floor(data.byteLength / piece.length);
    expect(pieces).toBeGreaterThan(10_240);
    bytes.set([0x78, 0x9c], at);
    for (let k = 0; k < pieces; k++) piece.copy(bytes, at + 2 + k * piece.length);
    expect(await codesOf(bytes)).toEqual(['FILE_UNREADABLE']);
    const next = await decode(makeOdim({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2], what: { quantity: 'ACRR' } }));
    expect(Array.from(next.rasters[0]!.depths)).toEqual([1, 2, 3, 4]);
  });
});
