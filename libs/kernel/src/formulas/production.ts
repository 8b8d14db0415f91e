import { abs, max, sqrt, tanh } from './intrinsics.js';

/**
 * Production store of GR4 (Perrin et al. 2003, eq. 3-6), all depths in mm per step.
 *
 * Takes net rain pn or net demand en, of which at most one is positive. With w = tanh((pn − en)/cp) and d the filling
 * hp for rain, the room 1 − hp for demand, ps = cp(1 − hp²)w/(1 + hp·w) and −es = cp·hp(2 − hp)w/(1 − (1 − hp)w) are one
 * formula, since hp(2 − hp) = 1 − (1 − hp)². ps ≤ pn and es ≤ en hold by themselves (|tanh x| ≤ |x|).
 * Nothing percolates where the forcing is unknown (known = 0).
 */
export function production(pn: number, en: number, hp: number, cp: number, stepSeconds: number, known: number) {
  const w = tanh((pn - en) / cp);
  const d = w > 0 ? hp : 1 - hp;
  const change = ((1 - d * d) * w) / (1 + d * abs(w));
  const gain = max(0, change);
  const wetted = hp + change;
  const leak = known * wetted * overflow(wetted / percolationScale(stepSeconds));
  const ps = cp * gain;
  return { hp: wetted - leak, pr: pn - ps, perc: cp * leak, es: cp * (gain - change) };
}

/** β = 9/4·(86400/Δt)^¼: the percolation of a step shorter than a day (Ficchì 2017; daily value of Perrin et al. 2003). */
export function percolationScale(stepSeconds: number) {
  return 2.25 * sqrt(sqrt(86400 / stepSeconds));
}

/**
 * 1 − (1 + x⁴)^(−¼), the share of a store of relative filling x that leaves it in a step.
 * Written as u/((s + 1)(r + 1)r) with u = x⁴, s = √(1 + u), r = √s, which keeps every digit where x is small.
 */
export function overflow(x: number) {
  const square = x * x;
  const u = square * square;
  const s = sqrt(1 + u);
  const r = sqrt(s);
  return u / ((s + 1) * ((r + 1) * r));
}

/** Its derivative x³(1 + x⁴)^(−5/4), given because it is much shorter than what the rules of differentiation make of the line above. */
export function overflowSlope(x: number) {
  const square = x * x;
  const u = square * square;
  return (square * x) / ((1 + u) * sqrt(sqrt(1 + u)));
}
