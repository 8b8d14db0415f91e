import { MINUTE_MS, type EpochMs } from '#hydrology';
import { radolanGrid } from './radolan.js';

/** An accumulation of rain on the national grid of RADOLAN. */
export interface RadolanAccumulation {
  /** Rain fell in (from, to]. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** mm on `RADOLAN_GRID`, row-major, row 0 = north; NaN = not seen. */
  readonly depths: Float32Array;
}

const SIZE = 900;
/** 900 x 900 cells of 1 km over Germany, on the sphere. */
export const RADOLAN_GRID = radolanGrid(SIZE, SIZE);

/** Counts of one mm, and the most that the twelve bits hold. */
const PER_MM = 10;
const LARGEST = 4095;
/** Missing: 2500 with the bit 14, as RW has it. */
const MISSING = 0x29c4;
const END_OF_HEADER = '\u0003';

/** Writes an accumulation as product RW of RADOLAN in binary (format description 2.5): tenths of a millimetre up to 409.5 mm, rows from south to north. */
export function encodeRadolan({ from, to, depths }: RadolanAccumulation): Uint8Array {
  const cells = Buffer.alloc(2 * SIZE * SIZE);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const depth = depths[(SIZE - 1 - row) * SIZE + column]!;
      const count = Number.isNaN(depth) ? MISSING : Math.min(LARGEST, Math.round(depth * PER_MM));
      cells.writeUInt16LE(count, 2 * (row * SIZE + column));
    }
  }
  return Buffer.concat([Buffer.from(headerOf(from, to, cells.length), 'latin1'), cells]);
}

function headerOf(from: EpochMs, to: EpochMs, bytes: number): string {
  const date = new Date(to);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(date.getUTCDate())}${two(date.getUTCHours())}${two(date.getUTCMinutes())}`;
  const month = `${two(date.getUTCMonth() + 1)}${two(date.getUTCFullYear() % 100)}`;
  const minutes = String(Math.round((to - from) / MINUTE_MS)).padStart(4);
  const rest = `VS 3SW   2.28.1PR E-01INT${minutes}GP 900x 900MS  0${END_OF_HEADER}`;
  const begin = `RW${time}10000${month}BY`;
  const total = begin.length + 7 + rest.length + bytes;
  return `${begin}${String(total).padStart(7)}${rest}`;
}
