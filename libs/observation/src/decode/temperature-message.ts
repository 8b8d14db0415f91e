import type { TemperatureMessage } from '#contracts';
import { epochMs, toIso } from '#hydrology';
import { reject, type Reject } from '../reject.js';
import type { RawTemperatureGrid } from '../source.js';

/** Reads a message of temperature back and checks it: as many cells as the basin has, and a value in one of them at least. */
export function decodeTemperature(
  message: TemperatureMessage,
  cellCount: number,
): { readonly grid: Omit<RawTemperatureGrid, 'kind'> } | { readonly reject: Reject } {
  const { validTime, issuedAt, receivedAt, source, cells, celsius } = message;
  const bytes = Buffer.from(celsius, 'base64');
  const what = `temperature of ${source} at ${toIso(epochMs(validTime))}`;
  if (bytes.length !== 4 * cells || cells !== cellCount) {
    const is = `it says ${cells} cells and has ${bytes.length / 4}, the basin has ${cellCount}`;
    return { reject: reject('TEMPERATURE_CORRUPT', `${what} does not fit the basin: ${is}; have the source send it again`) };
  }
  const values = Float32Array.from({ length: cellCount }, (_, cell) => bytes.readFloatLE(4 * cell));
  if (values.every(Number.isNaN)) return { reject: reject('TEMPERATURE_CORRUPT', `${what} holds no value in any cell`) };
  return { grid: { validTime: epochMs(validTime), issued: epochMs(issuedAt), receivedAt: epochMs(receivedAt), values } };
}
