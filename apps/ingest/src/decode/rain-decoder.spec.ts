import { afterAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, parseIso } from '#hydrology';
import { MARSHALL_PALMER } from '#observation';
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
});
