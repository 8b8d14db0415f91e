import { Refusal } from '../../reject.js';
import { decodeCcsds, type CcsdsCoding } from './ccsds.js';
import { readGroups } from './grouped-values.js';
import { decodeJpeg2000 } from './jpeg2000.js';
import { BitReader, cutShort, type Section } from './octets.js';
import { decodePng } from './png.js';

/** Other ways to pack values. */
const FOREIGN: Readonly<Record<number, string>> = { 50: 'spectral', 51: 'spectral', 61: 'logarithms' };

/**
 * Values of a field in the order in which they come; NaN = missing. Y = (R + X · 2^E) / 10^D.
 * @param count of the grid; with a bitmap fewer are packed
 * @throws Refusal QUANTITY_UNKNOWN for another packing, FILE_UNREADABLE for fewer values than the field has
 */
export async function unpackValues(
  { representation, bitmap, data }: Record<'representation' | 'bitmap' | 'data', Section>,
  count: number,
): Promise<Float32Array> {
  const present = presentOf(bitmap, count);
  const packed = representation.unsigned(6, 4);
  if (packed !== (present === null ? count : present.reduce((sum, bit) => sum + bit, 0))) {
    throw new Refusal('FILE_UNREADABLE', `is GRIB2, but packs ${packed} values for a grid of ${count}`);
  }
  const values = await unpack(representation, data, packed);
  if (present === null) return values;
  const all = new Float32Array(count);
  let next = 0;
  for (let k = 0; k < count; k++) all[k] = present[k] === 1 ? values[next++]! : NaN;
  return all;
}

/** 1 where a value is packed; null where there is one for each point. */
function presentOf(bitmap: Section, count: number): Uint8Array | null {
  const indicator = bitmap.unsigned(6, 1);
  if (indicator === 255) return null;
  if (indicator !== 0) throw new Refusal('FILE_UNREADABLE', `is GRIB2, but has its bitmap elsewhere (${indicator})`);
  if (6 + count / 8 > bitmap.bytes.length) throw cutShort('the bitmap');
  const present = new Uint8Array(count);
  for (let k = 0; k < count; k++) present[k] = (bitmap.bytes[6 + (k >> 3)]! >> (7 - (k & 7))) & 1;
  return present;
}

async function unpack(representation: Section, data: Section, count: number): Promise<Float32Array> {
  const template = representation.unsigned(10, 2);
  if (template === 4) return floatsOf(representation, data, count);
  const packing = { bits: representation.unsigned(20, 1), count };
  if (packing.bits > 32) throw new Refusal('FILE_UNREADABLE', `is GRIB2, but packs its values in ${packing.bits} bits`);
  const numbers = await numbersOf(template, { representation, data, ...packing });
  const [reference, scale] = [representation.float(12), 2 ** representation.signed(16, 2)];
  const decimals = 10 ** -representation.signed(18, 2);
  const values = new Float32Array(count);
  for (let k = 0; k < count; k++) values[k] = (reference + numbers[k]! * scale) * decimals;
  return values;
}

interface Packed {
  readonly representation: Section;
  readonly data: Section;
  readonly count: number;
  readonly bits: number;
}

/** The whole numbers X by data representation template (code table 5.0). */
function numbersOf(template: number, packed: Packed): ArrayLike<number> | Promise<ArrayLike<number>> {
  const { representation, data, count, bits } = packed;
  const isImage = template === 40 || template === 41 || template === 42;
  if (isImage && (bits === 0 || count === 0)) return new Uint32Array(count); // all alike: nothing is packed
  const stream = data.bytes.subarray(5);
  switch (template) {
    case 0:
      return simpleNumbers(stream, count, bits);
    case 2:
    case 3:
      return readGroups(representation, data, { count, bits, differences: template === 3 });
    case 40:
      return decodeJpeg2000(stream, count);
    case 41:
      return decodePng(stream, count);
    case 42:
      return decodeCcsds(stream, count, codingOf(representation, bits));
    default:
      throw repack(FOREIGN[template] ?? `template 5.${template}`);
  }
}

const repack = (what: string): Refusal =>
  new Refusal('QUANTITY_UNKNOWN', `packs its values as ${what}; repack it, for instance with grib_set -r -s packingType=grid_simple`);

function simpleNumbers(stream: Uint8Array, count: number, bits: number): Float64Array {
  if ((count * bits) / 8 > stream.length) throw cutShort('the data');
  const reader = new BitReader(stream);
  const numbers = new Float64Array(count);
  for (let k = 0; k < count; k++) numbers[k] = reader.next(bits);
  return numbers;
}

/** Octets 22 to 25 of template 5.42; the flags as libaec has them: how wide a sample is in memory, and in which order, is not in the stream. */
function codingOf(representation: Section, bits: number): CcsdsCoding {
  const flags = representation.unsigned(22, 1);
  if ((flags & 32) !== 0) throw repack('CCSDS with padded intervals'); // ecCodes 2.50 writes the flag without the padding and cannot read that again
  return {
    ...{ bits, blockSize: representation.unsigned(23, 1), interval: representation.unsigned(24, 2) },
    ...{ isSigned: (flags & 1) !== 0, isMapped: (flags & 8) !== 0, isRestricted: (flags & 16) !== 0 },
  };
}

/** IEEE numbers of 32 or 64 bits (code table 5.7). */
function floatsOf(representation: Section, data: Section, count: number): Float32Array {
  const precision = representation.unsigned(12, 1);
  if (precision !== 1 && precision !== 2)
    throw new Refusal('QUANTITY_UNKNOWN', `packs its values as IEEE floats of precision ${precision}`);
  if (5 + 4 * precision * count > data.bytes.length) throw cutShort('the data');
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
  const values = new Float32Array(count);
  for (let k = 0; k < count; k++) values[k] = precision === 1 ? view.getFloat32(5 + 4 * k) : view.getFloat64(5 + 8 * k);
  return values;
}
