import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { MARSHALL_PALMER, encodeOdim } from '#observation';
import { RainDecoder } from './rain-decoder.js';
import type { RainWish } from './rain-messages.js';

const wish: RainWish = {
  ...{ name: 'rain_202410171200.bin', receivedAt: parseIso('2024-10-17T12:30Z'), durationMs: HOUR_MS, reflectivity: MARSHALL_PALMER },
  ...{ minimumQuality: 0, unitMm: 1, polarCellM: 1000 },
};
const radolan = Buffer.concat([
  Buffer.from('RW171150100001024BY1620130VS 3SW   2.28.1PR E-01INT  60GP 900x 900MF 00000001MS 20<boo,ros,emd,han>\x03', 'latin1'),
  Buffer.alloc(900 * 900 * 2, 1),
]);

const CLUTTER = { frequency: 0.25, contrast: 3, rasters: 200, wet: 0.1 };

describe('rain decoder', () => {
  const decoder = new RainDecoder();
  const hurried = new RainDecoder(1);
  afterAll(async () => {
    await decoder.close();
    await hurried.close();
  });

  it('decodes in a thread of its own, files in the order they came', async () => {
    const [good, bad] = await Promise.all([decoder.decode(radolan, wish), decoder.decode(Buffer.from('nonsense'), wish)]);
    expect(good.rasters[0]).toMatchObject({ from: parseIso('2024-10-17T10:50Z'), to: parseIso('2024-10-17T11:50Z') });
    expect(good.rasters[0]!.depths).toHaveLength(810_000);
    expect(bad.rejects).toMatchObject([{ code: 'FORMAT_UNKNOWN' }]);
  });

  it('names a file that takes too long, and reads the next in a new thread', async () => {
    for (let k = 0; k < 3; k++) {
      const { rasters, rejects } = await hurried.decode(radolan, wish);
      expect(rasters).toEqual([]);
      expect(rejects).toEqual([
        { code: 'FILE_UNREADABLE', message: 'rain_202410171200.bin could not be read within 0.001 s; it is damaged' },
      ]);
    }
  });

  it('lets no other source wait for a file that hangs, and counts its time from when it begins', async () => {
    const patient = new RainDecoder(4000);
    await patient.decode(radolan, wish);
    const answered: string[] = [];
    const note = async (name: string, bytes: Uint8Array) => {
      const { rasters, rejects } = await patient.decode(bytes, { ...wish, name });
      answered.push(name);
      return [...rasters.map(({ depths }) => `${depths.length} cells`), ...rejects.map(({ message }) => message)];
    };
    const bytes = await endlessLoop();
    const texts = await Promise.all([note('a.h5', bytes), note('b.bin', radolan), note('c.bin', radolan), note('d.h5', bytes)]);
    expect(texts).toEqual([
      ['a.h5 could not be read within 4 s; it is damaged'],
      ['810000 cells'],
      ['810000 cells'],
      ['d.h5 could not be read within 4 s; it is damaged'],
    ]);
    expect(answered).toEqual(['b.bin', 'c.bin', 'a.h5', 'd.h5']);
    expect((await patient.decode(radolan, wish)).rasters).toHaveLength(1);
    await patient.close();
  });

  it('moves the map of clutter of a source with its files, so that only one thread writes it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clutter-'));
    const patient = new RainDecoder(4000);
    const clutterFile = join(folder, 'map');
    const filtered: RainWish = { ...wish, clutterFile, filters: { clutter: CLUTTER } };
    await patient.decode(radolan, filtered);
    const hanging = patient.decode(await endlessLoop(), wish); // in the thread that has the map
    expect((await patient.decode(radolan, filtered)).rasters).toHaveLength(1);
    await patient.keepClutter(clutterFile);
    expect((await patient.decode(radolan, filtered)).rejects).toEqual([]); // answered after the map is written
    expect(readdirSync(folder)).toHaveLength(1);
    await hanging;
    await patient.close();
    rmSync(folder, { recursive: true });
  });
});

/** A good file but for a length that sends the HDF5 library around in a circle; met by fuzzing. */
async function endlessLoop(): Promise<Uint8Array> {
  const to = parseIso('2024-10-17T12:00Z');
  const bytes = Uint8Array.from(
    await encodeOdim({
      ...{
        projection: '+proj=utm +zone=31',
        corner: [4, 45],
        source: 'ORG:247',
        rows: 2,
        columns: 2,
        xResolution: 1000,
        yResolution: 1000,
      },
      ...{ from: epochMs(to - HOUR_MS), to, depths: new Float32Array(4) },
    }),
  );
  bytes[2233] = 1;
  return bytes;
}
