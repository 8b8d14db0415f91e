import { inflateSync } from 'node:zlib';
import { Refusal, firstLineOf } from '../../reject.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Samples of a pixel by colour type: grey, RGB, RGBA. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 6: 4 };

interface Header {
  readonly rows: number;
  readonly columns: number;
  /** Of a pixel: 1, 2, 4, 8, 16 (grey), 24 (RGB), 32 (RGBA). */
  readonly bits: number;
}

/**
 * The pixels of a PNG as whole numbers, row by row; of several samples the first is the highest.
 * @throws Refusal FILE_UNREADABLE for what is damaged, is of another kind or has not `count` pixels
 */
export function decodePng(bytes: Uint8Array, count: number): Uint32Array {
  if (SIGNATURE.some((byte, k) => bytes[k] !== byte)) throw damaged('there is no PNG in it');
  const chunks = readChunks(bytes);
  const header = headerOf(chunks.find(({ name }) => name === 'IHDR')?.data, count);
  const stride = Math.ceil((header.columns * header.bits) / 8);
  const size = header.rows * (stride + 1);
  const lines = inflate(Buffer.concat(chunks.filter(({ name }) => name === 'IDAT').map(({ data }) => data)), size);
  const step = Math.max(1, header.bits / 8);
  for (let row = 0; row < header.rows; row++) unfilter(lines, { at: row * (stride + 1), stride, step });
  return pixelsOf(lines, header, stride);
}

interface Chunk {
  readonly name: string;
  readonly data: Uint8Array;
}

function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) throw damaged('its PNG is cut short');
    const name = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    chunks.push({ name, data: bytes.subarray(at + 8, at + 8 + length) });
    if (name === 'IEND') return chunks;
    at += 12 + length;
  }
  throw damaged('its PNG is cut short');
}

function headerOf(data: Uint8Array | undefined, count: number): Header {
  if (data?.length !== 13) throw damaged('its PNG has no header');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [columns, rows, depth, colour, interlace] = [view.getUint32(0), view.getUint32(4), data[8]!, data[9]!, data[12]!];
  if (rows * columns !== count) throw damaged(`its PNG has ${rows} rows of ${columns} pixels for ${count} values`);
  const samples = SAMPLES[colour];
  const isKnown = samples === 1 ? [1, 2, 4, 8, 16].includes(depth) : samples !== undefined && depth === 8;
  if (!isKnown || interlace !== 0) throw damaged(`its PNG is of colour type ${colour}, depth ${depth} and interlace ${interlace}`);
  return { rows, columns, bits: depth * samples! };
}

function inflate(packed: Uint8Array, size: number): Uint8Array {
  try {
    const lines = inflateSync(packed, { maxOutputLength: size });
    if (lines.length === size) return lines;
  } catch (cause) {
    throw damaged(`its PNG cannot be unpacked: ${firstLineOf(cause)}`);
  }
  throw damaged('its PNG holds fewer pixels than it says');
}

interface Line {
  /** Of the type of its filter; the bytes follow. */
  readonly at: number;
  readonly stride: number;
  /** Bytes from one pixel to the next. */
  readonly step: number;
}

/** Adds to each byte what its filter took off, in place; the line above has been done. */
function unfilter(lines: Uint8Array, { at, stride, step }: Line): void {
  const filter = lines[at]!;
  if (filter > 4) throw damaged(`its PNG has a line of filter ${filter}`);
  if (filter === 0) return;
  const above = at === 0 ? -1 : at - stride; // of the first byte of the line above
  for (let k = 0; k < stride; k++) {
    const left = k >= step ? lines[at + 1 + k - step]! : 0;
    const up = above >= 0 ? lines[above + k]! : 0;
    const corner = above >= 0 && k >= step ? lines[above + k - step]! : 0;
    lines[at + 1 + k]! += filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
  }
}

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function pixelsOf(lines: Uint8Array, { rows, columns, bits }: Header, stride: number): Uint32Array {
  const pixels = new Uint32Array(rows * columns);
  const [octets, perByte, largest] = [bits >> 3, 8 / bits, 2 ** bits - 1];
  for (let row = 0; row < rows; row++) {
    const line = row * (stride + 1) + 1;
    for (let column = 0; column < columns; column++) {
      let pixel = 0;
      if (octets === 0) {
        const place = column % perByte;
        pixel = (lines[line + (column - place) / perByte]! >> (8 - bits * (place + 1))) & largest;
      } else for (let octet = 0; octet < octets; octet++) pixel = (pixel << 8) | lines[line + column * octets + octet]!;
      pixels[row * columns + column] = pixel;
    }
  }
  return pixels;
}

const damaged = (what: string): Refusal => new Refusal('FILE_UNREADABLE', `is GRIB2 in PNG packing, but ${what}`);
