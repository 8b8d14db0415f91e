import { sqrt } from './intrinsics.js';

/** Groundwater exchange of GR4 (Perrin et al. 2003, eq. 18): l = kexc·ht^3.5, mm per step, gain where positive. */
export function exchange(ht: number, kexc: number, known: number) {
  return { l: known * kexc * (ht * ht * ht * sqrt(ht)) };
}
