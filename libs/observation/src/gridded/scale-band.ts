import { Refusal } from '../reject.js';
import type { StoredBand } from './data-node.js';

/** physical = gain × stored + offset; `nodata` was not seen, `undetect` was seen and found empty. */
export interface BandScale {
  readonly gain: number | undefined;
  readonly offset: number | undefined;
  readonly nodata: number | undefined;
  readonly undetect: number | undefined;
}

/**
 * Turns stored numbers into `convert(physical)`: nodata and NaN stay NaN, undetect becomes `empty`. Floating point bands may lack
 * gain and offset (1 and 0); whole numbers without a gain are refused, since nobody can tell their unit.
 * @throws Refusal FIELD_MISSING, GRID_IMPLAUSIBLE for a gain that is no number.
 */
export function scaleBand(band: StoredBand, scale: BandScale, convert: (physical: number) => number, empty: number): Float32Array {
  if (scale.gain === undefined && !band.isFloat) {
    throw new Refusal('FIELD_MISSING', 'holds whole numbers without a gain, so nobody can tell their unit; have the sender add it');
  }
  const { gain = 1, offset = 0, nodata, undetect } = scale;
  if (!Number.isFinite(gain) || gain === 0 || !Number.isFinite(offset)) {
    throw new Refusal('GRID_IMPLAUSIBLE', `has gain ${gain} and offset ${offset}`);
  }
  const valueOf = (stored: number): number => {
    if (stored === nodata) return NaN;
    return stored === undetect ? empty : convert(gain * stored + offset);
  };
  const { values } = band;
  const depths = new Float32Array(values.length);
  if (values instanceof Uint8Array || values instanceof Uint16Array) {
    const table = Float32Array.from({ length: 256 ** values.BYTES_PER_ELEMENT }, (_, stored) => valueOf(stored));
    for (let k = 0; k < depths.length; k++) depths[k] = table[values[k]!]!;
  } else {
    for (let k = 0; k < depths.length; k++) depths[k] = valueOf(values[k]!);
  }
  return depths;
}
