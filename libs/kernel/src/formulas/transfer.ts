import { max } from './intrinsics.js';
import { overflow } from './production.js';

/** No store falls below this filling, so that its power laws stay defined. */
const STORE_FLOOR = 1e-6;

/**
 * The two branches of GR4 (Perrin et al. 2003, eq. 9, 19-22) with the exchange joining both: nine tenths through the
 * power store of exponent 5, one tenth direct. `exchanged` is what the exchange really brought: less than 2l where the
 * floor of the store or of the direct branch binds.
 */
export function transfer(pr: number, perc: number, l: number, ht: number, ct: number) {
  const supply = pr + perc;
  const filled = max(STORE_FLOOR, ht + (0.9 * supply + l) / ct);
  const spilt = filled * overflow(filled);
  const qd = max(0, 0.1 * supply + l);
  return { ht: filled - spilt, qt: ct * spilt + qd, exchanged: ct * (filled - ht) + qd - supply };
}
