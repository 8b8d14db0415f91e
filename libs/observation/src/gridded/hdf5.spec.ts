import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, parseIso } from '#hydrology';
import { decodeRainFile } from './decode-rain-file.js';
import { makeOdim, reading } from './test-rain-files.js';

const what = { quantity: 'ACRR', gain: 0.1, offset: 0, nodata: 255, undetect: 0 };
const SHAPE = [400, 500] as const;
const wish = reading({ name: 'bomb.h5', durationMs: HOUR_MS, receivedAt: parseIso('2024-10-17T12:30Z') });

describe('a chunk that inflates to more than the file declares', () => {
  it('is refused before it has taken the memory', async () => {
    // numbers that deflate cannot shorten are stored as they are: their place in the file is found by them
    const data = Uint8Array.from(randomBytes(SHAPE[0] * SHAPE[1]));
    const bytes = Buffer.from(await makeOdim({ data, shape: [...SHAPE], what }));
    const chunk = bytes.indexOf(data.subarray(0, 100)) - ZLIB_AND_BLOCK_HEADER;
    expect(chunk).toBeGreaterThan(0);
    expect((await decodeRainFile(bytes, wish)).rasters).toHaveLength(1);

    const bomb = deflateSync(new Uint8Array(150_000_000), { level: 9 });
    expect(bomb.length).toBeLessThan(data.length);
    bytes.set(bomb, chunk);
    let grown = 0;
    const grow = Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, 'grow')!;
    const counted = function (this: WebAssembly.Memory, pages: number): number {
      grown += pages * 65_536;
      return (grow.value as (this: WebAssembly.Memory, pages: number) => number).call(this, pages);
    };
    Object.defineProperty(WebAssembly.Memory.prototype, 'grow', { ...grow, value: counted });
    const { rasters, rejects } = await decodeRainFile(bytes, wish);
    Object.defineProperty(WebAssembly.Memory.prototype, 'grow', grow);
    expect(rasters).toEqual([]);
    expect(rejects).toMatchObject([{ code: 'FILE_UNREADABLE' }]);
    expect(grown).toBeLessThan(40_000_000);
  });
});

const ZLIB_AND_BLOCK_HEADER = 7;
