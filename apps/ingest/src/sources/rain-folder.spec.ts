import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildMesh, epochMs, parseIso } from '#hydrology';
import { ClutterMap, MARSHALL_PALMER, type RawObservation } from '#observation';
import { RainDecoder } from '../decode/rain-decoder.js';
import { createRainFolderSource } from './rain-folder.js';

const decoder = new RainDecoder();
afterAll(() => decoder.close());

// two cells of 10 km in the middle of RADOLAN's 900 × 900, on its own sphere
const SPHERE = '+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10 +a=6370040 +b=6370040 +units=m';
const mesh = buildMesh(
  { rows: 1, columns: 2, codes: Uint8Array.of(3, 3) },
  { epsg: 2154, xMin: -73_462.16692185594, yMax: -4_208_644.724265571, xResolution: 10_000, yResolution: 10_000 },
);

const radolan = (minute: string, tenths: number): Buffer => radolanOf(minute, new Uint16Array(900 * 900).fill(tenths));
const radolanOf = (minute: string, tenths: Uint16Array): Buffer =>
  gzipSync(
    Buffer.concat([
      Buffer.from(
        `RW1711${minute}100001024BY1620130VS 3SW   2.28.1PR E-01INT  60GP 900x 900MF 00000001MS 20<boo,ros,emd,han>\x03`,
        'latin1',
      ),
      Buffer.from(tenths.buffer),
    ]),
  );

