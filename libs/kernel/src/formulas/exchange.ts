import { sqrt } from './intrinsics.js';

/** Groundwater exchange of GR4 (Perrin et al. 2003, eq. 18): l = kexc·ht^3.5, mm per step, gain where positive. */
export function exchange(ht: number, kexc: number, known: number) {
  return { l: known * kexc * powerSevenHalves(ht) };
}

export function powerSevenHalves(x: number) {
  return x * x * x * sqrt(x);
}

export function powerSevenHalvesSlope(x: number) {
  return 3.5 * (x * x) * sqrt(x);
}
