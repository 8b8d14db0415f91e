import { Refusal } from '../../reject.js';
import { BitReader, type Section } from './octets.js';
import { readGroups } from './grouped-values.js';

/** Other ways to pack values, with what to do. */
const FOREIGN: Readonly<Record<number, string>> = {
  4: 'IEEE floats',
  40: 'JPEG 2000',
  41: 'PNG',
  42: 'CCSDS',
  50: 'spectral',
  51: 'spectral',
};

/**
 * Values of a field in the order in which they come; NaN = missing. Y = (R + X · 2^E) / 10^D.
 * @param count of the grid; with a bitmap fewer are packed
 * @throws Refusal QUANTITY_UNKNOWN for another packing, FILE_UNREADABLE for fewer values than the field has
 */
export function unpackValues(
  { representation, bitmap, data }: Record<'representation' | 'bitmap' | 'data', Section>,
  count: number,
): Float32Array {
  const present = presentOf(bitmap, count);
  const packed = representation.unsigned(6, 4);
  if (packed !== (present === null ? count : present.reduce((sum, bit) => sum + bit, 0))) {
    throw new Refusal('FILE_UNREADABLE', `is GRIB2, but packs ${packed} values for a grid of ${count}`);
  }
  const values = unpack(representation, data, packed);
  if (present === null) return values;
  let next = 0;
  return Float32Array.from(present, bit => (bit === 1 ? values[next++]! : NaN));
}

/** 1 where a value is packed; null where there is one for each point. */
function presentOf(bitmap: Section, count: number): Uint8Array | null {
  const indicator = bitmap.unsigned(6, 1);
  if (indicator === 255) return null;
  if (indicator !== 0) throw new Refusal('FILE_UNREADABLE', `is GRIB2, but has its bitmap elsewhere (${indicator})`);
  const bits = new BitReader(bitmap.bytes, 6);
  return Uint8Array.from({ length: count }, () => bits.next(1));
}

function unpack(representation: Section, data: Section, count: number): Float32Array {
  const template = representation.unsigned(10, 2);
  if (template !== 0 && template !== 2 && template !== 3) {
    const what = FOREIGN[template] ?? `template 5.${template}`;
    throw new Refusal(
      'QUANTITY_UNKNOWN',
      `packs its values as ${what}; repack it, for instance with grib_set -r -s packingType=grid_simple`,
    );
  }
  const [reference, scale] = [representation.float(12), 2 ** representation.signed(16, 2)];
  const decimals = 10 ** -representation.signed(18, 2);
  const bits = representation.unsigned(20, 1);
  if (bits > 32) throw new Refusal('FILE_UNREADABLE', `is GRIB2, but packs its values in ${bits} bits`);
  const valueOf = (packed: number) => (reference + packed * scale) * decimals;
  if (template !== 0) return Float32Array.from(readGroups(representation, data, { count, bits, differences: template === 3 }), valueOf);
  const reader = new BitReader(data.bytes, 5);
  const values = new Float32Array(count);
  for (let k = 0; k < count; k++) values[k] = valueOf(reader.next(bits));
  return values;
}
