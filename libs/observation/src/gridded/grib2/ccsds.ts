import { Refusal } from '../../reject.js';
import { cutShort } from './octets.js';

/** How a stream was coded: CCSDS 121.0-B-3, Lossless Data Compression. */
export interface CcsdsCoding {
  /** Of a sample, 1 … 32. */
  readonly bits: number;
  /** Samples of a block, J: even, 8 … 64. */
  readonly blockSize: number;
  /** Blocks from one reference sample to the next. */
  readonly interval: number;
  readonly isSigned: boolean;
  /** The samples are differences of their neighbours, mapped to whole numbers. */
  readonly isMapped: boolean;
  /** The few options of samples of up to 4 bits, with shorter names. */
  readonly isRestricted: boolean;
}

/** A run of blocks of zeros that reaches to the end of its segment of 64 blocks, or of the reference interval, is written as five. */
const REST_OF_SEGMENT = 5;
const SEGMENT = 64;
/** No pair that the second extension is shorter for has a larger number. */
const LARGEST_PAIR = 90;

/**
 * Decodes samples that the adaptive entropy coder wrote; signed ones come in two's complement of 8, 16 or 32 bits, whichever holds them.
 * @throws Refusal FILE_UNREADABLE for a coding that cannot be, a stream that ends early, or samples that have more bits than they may
 */
export function decodeCcsds(bytes: Uint8Array, count: number, coding: CcsdsCoding): Uint32Array {
  const { bits, blockSize, interval, isRestricted } = coding;
  if (bits < 1 || bits > 32 || blockSize < 8 || blockSize > 64 || blockSize % 2 !== 0 || interval < 1 || (isRestricted && bits > 4)) {
    throw damaged(`codes samples of ${bits} bits in blocks of ${blockSize}, ${interval} to a reference`);
  }
  const reader = new CodeReader(bytes);
  const samples = new Uint32Array(count + blockSize); // the last block is whole
  for (let first = 0; first < count; first += interval * blockSize) {
    const blocks = Math.min(interval, Math.ceil((count - first) / blockSize));
    const numbers = samples.subarray(first, Math.min(samples.length, first + blocks * blockSize));
    readInterval(reader, numbers, coding);
    const read = numbers.subarray(0, Math.min(numbers.length, count - first));
    if (coding.isMapped) unmap(read, coding);
    else if (bits < 32 && read.some(sample => sample >= 2 ** bits)) throw damaged(`has samples of more than ${bits} bits`);
  }
  return samples.subarray(0, count);
}

/** The blocks from one reference sample to the next. */
function readInterval(reader: CodeReader, numbers: Uint32Array, coding: CcsdsCoding): void {
  const { blockSize, bits, interval } = coding;
  const nameBits = nameBitsOf(coding);
  const verbatim = 2 ** nameBits - 1;
  for (let at = 0; at < numbers.length;) {
    const block = numbers.subarray(at, at + blockSize);
    const hasReference = at === 0 && coding.isMapped;
    const name = reader.next(nameBits);
    if (name === verbatim) for (let k = 0; k < blockSize; k++) block[k] = reader.next(bits);
    else if (name > 0) readSplit(reader, block, { split: name - 1, bits, hasReference });
    else if (reader.next(1) === 1) readPairs(reader, block, hasReference, bits);
    else {
      if (hasReference) numbers[0] = reader.next(bits);
      at += (zeroBlocks(reader, at / blockSize, interval) - 1) * blockSize; // they are zero already
    }
    at += blockSize;
    reader.requireEnd();
  }
}

function nameBitsOf({ bits, isRestricted }: CcsdsCoding): number {
  if (bits > 16) return 5;
  if (bits > 8) return 4;
  if (isRestricted && bits <= 2) return 1;
  return isRestricted ? 2 : 3;
}

interface Split {
  /** Low bits of a sample that are written as they are. */
  readonly split: number;
  readonly bits: number;
  readonly hasReference: boolean;
}

