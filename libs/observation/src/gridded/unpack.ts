import { gunzipSync } from 'node:zlib';
import Bunzip from 'seek-bzip';
import { Refusal } from '../reject.js';
import { MOST_BYTES } from './rain-raster.js';

/** More bytes out of a bzip2 file are refused: it unpacks some 140 MB a second, and no mosaic that is published so has more. */
const MOST_BZIP2_BYTES = 64 * 1024 * 1024;

/**
 * The bytes of a file without its packing, gzip or bzip2; other bytes as they are.
 * @throws Refusal FILE_TOO_LARGE for more than 256 MB (bzip2: 64 MB) packed or unpacked, FILE_UNREADABLE for a damaged packing.
 */
export function unpack(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MOST_BYTES) throw new Refusal('FILE_TOO_LARGE', `has ${bytes.length} bytes; up to ${MOST_BYTES} are read`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return unpackGzip(bytes);
  return isBzip2(bytes, 0) ? unpackBzip2(bytes) : bytes;
}

function unpackGzip(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    const tooLarge = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw tooLarge ? unpacksToMoreThan(MOST_BYTES) : damaged('gzip');
  }
}

/** "BZh", the level, and the magic of a block or, of an empty stream, of its end. */
const isBzip2 = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x42 && bytes[at + 1] === 0x5a && bytes[at + 2] === 0x68 && (bytes[at + 4] === 0x31 || bytes[at + 4] === 0x17);

/** Streams behind each other, as several packers at once write them, are one file. */
function unpackBzip2(bytes: Uint8Array): Uint8Array {
  const packed = new PackedBytes(bytes);
  const unpacked = new GrowingBytes(MOST_BZIP2_BYTES);
  try {
    do {
      Bunzip.decode(packed, unpacked);
    } while (isBzip2(bytes, packed.position));
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw damaged('bzip2');
  }
  if (packed.position < bytes.length) throw damaged('bzip2');
  return unpacked.bytes();
}

/** Throws at its end: the library would take a file that is cut between two blocks for a whole one. */
class PackedBytes {
  position = 0;

  constructor(private readonly packed: Uint8Array) {}

  readByte(): number {
    if (this.position >= this.packed.length) throw damaged('bzip2');
    return this.packed[this.position++]!;
  }

  read(into: Uint8Array, at: number, count: number): number {
    for (let k = 0; k < count; k++) into[at + k] = this.readByte();
    return count;
  }
}

class GrowingBytes {
  private buffer = new Uint8Array(1 << 20);
  private length = 0;

  constructor(private readonly most: number) {}

  writeByte(byte: number): void {
    if (this.length === this.buffer.length) this.grow();
    this.buffer[this.length++] = byte;
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private grow(): void {
    if (this.length >= this.most) throw unpacksToMoreThan(this.most);
    const larger = new Uint8Array(Math.min(2 * this.length, this.most));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}

const unpacksToMoreThan = (bytes: number) => new Refusal('FILE_TOO_LARGE', `unpacks to more than ${bytes} bytes`);

const damaged = (packing: string) =>
  new Refusal('FILE_UNREADABLE', `begins like ${packing} but cannot be unpacked; it is damaged or cut short`);
