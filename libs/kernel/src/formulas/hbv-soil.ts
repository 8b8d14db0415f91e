import { max, min, pow } from './intrinsics.js';

/** Least filling that counts for the power law, so that its derivative stays finite. */
const FILLING_FLOOR = 1e-6;

/**
 * Soil routine of HBV-light (Seibert & Vis 2012, eq. 1-2): of the water that reaches the soil the share (SM/FC)^BETA recharges the
 * groundwater. HBV-light lets it in millimetre by millimetre, that is, it integrates dSM = (1 − (SM/FC)^BETA) dI; here the mean of the shares
 * before and after stands for the integral (Heun), so that a step with much rain fills the soil as many small ones would. What is
 * above FC recharges. Then the soil evaporates E·min(1, SM/(FC·LP)), at most what it holds.
 */
export function hbvSoil(insoil: number, E: number, SM: number, FC: number, LP: number, BETA: number) {
  const gain = soilGain(insoil, SM, FC, BETA);
  const wetted = SM + gain;
  const ea = soilEvaporation(E, wetted, FC, LP);
  return { recharge: insoil - gain, ea, SM: wetted - ea };
}

/** mm of the water that reaches the soil which stay in it. */
export function soilGain(insoil: number, SM: number, FC: number, BETA: number) {
  const filling = min(1, SM / FC);
  const share = pow(max(FILLING_FLOOR, filling), BETA);
  const guess = min(1, filling + (insoil / FC) * (1 - share));
  const shareAfter = pow(max(FILLING_FLOOR, guess), BETA);
  return min(FC - SM, insoil * (1 - 0.5 * (share + shareAfter)));
}

/** mm; E·min(1, SM/(FC·LP)), at most what the soil holds. */
export function soilEvaporation(E: number, SM: number, FC: number, LP: number) {
  return min(SM, E * min(1, SM / (FC * LP)));
}
