import { deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { decodeCcsds, type CcsdsCoding } from './ccsds.js';
import { decodeJpeg2000 } from './jpeg2000.js';
import { readFields } from './messages.js';
import { decodePng } from './png.js';
import { ECCODES } from './test-messages.js';

const COUNT = 108;
const streamOf = (name: 'CCSDS' | 'PNG' | 'JPEG_2000'): Uint8Array => {
  const [field] = [...readFields(Buffer.from(ECCODES[name], 'base64'))];
  return Uint8Array.from(field!.data.bytes.subarray(5));
};
const CODING: CcsdsCoding = { bits: 12, blockSize: 8, interval: 4, isSigned: false, isMapped: true, isRestricted: false };
const edited = (bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy.set(values, at);
  return copy;
};
const unreadable = expect.objectContaining({ code: 'FILE_UNREADABLE' });
/** What is said of bytes, without waiting for a promise where there is none. */
const refusal = async (decode: () => unknown): Promise<unknown> => {
  try {
    await decode();
    return null;
  } catch (cause) {
    return cause;
  }
};

describe('CCSDS', () => {
  it('of a stream cut anywhere is refused, and one that goes on is not minded', async () => {
    const stream = streamOf('CCSDS');
    const whole = decodeCcsds(stream, COUNT, CODING);
    for (let length = 0; length < stream.length - 1; length++) {
      expect(await refusal(() => decodeCcsds(stream.subarray(0, length), COUNT, CODING))).toEqual(unreadable);
    }
    expect(decodeCcsds(Buffer.concat([stream, Buffer.alloc(3)]), COUNT, CODING)).toEqual(whole);
  });

  it.each<[string, Partial<CcsdsCoding>]>([
    ['no bits', { bits: 0 }],
    ['33 bits', { bits: 33 }],
    ['odd blocks', { blockSize: 9 }],
    ['blocks of none', { blockSize: 0 }],
    ['a reference never', { interval: 0 }],
    ['few options for many bits', { isRestricted: true }],
  ])('with %s is refused', async (_, changes) => {
    expect(await refusal(() => decodeCcsds(streamOf('CCSDS'), COUNT, { ...CODING, ...changes }))).toEqual(unreadable);
  });

  it('of zeros without end, or of a lie about the count, ends with the stream', async () => {
    const began = performance.now();
    expect(await refusal(() => decodeCcsds(new Uint8Array(1_000_000), 40_000_000, { ...CODING, interval: 1 }))).toEqual(unreadable);
    expect(await refusal(() => decodeCcsds(streamOf('CCSDS'), 40_000_000, CODING))).toEqual(unreadable);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

/** A PNG of one grey line after another, 8 bits a pixel. */
function pngOf(columns: number, rows: number, lines: Uint8Array, header: readonly number[] = [8, 0, 0, 0, 0]): Uint8Array {
  const chunk = (name: string, data: Uint8Array): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(name, 'latin1'), data, Buffer.alloc(4)]);
  };
  const size = Buffer.alloc(8);
  size.writeUInt32BE(columns, 0);
  size.writeUInt32BE(rows, 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const head = Buffer.concat([size, Buffer.from(header)]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(lines)), chunk('IEND', Buffer.alloc(0))]);
}

describe('PNG', () => {
  it('undoes each of the five filters', () => {
    const lines = Uint8Array.of(0, 10, 20, 30, 1, 1, 1, 1, 2, 1, 1, 1, 3, 10, 10, 10, 4, 1, 2, 3);
    // rows by hand: as they are; from the left; from above; half of left and above; the nearest of left, above and corner
    const rows = [10, 20, 30, 1, 2, 3, 2, 3, 4, 11, 17, 20, 12, 19, 23];
    expect([...decodePng(pngOf(3, 5, lines), 15)]).toEqual(rows);
  });

  it.each<[string, Uint8Array]>([
    ['another count', pngOf(4, 4, new Uint8Array(20))],
    ['absurd dimensions', pngOf(0xffff_ffff, 0xffff_ffff, new Uint8Array(20))],
    ['fewer lines than it says', pngOf(3, 5, new Uint8Array(19))],
    ['more than it says: a bomb', pngOf(3, 5, new Uint8Array(20_000_000))],
    ['a filter that there is not', pngOf(3, 5, new Uint8Array(20).fill(9))],
    ['a palette', pngOf(3, 5, new Uint8Array(20), [8, 3, 0, 0, 0])],
    ['interlaced lines', pngOf(3, 5, new Uint8Array(20), [8, 0, 0, 0, 1])],
    ['no end', pngOf(3, 5, new Uint8Array(20)).subarray(0, -12)],
  ])('with %s is refused', async (_, png) => {
    expect(await refusal(() => decodePng(png, 15))).toEqual(unreadable);
  });
});

describe('JPEG 2000', () => {
  it('of a stream cut anywhere is refused', async () => {
    const stream = streamOf('JPEG_2000');
    expect((await decodeJpeg2000(stream, COUNT)).length).toBe(COUNT);
    for (let length = 0; length < stream.length; length++) {
      expect(await refusal(() => decodeJpeg2000(stream.subarray(0, length), COUNT))).toEqual(unreadable);
    }
  });

  it('of another size, of absurd tiles or components is refused before anything is unpacked, and of more than 16 bits by name', async () => {
    const stream = streamOf('JPEG_2000');
    expect(await refusal(() => decodeJpeg2000(stream, COUNT + 1))).toEqual(unreadable);
    for (const bytes of [edited(stream, 8, 0x7f, 0xff, 0xff, 0xff), edited(stream, 24, 0, 0, 0, 0), edited(stream, 40, 0x40, 0)]) {
      expect(await refusal(() => decodeJpeg2000(bytes, COUNT))).toEqual(unreadable);
    }
    const deep = await refusal(() => decodeJpeg2000(edited(stream, 42, 19), COUNT));
    expect(deep).toMatchObject({ code: 'QUANTITY_UNKNOWN', message: expect.stringContaining('20 bits') });
  });

  it('goes on with the next field after a damaged one', async () => {
    const stream = streamOf('JPEG_2000');
    const whole = await decodeJpeg2000(stream, COUNT);
    for (let at = 45; at < stream.length - 2; at += 3) await refusal(() => decodeJpeg2000(edited(stream, at, 0xff), COUNT));
    expect(await decodeJpeg2000(stream, COUNT)).toEqual(whole);
  });
});
