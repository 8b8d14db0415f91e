import { max } from './intrinsics.js';

/**
 * What a column sees of the sky. The kernel packs a step whose rain or demand is missing as rain = −1, pet = 0:
 * the formulas then get no water, no demand and known = 0, and the transfer store drains on. `precipitation` is what the balance counts
 * as rain; a snow slot that takes some of P for its pack leaves it as it is.
 */
export function forcing(rain: number, pet: number, rainFactor: number) {
  const P = max(0, rain) * rainFactor;
  return { precipitation: P, P, E: pet, known: rain >= 0 ? 1 : 0 };
}
