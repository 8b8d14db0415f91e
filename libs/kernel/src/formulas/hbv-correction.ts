import { drainBoxes } from './hbv-response.js';
import { soilEvaporation, soilGain } from './hbv-soil.js';
import { max, min, tanh } from './intrinsics.js';

// What the corrections of GR's fluxes (flux-correction.ts) are in HBV-light: of each output z of the network f = tanh z in (−1, 1). Which
// fluxes are corrected is ours, no paper has it. With z = 0 every formula here gives the bits of the one it corrects.

/** What the network sees of the boxes: shares in [0, 1], since millimetres by the hundred would leave it nothing to tell apart. */
export function hbvFillings(SM: number, FC: number, SUZ: number, SLZ: number) {
  return { wetness: SM / FC, upperShare: SUZ / (SUZ + FC), lowerShare: SLZ / (SLZ + FC) };
}

/**
 * What stays in the soil and what it evaporates times 1 + f, never more than there is nor than the soil takes. The limit of the gain is at
 * least the plain one, so that rounding does not count as an excess.
 */
export function correctedHbvSoil(insoil: number, E: number, SM: number, FC: number, LP: number, BETA: number, zps: number, zes: number) {
  const plain = soilGain(insoil, SM, FC, BETA);
  const gain = min(max(plain, min(insoil, FC - SM)), (1 + tanh(zps)) * plain);
  const wetted = SM + gain;
  const ea = min(min(E, wetted), (1 + tanh(zes)) * soilEvaporation(E, wetted, FC, LP));
  return { recharge: insoil - gain, ea, SM: wetted - ea };
}

/** f² of the recharge passes both boxes; PERC times 1 + f. */
export function correctedHbvResponse(
  recharge: number,
  SUZ: number,
  SLZ: number,
  PERC: number,
  UZL: number,
  K0: number,
  K1: number,
  K2: number,
  stepSeconds: number,
  zc: number,
  zperc: number,
) {
  const f = tanh(zc);
  const passed = f * f * recharge;
  const upper = SUZ + (recharge - passed);
  const percolation = min(upper, (1 + tanh(zperc)) * ((PERC * stepSeconds) / 86400));
  const { q0, q1, q2, SUZ: supply, SLZ: lower, qt } = drainBoxes(upper - percolation, percolation, SLZ, UZL, K0, K1, K2, stepSeconds);
  return { percolation, q0, q1, q2, SUZ: supply, SLZ: lower, qt: qt + passed };
}
