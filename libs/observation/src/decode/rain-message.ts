import type { RainMessage } from '#contracts';
import { HOUR_MS, VARIABLES, epochMs, toIso, type RainGrid } from '#hydrology';
import { reject, type Reject } from '../reject.js';

/** Writes the depths as the bus carries them: base64 of little-endian float32. */
export function encodeDepths(values: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, cell) => {
    bytes.setFloat32(cell * 4, value, true);
  });
  return Buffer.from(bytes.buffer).toString('base64');
}

/**
 * Reads a rain message back and checks it: as many cells as the basin has, no negative and no impossible depth. Missing
 * cells are allowed, a grid without a single value is not one.
 */
export function decodeRain(message: RainMessage, cellCount: number): { readonly grid: RainGrid } | { readonly reject: Reject } {
  const what = `rain of ${message.source} at ${toIso(epochMs(message.validTime))}`;
  const bytes = Buffer.from(message.depthMm, 'base64');
  if (bytes.length !== message.cells * 4) {
    const expected = `${message.cells} cells need ${message.cells * 4} bytes, it has ${bytes.length}`;
    return { reject: reject('RAIN_CORRUPT', `${what} is truncated or corrupt: ${expected}; have the source send it again`) };
  }
  if (message.cells !== cellCount) {
    return { reject: reject('RAIN_WRONG_GRID', `${what} has ${message.cells} cells, the basin ${cellCount}; clip it to the basin's mesh`) };
  }
  const values = Float32Array.from({ length: cellCount }, (_, cell) => bytes.readFloatLE(cell * 4));
  const wrong = findWrongDepth(values, message.durationMs, what);
  if (wrong) return { reject: wrong };
  const { validTime, receivedAt, durationMs } = message;
  return { grid: { validTime: epochMs(validTime), receivedAt: epochMs(receivedAt), durationMs, values } };
}

function findWrongDepth(values: Float32Array, durationMs: number, what: string): Reject | null {
  const highest = VARIABLES.P.max * Math.max(1, durationMs / HOUR_MS);
  const negative = values.findIndex(value => value < 0);
  if (negative >= 0) {
    return reject('RAIN_NEGATIVE', `${what} holds ${sayDepth(values[negative]!)} mm in cell ${negative}; write missing cells as NaN`);
  }
  const impossible = values.findIndex(value => value > highest);
  if (impossible >= 0) {
    return reject(
      'RAIN_OUT_OF_RANGE',
      `${what} holds ${sayDepth(values[impossible]!)} mm in cell ${impossible}, more than ${highest} mm; check its unit (mm)`,
    );
  }
  if (values.every(Number.isNaN)) return reject('RAIN_NOT_A_NUMBER', `${what} holds no value in any cell; the hour stays missing`);
  return null;
}

/** Three digits, and never an exponent: an operator reads it. */
const sayDepth = (depth: number): string => (Math.abs(depth) >= 100 ? depth.toFixed(0) : depth.toPrecision(3));

/** Mean over the cells that have a value, mm; null when none has. */
export function meanDepth(values: Float32Array): number | null {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}
