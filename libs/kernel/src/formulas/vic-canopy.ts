import { max, min, pow } from './intrinsics.js';

/** mm; the evaporation of a canopy drier than this no longer follows the wetted area, so that its power law stays differentiable. */
const CANOPY_FLOOR = 1e-6;

/**
 * Canopy of VIC (Liang et al. 1994, eq. 1-2) that holds 1 mm: hcl is both its filling and its water. It evaporates from the wetted
 * area hcl^⅔, at most what is there, and lets through what it cannot keep. hcl stays within [0, 1] by itself.
 */
export function vicCanopy(P: number, E: number, hcl: number) {
  const wet = hcl + P;
  const ec = min(E * pow(max(CANOPY_FLOOR, hcl), 2 / 3), wet);
  const left = wet - ec;
  const kept = min(1, left);
  return { ec, en: E - ec, pn: left - kept, hcl: kept };
}
