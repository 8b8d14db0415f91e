import { HOUR_MS, parseIso } from '#hydrology';
import { describe, expect, it } from '@jest/globals';
import { decodeRainFile } from './decode-rain-file.js';
import { openClassicNetCdf } from './netcdf-classic.js';
import { CLASSIC_NETCDF, PACKED_RECORDS } from './test-classic-netcdf.js';
import { reading } from './test-rain-files.js';

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const decode = (bytes: Uint8Array) => decodeRainFile(bytes, reading());
const codesOf = async (bytes: Uint8Array) => (await decode(bytes)).rejects.map(({ code }) => code);

describe('classic NetCDF', () => {
  it.each(['RECORDS', 'FIXED'] as const)('reads rain, scale, gaps, place and times (%s)', async kind => {
    const { rasters, rejects } = await decode(bytesOf(CLASSIC_NETCDF[kind]));
    expect(rejects).toEqual([]);
    expect(rasters.map(({ depths }) => Array.from(depths))).toEqual([
      [2, 2.5, 3, 0.5, 1, 1.5],
      [20, 25, NaN, 5, 10, 15],
    ]);
    const to = parseIso('2024-10-17T12:00Z');
    expect(rasters[1]).toMatchObject({ from: to - HOUR_MS, to, grid: { xMin: 3.75, yMax: 44.75, xResolution: 0.5, rows: 2, columns: 3 } });
  });

  it('reads a lone record variable, which is not padded', () => {
    const rain = openClassicNetCdf(bytesOf(CLASSIC_NETCDF.LONE)).child('rain')!;
    expect(Array.from(rain.band().values)).toEqual([1, 2, 3, 4, 5]);
  });

  it('refuses what is cut short or absurd, by name', async () => {
    const whole = bytesOf(CLASSIC_NETCDF.RECORDS);
    for (const length of [5, 40, 200, whole.length - 1]) expect(await codesOf(whole.subarray(0, length))).toEqual(['FILE_UNREADABLE']);
    const endless = whole.slice();
    endless.fill(0xff, 4, 8); // 4,294,967,295 records
    expect(await codesOf(endless)).toEqual(['GRID_IMPLAUSIBLE']);
    const { rejects } = await decode(Uint8Array.of(0x43, 0x44, 0x46, 5, 0, 0));
    expect(rejects[0]!.message).toContain('nccopy -k nc4');
  });
});

describe('files packed by bzip2', () => {
  const packed = bytesOf(PACKED_RECORDS);

  it('are read, of several streams too', async () => {
    expect((await decode(packed)).rasters).toHaveLength(2);
    const spaced = new Uint8Array([...packed, ...bytesOf('QlpoORdyRThQkAAAAAA=')]); // an empty stream behind
    expect((await decode(spaced)).rasters).toHaveLength(2);
  });

  it('are refused as damaged wherever they are cut, and with anything behind', async () => {
    for (let length = 5; length < packed.length; length += 3)
      expect(await codesOf(packed.subarray(0, length))).toEqual(['FILE_UNREADABLE']);
    expect(await codesOf(new Uint8Array([...packed, 0x20]))).toEqual(['FILE_UNREADABLE']);
  });

  it('are refused when they unpack without end', async () => {
    const started = performance.now();
    expect(await codesOf(bytesOf(BOMB))).toEqual(['FILE_TOO_LARGE']);
    expect(performance.now() - started).toBeLessThan(5000); // measured .5 s
  });
});

/** 100 MB of zeros. */
const BOMB =
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1nEYApVAD7RQALAAABAAAggADDMCapppU' +
  'iDaipEHi7kinChIcCoiS4=';
