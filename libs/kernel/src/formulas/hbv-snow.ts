import { max, min } from './intrinsics.js';

/** °C; the packed value of a temperature that is missing, and everything colder than any air. */
const COLDEST = -90;

/**
 * Snow routine of HBV-light (Seibert & Vis 2012, section 2.1). Below the threshold TT precipitation falls as snow, corrected by SFCF;
 * above it the pack SP melts by CFMAX·(T − TT) mm a day, below it CFR·CFMAX·(TT − T) of the liquid water WC freezes again. The pack holds
 * liquid water up to the share CWH of its ice; what is more leaves it as `insoil`. CFMAX is a rate, so a step takes its share of the day.
 * Where the temperature is missing what falls counts as rain, and nothing melts or freezes, nor does it where rain or PET is missing
 * (known = 0).
 */
export function hbvSnow(
  P: number,
  temperature: number,
  known: number,
  SP: number,
  WC: number,
  TT: number,
  CFMAX: number,
  SFCF: number,
  CFR: number,
  CWH: number,
  stepSeconds: number,
) {
  const degreeDays = temperature > COLDEST ? known * (temperature - TT) * (stepSeconds / 86400) : 0;
  const snow = temperature > COLDEST ? (temperature < TT ? P : 0) : 0;
  const fallen = SFCF * snow;
  const pack = SP + fallen;
  const melt = min(pack, CFMAX * max(0, degreeDays));
  const water = WC + (P - snow) + melt;
  const refrozen = min(water, CFR * CFMAX * max(0, -degreeDays));
  const ice = pack - melt + refrozen;
  const liquid = water - refrozen;
  const held = min(liquid, CWH * ice);
  return { precipitation: P - snow + fallen, melt, SP: ice, WC: held, insoil: liquid - held };
}
