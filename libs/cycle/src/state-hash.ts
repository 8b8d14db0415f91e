// node:crypto is the one Node module of the pure rooms: SHA-256 is a function of its input and nothing else.
import { createHash } from 'node:crypto';
import type { StateVector } from './inputs.js';
import type { Hydrograph } from './result.js';

/** SHA-256 over the analysed state and the issued hydrographs, chained to the hash of the cycle before. */
export function hashState(previous: string, analysis: StateVector, hydrographs: readonly Hydrograph[]): string {
  const hash = createHash('sha256');
  hash.update(`${previous}|${analysis.validTime}|`);
  hash.update(bytesOf(analysis.values));
  for (const one of hydrographs) {
    hash.update(`|${one.station}|${one.issueTime}|`);
    for (const series of [one.q05, one.q25, one.q50, one.q75, one.q95]) hash.update(bytesOf(series));
  }
  return hash.digest('hex');
}

const bytesOf = (values: Float64Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
