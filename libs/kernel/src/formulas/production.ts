import { abs, max, sqrt, tanh } from './intrinsics.js';
import { overflow } from './power-store.js';

/**
 * Production store of GR4 (Perrin et al. 2003, eq. 3-6), all depths in mm per step.
 *
 * Takes net rain pn or net demand en, of which at most one is positive. With w = tanh((pn − en)/cp) and d the filling
 * hp for rain, the room 1 − hp for demand, ps = cp(1 − hp²)w/(1 + hp·w) and −es = cp·hp(2 − hp)w/(1 − (1 − hp)w) are one
 * formula, since hp(2 − hp) = 1 − (1 − hp)². ps ≤ pn and es ≤ en hold by themselves (|tanh x| ≤ |x|).
 * Nothing percolates where the forcing is unknown (known = 0).
 */
export function production(pn: number, en: number, hp: number, cp: number, stepSeconds: number, known: number) {
  return percolate(relativeGain(pn, en, hp, cp), pn, hp, cp, stepSeconds, known);
}

/** The store after a gain of ps or a loss of es, (ps − es)/cp = change, and after what percolates then. */
export function percolate(change: number, pn: number, hp: number, cp: number, stepSeconds: number, known: number) {
  const { wetted, ps, es } = changed(change, hp, cp);
  const leak = known * wetted * overflow(wetted / percolationScale(stepSeconds));
  return { hp: wetted - leak, pr: pn - ps, perc: cp * leak, es };
}

/** The production store of GRC and GRD, from which nothing percolates. */
export function tightProduction(pn: number, en: number, hp: number, cp: number) {
  const { wetted, ps, es } = wetting(pn, en, hp, cp);
  return { hp: wetted, pr: pn - ps, es };
}

/** The production store of Loieau: GR4's under its own names. */
export function loieauProduction(pn: number, en: number, ha: number, ca: number, stepSeconds: number, known: number) {
  const { hp, pr, perc, es } = production(pn, en, ha, ca, stepSeconds, known);
  return { ha: hp, pr, perc, es };
}

/** What rain pn brings into the store and demand en takes out of it. */
export function wetting(pn: number, en: number, hp: number, cp: number) {
  return changed(relativeGain(pn, en, hp, cp), hp, cp);
}

/** (ps − es)/cp. */
export function relativeGain(pn: number, en: number, hp: number, cp: number) {
  const w = tanh((pn - en) / cp);
  const d = w > 0 ? hp : 1 - hp;
  return ((1 - d * d) * w) / (1 + d * abs(w));
}

function changed(change: number, hp: number, cp: number) {
  const gain = max(0, change);
  return { wetted: hp + change, ps: cp * gain, es: cp * (gain - change) };
}

/** β = 9/4·(86400/Δt)^¼: the percolation of a step shorter than a day (Ficchì 2017; daily value of Perrin et al. 2003). */
export function percolationScale(stepSeconds: number) {
  return 2.25 * sqrt(sqrt(86400 / stepSeconds));
}
