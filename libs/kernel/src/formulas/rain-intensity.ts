import { exp, max, tanh } from './intrinsics.js';
import { kept, overflow } from './power-store.js';
import { percolationScale, wetting } from './production.js';

const STORE_FLOOR = 1e-6;

/**
 * Production store of GR4 with rain intensity (Astagneau et al. 2022): of net rain pn the share γ = 1 − exp(−alpha1·pn) passes the
 * store, so it fills by dhp/dp = (1 − γ)(1 − hp²)/cp. This is the solution of that equation: the store of GR4 with the rain
 * (1 − γ)pn, which keeps its bounds. (The published form subtracts γ from the solution of dhp/dp = 1 − (1 − γ)hp² instead and is the
 * same to first order in pn/cp; a small store would fall below 0. SMASH subtracts γ times the step in seconds.)
 */
export function intenseProduction(
  pn: number,
  en: number,
  hp: number,
  cp: number,
  alpha1: number,
  alpha2: number,
  stepSeconds: number,
  known: number,
) {
  const { wetted, ps, es } = wetting(pn * exp(-alpha1 * pn), en, hp, cp);
  const leak = known * wetted * overflow(wetted / percolationScale(stepSeconds));
  const intense = tanh(alpha2 * pn);
  return { hp: wetted - leak, pr: pn - ps, perc: cp * leak, es, direct: 0.1 + 0.9 * (intense * intense) };
}

/** The two branches of GR4 with the share `direct` of the rain's intensity instead of a tenth. */
export function intenseTransfer(pr: number, perc: number, direct: number, l: number, ht: number, ct: number) {
  const supply = pr + perc;
  const quick = direct * supply;
  const filled = max(STORE_FLOOR, ht + (supply - quick + l) / ct);
  const spilt = filled * overflow(filled);
  const qd = max(0, quick + l);
  return { ht: kept(filled), qt: ct * spilt + qd, exchanged: ct * (filled - ht) + qd - supply };
}
