import { sqrt } from './intrinsics.js';

/** Groundwater exchange of GR4 (Perrin et al. 2003, eq. 18): l = kexc·ht^3.5, mm per step, gain where positive. */
export function exchange(ht: number, kexc: number, known: number) {
  return { l: known * kexc * powerSevenHalves(ht) };
}

/** Groundwater exchange of GR5 and GR6 (Le Moine 2008): l = kexc·(ht − aexc), mm per step; changes sign at the filling aexc. */
export function thresholdExchange(ht: number, kexc: number, aexc: number, known: number) {
  return { l: known * kexc * (ht - aexc) };
}

export function powerSevenHalves(x: number) {
  return x * x * x * sqrt(x);
}

export function powerSevenHalvesSlope(x: number) {
  return 3.5 * (x * x) * sqrt(x);
}