describe('a folder of files of rain', () => {
  let folder: string;
  let now = parseIso('2024-10-17T12:30Z');
  const watch = () =>
    createRainFolderSource({
      ...{ id: 'radar', folder, mesh, definition: SPHERE, decoder, now: () => now },
      reading: { reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1, polarCellM: 1000 },
    });
  const read = async (source: ReturnType<typeof watch>): Promise<RawObservation[]> => {
    const found: RawObservation[] = [];
    for await (const one of source.poll({ after: epochMs(0), until: now }, new AbortController().signal)) found.push(one);
    return found;
  };
  const poll = async (source: ReturnType<typeof watch>): Promise<RawObservation[]> => {
    const found = await read(source);
    await source.taken!();
    return found;
  };
  const drop = (name: string, bytes: Buffer) => writeFile(join(folder, name), bytes);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-rain-'));
    now = epochMs(Date.now() + 60_000); // files were changed a minute ago
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes each file once, onto the mesh, and archives it', async () => {
    const source = watch();
    await drop('b.bin.gz', radolan('50', 24));
    await drop('a.bin.gz', radolan('45', 12));
    await drop('c.bin.gz.part', radolan('55', 1));
    const rain = await poll(source);
    expect(
      rain.map(one => one.kind === 'rain' && [one.validTime, one.durationMs, Array.from(one.values, value => Math.round(value * 10) / 10)]),
    ).toEqual([
      [parseIso('2024-10-17T11:45Z'), 3_600_000, [1.2, 1.2]],
      [parseIso('2024-10-17T11:50Z'), 3_600_000, [2.4, 2.4]],
    ]);
    expect((await readdir(join(folder, 'archive'))).sort()).toEqual(['SHA256SUMS', 'a.bin.gz', 'b.bin.gz']);
    await drop('again.bin.gz', radolan('50', 24));
    expect(await poll(source)).toEqual([]);
    expect(await readdir(folder)).toEqual(['archive', 'c.bin.gz.part']);
  });

  it('knows a repeat after a restart, and leaves files where they are until what they gave was taken', async () => {
    await drop('a.bin.gz', radolan('45', 12));
    expect(await read(watch())).toHaveLength(1); // dies before it published
    expect(await poll(watch())).toHaveLength(1);
    await drop('a-again.bin.gz', radolan('45', 12));
    await drop('b.bin.gz', radolan('45', 13)); // a correction of the same hour
    expect(await poll(watch())).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['archive']);
  });

  it('takes a backlog in portions', async () => {
    for (let k = 0; k < 70; k++) await drop(`${100 + k}.txt`, Buffer.from('nothing'));
    const source = watch();
    expect([(await poll(source)).length, source.behind!()]).toEqual([64, true]);
    expect([(await poll(source)).length, source.behind!()]).toEqual([6, false]);
  });

  it('refuses a file of another format than the source is set to', async () => {
    await drop('a.bin.gz', radolan('45', 12));
    const source = createRainFolderSource({
      ...{ id: 'radar', folder, mesh, definition: SPHERE, decoder, now: () => now, format: { name: 'KNMI HDF5', product: /^KNMI/ } },
      reading: { reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1, polarCellM: 1000 },
    });
    expect((await poll(source)).map(one => one.kind === 'reject' && one.message)).toEqual([
      'a.bin.gz is RADOLAN RW, but radar is set to KNMI HDF5; correct its kind',
    ]);
  });

  it('leaves a file that has just been written for the next poll', async () => {
    const source = watch();
    await drop('a.bin.gz', radolan('45', 12));
    now = epochMs(Date.now());
    expect(await poll(source)).toEqual([]);
    now = epochMs(Date.now() + 60_000);
    expect(await poll(source)).toHaveLength(1);
  });

  it('takes out what its filters find, counts it, and says whether the basin was touched; the map of clutter lies in the archive', async () => {
    const clutterFile = join(folder, 'archive', 'CLUTTER');
    const filters = { speckle: { cells: 3, wet: 0.1 }, clutter: { frequency: 0.25, contrast: 3, rasters: 200, wet: 0.1 } };
    const source = createRainFolderSource({
      ...{ id: 'radar', folder, mesh, definition: SPHERE, decoder, now: () => now },
      reading: { reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1, polarCellM: 1000, filters, clutterFile },
    });
    // rows of RADOLAN go north; the basin is rows 440 to 449 of them, columns 450 to 469
    const lone = (row: number, column: number) => new Uint16Array(900 * 900).fill(200, row * 900 + column, row * 900 + column + 1);
    await drop('a.bin.gz', radolanOf('45', lone(445, 455)));
    await drop('b.bin.gz', radolanOf('50', lone(300, 455)));
    const rain = await poll(source);
    expect(rain.map(one => one.kind === 'rain' && [Array.from(one.values), one.filtered, one.alteredBy])).toEqual([
      [[0, 0], { clutter: 0, speckle: 1 }, ['speckle']],
      [[0, 0], { clutter: 0, speckle: 1 }, []],
    ]);
    await decoder.decode(Buffer.from(''), {
      name: 'next',
      receivedAt: now,
      reflectivity: MARSHALL_PALMER,
      minimumQuality: 0,
      unitMm: 1,
      polarCellM: 1,
    });
    const [kept] = (await readdir(join(folder, 'archive'))).filter(name => name.startsWith('CLUTTER'));
    expect(ClutterMap.decode(gunzipSync(await readFile(join(folder, 'archive', kept!))))).not.toBeNull();
  });

  it('names what is no rain and keeps it with the reason', async () => {
    await drop('a page.html', Buffer.from('<html>'));
    await drop('cut.bin.gz', radolan('45', 12).subarray(0, 500));
    await drop('dry.txt', Buffer.from('nothing'));
    const found = await poll(watch());
    expect(found.map(one => one.kind === 'reject' && [one.code, one.subject])).toEqual([
      ['FILE_NAME_REFUSED', 'a page.html'],
      ['FILE_UNREADABLE', 'cut.bin.gz'],
      ['FORMAT_UNKNOWN', 'dry.txt'],
    ]);
    expect(await readFile(join(folder, 'failed', 'dry.txt.txt'), 'utf8')).toBe(
      'FORMAT_UNKNOWN: dry.txt is none of ODIM_H5, KNMI HDF5, NetCDF, RADOLAN, GeoTIFF and GRIB2\n',
    );
    expect(await readdir(folder)).toEqual(['failed']);
  });
});
