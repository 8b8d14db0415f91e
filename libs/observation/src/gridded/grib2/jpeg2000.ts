import type { OpenJpeg } from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import { Refusal } from '../../reject.js';

const [START, SIZE, TILE_PART, DATA, END] = [0xff4f, 0xff51, 0xff90, 0xff93, 0xffd9];
/** The library gives samples of up to so many bits. */
const MOST_BITS = 16;
/** A tile is decoded with all its code blocks: more of them than that is no field. */
const MOST_TILES = 65_535;

let library: Promise<OpenJpeg> | undefined;

/**
 * The samples of a JPEG 2000 code stream of one component, row by row.
 * @throws Refusal FILE_UNREADABLE for what is damaged or has not `count` samples, QUANTITY_UNKNOWN for samples of more than 16 bits
 */
export async function decodeJpeg2000(bytes: Uint8Array, count: number): Promise<Uint32Array> {
  requireWhole(bytes);
  const bits = requireSize(bytes, count);
  library ??= load();
  const { J2KDecoder } = await library;
  try {
    const decoder = new J2KDecoder();
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
    const samples = samplesOf(decoder.getDecodedBuffer(), count, bits);
    decoder.delete();
    if (width * height !== count || componentCount !== 1 || bitsPerSample !== bits) throw damaged('it unpacks to something else');
    return samples;
  } catch (cause) {
    library = undefined; // what failed may have left memory taken, or the library unusable
    if (cause instanceof Refusal) throw cause;
    throw damaged('the code stream cannot be unpacked');
  }
}

async function load(): Promise<OpenJpeg> {
  const { default: start } = await import('@cornerstonejs/codec-openjpeg/decodewasmjs');
  const silent = (): void => undefined;
  return start({ print: silent, printErr: silent });
}

function samplesOf(decoded: Uint8Array, count: number, bits: number): Uint32Array {
  const octets = bits <= 8 ? 1 : 2;
  if (decoded.length < count * octets) throw damaged('the code stream holds fewer samples than it says');
  const samples = new Uint32Array(count);
  for (let k = 0; k < count; k++) samples[k] = octets === 1 ? decoded[k]! : decoded[2 * k]! + 256 * decoded[2 * k + 1]!;
  return samples;
}

/**
 * The library decodes as much as there is of a stream that was cut and says nothing; so the lengths of the parts must lead to its end.
 * @throws Refusal FILE_UNREADABLE where they do not
 */
function requireWhole(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): number => (at + 2 <= bytes.length ? view.getUint16(at) : 0);
  if (word(0) !== START || word(2) !== SIZE) throw damaged('no code stream begins in it');
  let at = 2;
  while (word(at) !== TILE_PART) {
    if (word(at) < 0xff00 || word(at) === DATA || word(at) === END || word(at + 2) < 2) throw damaged('its code stream is damaged');
    at += 2 + word(at + 2);
  }
  while (word(at) === TILE_PART) {
    const length = at + 12 <= bytes.length ? view.getUint32(at + 6) : 1;
    if (length === 0) at = lastEnd(bytes);
    else if (length < 14) throw damaged('its code stream is damaged');
    else at += length;
  }
  if (word(at) !== END) throw damaged('its code stream is cut short');
}

/** A tile part without a length reaches to the end. */
function lastEnd(bytes: Uint8Array): number {
  return bytes.length >= 2 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9 ? bytes.length - 2 : bytes.length;
}

/** Bits of a sample. Checked before anything is unpacked, so that no lie about the size takes memory. */
function requireSize(bytes: Uint8Array, count: number): number {
  if (bytes.length < 45) throw damaged('its code stream is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(8) - view.getUint32(16), view.getUint32(12) - view.getUint32(20)];
  const [tileWidth, tileHeight, components] = [view.getUint32(24), view.getUint32(28), view.getUint16(40)];
  const isSimple = components === 1 && bytes[43] === 1 && bytes[44] === 1 && tileWidth > 0 && tileHeight > 0;
  const tiles = Math.ceil(view.getUint32(8) / tileWidth) * Math.ceil(view.getUint32(12) / tileHeight);
  if (!isSimple || width <= 0 || height <= 0 || width * height !== count || tiles > MOST_TILES) {
    throw damaged(`its code stream has ${height} rows of ${width} samples and ${components} components for ${count} values`);
  }
  const precision = bytes[42]!;
  const bits = (precision & 0x7f) + 1;
  if (bits <= MOST_BITS && precision < 0x80) return bits;
  throw new Refusal(
    'QUANTITY_UNKNOWN',
    `packs its values as JPEG 2000 in ${bits} bits${precision < 0x80 ? '' : ' with a sign'}, up to ${MOST_BITS} without one are read; repack it, for instance with grib_set -r -s packingType=grid_simple`,
  );
}

const damaged = (what: string): Refusal => new Refusal('FILE_UNREADABLE', `is GRIB2 in JPEG 2000 packing, but ${what}`);