function readSplit(reader: CodeReader, block: Uint32Array, { split, bits, hasReference }: Split): void {
  const first = hasReference ? 1 : 0;
  if (hasReference) block[0] = reader.next(bits);
  const weight = 2 ** split;
  for (let k = first; k < block.length; k++) block[k] = reader.zeros() * weight;
  if (split > 0) for (let k = first; k < block.length; k++) block[k]! += reader.next(split);
}

/** Second extension: two samples a, b as one number (a + b)(a + b + 1)/2 + b; the reference stands for the first of its pair. */
function readPairs(reader: CodeReader, block: Uint32Array, hasReference: boolean, bits: number): void {
  const reference = hasReference ? reader.next(bits) : 0;
  for (let k = 0; k < block.length; k += 2) {
    const pair = reader.zeros();
    if (pair > LARGEST_PAIR) throw damaged(`has a pair of samples numbered ${pair}`);
    const sum = Math.floor((Math.sqrt(8 * pair + 1) - 1) / 2);
    const second = pair - (sum * (sum + 1)) / 2;
    block[k] = sum - second;
    block[k + 1] = second;
  }
  if (hasReference) block[0] = reference;
}

function zeroBlocks(reader: CodeReader, block: number, interval: number): number {
  const written = reader.zeros() + 1;
  if (written === REST_OF_SEGMENT) return Math.min(interval - block, SEGMENT - (block % SEGMENT));
  const blocks = written > REST_OF_SEGMENT ? written - 1 : written;
  if (blocks > SEGMENT) throw damaged(`has ${blocks} blocks of zeros in a segment of ${SEGMENT}`);
  return blocks;
}

/** Mapped differences become samples again, in place; the first is the reference. */
function unmap(numbers: Uint32Array, { bits, isSigned }: CcsdsCoding): void {
  const least = isSigned ? -(2 ** (bits - 1)) : 0;
  const most = least + 2 ** bits - 1;
  let sample = numbers[0]!;
  if (sample > most) sample -= 2 ** bits;
  const held = isSigned && bits < 32 ? 2 ** (bits <= 8 ? 8 : bits <= 16 ? 16 : 32) - 1 : 0xffffffff;
  numbers[0] = sample & held;
  for (let k = 1; k < numbers.length; k++) {
    const mapped = numbers[k]!;
    const [below, above] = [sample - least, most - sample];
    const near = below < above ? below : above;
    if (mapped <= 2 * near) sample += mapped % 2 === 0 ? mapped / 2 : -(mapped + 1) / 2;
    else sample += below < above ? mapped - near : near - mapped;
    if (sample < least || sample > most) throw damaged(`has samples of more than ${bits} bits`);
    numbers[k] = sample & held;
  }
}

/** Numbers of any count of bits and runs of zeros, the highest bit first. Beyond the end there are zeros, until that is asked for. */
class CodeReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes.length + 8);
    this.#bytes.set(bytes);
    this.#end = 8 * bytes.length;
  }

  /** @param bits 0 … 32 */
  next(bits: number): number {
    if (bits === 0) return 0;
    const value = this.#window() >>> (32 - bits);
    this.#at += bits;
    return value;
  }

  /** Zeros before the next 1, which is passed. */
  zeros(): number {
    let zeros = 0;
    for (;;) {
      const leading = Math.clz32(this.#window());
      zeros += leading;
      this.#at += leading;
      if (leading < 32) break;
      this.requireEnd();
    }
    this.#at++;
    return zeros;
  }

  /** @throws Refusal FILE_UNREADABLE once more was read than there is */
  requireEnd(): void {
    if (this.#at > this.#end) throw cutShort('the data');
  }

  #window(): number {
    const [bytes, byte, within] = [this.#bytes, this.#at >>> 3, this.#at & 7];
    if (byte + 4 >= bytes.length) throw cutShort('the data');
    const four = (bytes[byte]! << 24) | (bytes[byte + 1]! << 16) | (bytes[byte + 2]! << 8) | bytes[byte + 3]!;
    return within === 0 ? four >>> 0 : ((four << within) | (bytes[byte + 4]! >> (8 - within))) >>> 0;
  }
}

const damaged = (what: string): Refusal => new Refusal('FILE_UNREADABLE', `is GRIB2 in CCSDS packing, but ${what}; it is damaged`);
