import { describe, expect, it } from '@jest/globals';
import proj4 from 'proj4';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { decodeRainFile } from '../decode-rain-file.js';
import { encodeGrib2, type GribAccumulation } from '../encode-grib2.js';
import { reading } from '../test-rain-files.js';
import { ECCODES, ECCODES_TEMPERATURE } from './test-messages.js';

const ISSUED = parseIso('2026-09-23');
const receivedAt = epochMs(ISSUED + 3 * HOUR_MS);
const decode = (bytes: Uint8Array, changes: Parameters<typeof reading>[0] = {}) =>
  decodeRainFile(bytes, reading({ receivedAt, ...changes }));
const GRID = { rows: 3, columns: 4, xMin: -1, yMax: 46, xResolution: 0.5, yResolution: 0.25 };
const depths = Float32Array.from({ length: 12 }, (_, k) => k * 1.5);
const accumulation = (changes: Partial<GribAccumulation> = {}): GribAccumulation => ({
  ...{ grid: GRID, issued: ISSUED, from: ISSUED, to: epochMs(ISSUED + 6 * HOUR_MS), depths },
  ...changes,
});
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

describe('GRIB2', () => {
  it('gives the temperature at 2 m in degrees Celsius as ecCodes writes it, and no rain of it', async () => {
    const bytes = Buffer.from(ECCODES_TEMPERATURE, 'base64');
    const { rasters, rejects } = await decode(bytes, { quantity: 'temperature' });
    expect(rejects).toEqual([]);
    const [{ depths: celsius, from, to, issued, grid }] = rasters as [(typeof rasters)[number]];
    expect([from, to, issued, grid.rows, grid.columns]).toEqual([ISSUED + 6 * HOUR_MS, ISSUED + 6 * HOUR_MS, ISSUED, 9, 12]);
    celsius.forEach((degrees, k) => {
      expect(degrees).toBeCloseTo(15 - 0.1 * k, 2);
    });
    expect((await decode(bytes)).rejects).toMatchObject([{ code: 'QUANTITY_UNKNOWN' }]);
    const rain = await decode(Buffer.from(ECCODES.COMPLEX, 'base64'), { quantity: 'temperature' });
    expect(rain.rejects).toMatchObject([
      { code: 'QUANTITY_UNKNOWN', message: expect.stringContaining('no temperature but 0.1.8') as unknown },
    ]);
  });

  it.each(Object.entries(ECCODES))('as ecCodes writes it is read where and as it is: %s', async (name, base64) => {
    const { rasters, rejects } = await decode(Buffer.from(base64, 'base64'));
    expect(rejects).toEqual([]);
    const [{ grid, depths: read, from, to, issued, product }] = rasters as [(typeof rasters)[number]];
    expect([from, to, issued, product]).toEqual([ISSUED, ISSUED + 6 * HOUR_MS, ISSUED, 'GRIB2 0.1.8']);
    expect([grid.rows, grid.columns]).toEqual([9, 12]);
    const northward = name === 'LAMBERT' || name === 'SIMPLE_WITH_GAPS';
    const expected = Array.from({ length: 108 }, (_, place) => {
      const [row, column] = [Math.floor(place / 12), place % 12];
      const k = (northward ? 8 - row : row) * 12 + column;
      const isGap = name.endsWith('GAPS') && k >= 5 && k < 9;
      return isGap ? NaN : Math.max(0, 20 * Math.sin(k / 9) + 5 * Math.cos(k / 3));
    });
    expect(read.findIndex((depth, k) => Number.isNaN(depth) !== Number.isNaN(expected[k]))).toBe(-1);
    for (const [k, depth] of read.entries()) if (!Number.isNaN(depth)) expect(Math.abs(depth - expected[k]!)).toBeLessThan(1 / 64 + 0.021);
    if (name === 'LAMBERT') {
      const [longitude, latitude] = proj4(grid.definition).inverse([grid.xMin + 1500, grid.yMax - 8.5 * 3000]);
      expect([longitude, latitude].map(degrees => Number(degrees.toFixed(5)))).toEqual([4, 44.5]);
    } else {
      expect([grid.xMin, grid.yMax, grid.xResolution, grid.yResolution].map(value => Number(value.toFixed(6)))).toEqual([
        -8.25, 47.125, 0.5, 0.25,
      ]);
    }
  });

  it.each([{}, { northward: true }, { depths: Float32Array.from(depths, (depth, k) => (k % 5 === 0 ? NaN : depth)) }])(
    'that was written is read again: %p',
    async changes => {
      const written = accumulation(changes);
      const { rasters, rejects } = await decode(encodeGrib2(written));
      expect(rejects).toEqual([]);
      const { xMin, yMax, xResolution, yResolution } = rasters[0]!.grid;
      expect([xMin, yMax, xResolution, yResolution].map(value => Number(value.toFixed(6)))).toEqual([-1, 46, 0.5, 0.25]);
      rasters[0]!.depths.forEach((depth, k) => {
        if (Number.isNaN(written.depths[k])) expect(depth).toBeNaN();
        else expect(Math.abs(depth - written.depths[k]!)).toBeLessThan(0.001);
      });
    },
  );

  it('around the earth begins at the date line', async () => {
    const grid = { rows: 2, columns: 36, xMin: -5, yMax: 10, xResolution: 10, yResolution: 10 };
    const around = Float32Array.from({ length: 72 }, (_, k) => k % 36); // column = longitude / 10
    const { rasters } = await decode(encodeGrib2(accumulation({ grid, depths: around })));
    const { grid: read, depths: turned } = rasters[0]!;
    const centreOf = (column: number) => read.xMin + (column + 0.5) * 10;
    expect([centreOf(0), centreOf(35)]).toEqual([-180, 170]);
    for (let column = 0; column < 36; column++) expect(Math.round(turned[column]!)).toBe(((centreOf(column) + 360) % 360) / 10);
  });

  it('of several leads gives each, and of an ensemble one member, naming the others', async () => {
    const leads = [1, 2, 3].map(hours => encodeGrib2(accumulation({ to: epochMs(ISSUED + hours * HOUR_MS) })));
    expect((await decode(joined(...leads))).rasters.map(({ to }) => (to - ISSUED) / HOUR_MS)).toEqual([1, 2, 3]);
    const members = joined(...[0, 1, 2].map(member => encodeGrib2(accumulation({ member, depths: depths.map(depth => depth + member) }))));
    const first = await decode(members);
    expect(first.rasters.map(raster => Math.round(raster.depths[0]!))).toEqual([0]);
    expect(first.rejects).toMatchObject([{ code: 'MEMBER_NOT_READ', message: expect.stringContaining('members 1, 2') }]);
    expect((await decode(members, { member: 2 })).rasters.map(raster => Math.round(raster.depths[0]!))).toEqual([2]);
    expect((await decode(members, { member: 9 })).rejects).toMatchObject([
      { message: expect.stringContaining('set member to one of them') },
    ]);
  });

  const edited = (octet: number, ...values: readonly number[]): Uint8Array => {
    const bytes = encodeGrib2(accumulation());
    bytes.set(values, octet);
    return bytes;
  };
  // octets from the beginning of the message: sections 0 to 4 have 16, 21, 72, 58 octets
  const [ONE, THREE, FOUR, FIVE] = [16, 37, 109, 167];
  it.each<[string, Uint8Array, string]>([
    ['edition 1', edited(7, 1), 'FORMAT_UNKNOWN'],
    ['a message that was cut', encodeGrib2(accumulation()).subarray(0, 150), 'FILE_UNREADABLE'],
    ['bytes behind its end', joined(encodeGrib2(accumulation()), Buffer.from('junk')), 'FILE_UNREADABLE'],
    ['a section without end', edited(THREE, 0xff, 0xff, 0xff, 0xff), 'FILE_UNREADABLE'],
    ['a section of no length', edited(THREE, 0, 0, 0, 0), 'FILE_UNREADABLE'],
    ['absurd dimensions', edited(THREE + 30, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff), 'GRID_IMPLAUSIBLE'],
    ['another number of points', edited(THREE + 30, 0, 0, 0, 5), 'GRID_IMPLAUSIBLE'],
    ['rows of unequal length', edited(THREE + 30, 0xff, 0xff, 0xff, 0xff), 'GRID_IMPLAUSIBLE'],
    ['columns from east to west that run eastward', edited(THREE + 71, 0x80), 'GRID_IMPLAUSIBLE'],
    ['rows that are offset', edited(THREE + 71, 0x08), 'GRID_IMPLAUSIBLE'],
    ['columns back and forth', edited(THREE + 71, 0x30), 'GRID_IMPLAUSIBLE'],
    ['a rotated grid without a pole', edited(THREE + 12, 0, 1), 'FILE_UNREADABLE'],
    ['a Mercator grid', edited(THREE + 12, 0, 10), 'PROJECTION_UNUSABLE'],
    ['temperature', edited(FOUR + 9, 0, 0), 'QUANTITY_UNKNOWN'],
    ['a maximum', edited(FOUR + 46, 2), 'QUANTITY_UNKNOWN'],
    ['JPEG 2000 that is none', edited(FIVE + 9, 0, 40), 'FILE_UNREADABLE'],
    ['PNG that is none', edited(FIVE + 9, 0, 41), 'FILE_UNREADABLE'],
    ['a spectral field', edited(FIVE + 9, 0, 50), 'QUANTITY_UNKNOWN'],
    ['CCSDS without its settings', edited(FIVE + 9, 0, 42), 'FILE_UNREADABLE'],
    ['more bits than there are', edited(FIVE + 19, 32), 'FILE_UNREADABLE'],
    ['bits that no number has', edited(FIVE + 19, 200), 'FILE_UNREADABLE'],
    ['an issue in 1970', edited(ONE + 12, 1970 >> 8, 1970 & 255), 'TIME_IMPLAUSIBLE'],
    ['an issue in 2099', edited(ONE + 12, 2099 >> 8, 2099 & 255), 'TIME_IMPLAUSIBLE'],
    ['a 13th month', edited(ONE + 14, 13), 'TIME_IMPLAUSIBLE'],
    ['an infinite reference', edited(FIVE + 11, 0x7f, 0x80, 0, 0), 'RAIN_OUT_OF_RANGE'],
    ['1e38 mm', edited(FIVE + 11, 0x7e, 0x96, 0x76, 0x99), 'RAIN_OUT_OF_RANGE'],
    ['negative rain', edited(FIVE + 11, 0xc2, 0xc8, 0, 0), 'RAIN_NEGATIVE'],
  ])('with %s is refused by name', async (_, bytes, code) => {
    const { rasters, rejects } = await decode(bytes);
    expect(rejects.map(each => each.code)).toContain(code);
    expect(rasters.flatMap(raster => [...raster.depths]).every(depth => Number.isNaN(depth) || (depth >= 0 && depth <= 1800))).toBe(true);
  });
});
