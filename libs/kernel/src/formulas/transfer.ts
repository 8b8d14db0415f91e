import { max } from './intrinsics.js';
import { drainExponential } from './exponential-store.js';
import { cubicKept, cubicOverflow, kept, overflow } from './power-store.js';

/** No store falls below this filling, so that its power laws stay defined. */
const STORE_FLOOR = 1e-6;

/**
 * The two branches of GR4 (Perrin et al. 2003, eq. 9, 19-22) with the exchange joining both: nine tenths through the
 * power store of exponent 5, one tenth direct. `exchanged` is what the exchange really brought: less than 2l where the
 * floor of the store or of the direct branch binds.
 */
export function transfer(pr: number, perc: number, l: number, ht: number, ct: number) {
  const supply = pr + perc;
  return twoBranches(0.9 * supply, 0.1 * supply, l, ht, ct, supply);
}

/** `routed` through the power store, `direct` past it; `supply` is their sum. */
export function twoBranches(routed: number, direct: number, l: number, ht: number, ct: number, supply: number) {
  const filled = max(STORE_FLOOR, ht + (routed + l) / ct);
  const spilt = filled * overflow(filled);
  const qd = max(0, direct + l);
  return { ht: kept(filled), qt: ct * spilt + qd, exchanged: ct * (filled - ht) + qd - supply };
}

/**
 * The three branches of GR6 (Pushpalatha et al. 2011): six tenths of the slow share through the power store, four tenths through an
 * exponential store, a tenth of all direct. The exchange joins each. he is in mm and may be negative.
 */
export function exponentialTransfer(pr: number, perc: number, l: number, ht: number, ct: number, he: number, be: number) {
  const supply = pr + perc;
  return powerAndExponential(0.54 * supply, 0.36 * supply, 0.1 * supply, l, ht, ct, he, be);
}

/** `first` through the power store, `second` through the exponential one, `direct` past both. */
export function powerAndExponential(
  first: number,
  second: number,
  direct: number,
  l: number,
  ht: number,
  ct: number,
  he: number,
  be: number,
) {
  const filled = max(STORE_FLOOR, ht + (first + l) / ct);
  const spilt = filled * overflow(filled);
  const { drained, undrained } = drainExponential(he + (second + l), be);
  const qd = max(0, direct + l);
  const exchanged = ct * (filled - ht) - first + l + (qd - direct);
  return { ht: kept(filled), he: undrained, qt: ct * spilt + drained + qd, exchanged };
}

/** The three branches of GRC: as GR6 with a second power store (hl, cl) in place of the exponential one, which no exchange joins. */
export function twinTransfer(pr: number, l: number, ht: number, ct: number, hl: number, cl: number) {
  return twoPowerStores(0.54 * pr, 0.36 * pr, 0.1 * pr, l, ht, ct, hl, cl, pr);
}

/** `first` through the store that the exchange joins, `second` through the other, `direct` past both; `supply` is their sum. */
export function twoPowerStores(
  first: number,
  second: number,
  direct: number,
  l: number,
  ht: number,
  ct: number,
  hl: number,
  cl: number,
  supply: number,
) {
  const filled = max(STORE_FLOOR, ht + (first + l) / ct);
  const spilt = filled * overflow(filled);
  const slowFilled = max(STORE_FLOOR, hl + second / cl);
  const slowSpilt = slowFilled * overflow(slowFilled);
  const qd = max(0, direct + l);
  const exchanged = ct * (filled - ht) + cl * (slowFilled - hl) + qd - supply;
  return { ht: kept(filled), hl: kept(slowFilled), qt: ct * spilt + cl * slowSpilt + qd, exchanged };
}

/** GRD: everything through one power store. `floored` is what the floor of the store brought, 0 but for an empty store. */
export function singleTransfer(pr: number, ht: number, ct: number) {
  const filled = max(STORE_FLOOR, ht + pr / ct);
  const spilt = filled * overflow(filled);
  return { ht: kept(filled), qt: ct * spilt, floored: ct * (filled - ht) - pr };
}

/** Loieau: nine tenths through a power store of exponent 4, one tenth direct; kb multiplies the runoff, which `exchanged` accounts for. */
export function loieauTransfer(pr: number, perc: number, hc: number, cc: number, kb: number) {
  const supply = pr + perc;
  return scaledBranches(0.9 * supply, 0.1 * supply, hc, cc, kb);
}

/** `routed` through the store of exponent 4, `direct` past it, both times kb. */
export function scaledBranches(routed: number, direct: number, hc: number, cc: number, kb: number) {
  const filled = max(STORE_FLOOR, hc + routed / cc);
  const spilt = filled * cubicOverflow(filled);
  const q = cc * spilt + direct;
  return { hc: cubicKept(filled), qt: kb * q, exchanged: cc * (filled - hc) - routed + (kb * q - q) };
}
