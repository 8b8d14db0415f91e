import { held, max, min, pow, sqrt } from './intrinsics.js';

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
  return x * x * x * keptSlope(x);
}

/** x(1 + x⁴)^(−¼), the filling that stays: what spilt is taken off, so that the water adds up to the last digit. */
export function kept(x: number) {
  return withinStore(x - x * overflow(x));
}

/**
 * Its derivative (1 + x⁴)^(−5/4). The rules would take nearly 1 from 1 where a tiny store took a storm; times an exchange of many times the
 * capacity that rounding grew without bound over a window.
 */
export function keptSlope(x: number) {
  const square = x * x;
  const u = square * square;
  return 1 / ((1 + u) * sqrt(sqrt(1 + u)));
}

/** 1 − (1 + x³)^(−⅓): the same for a store of exponent 4, written as u/(r(r² + r + 1)) with u = x³, r = ∛(1 + u). */
export function cubicOverflow(x: number) {
  const u = x * x * x;
  const r = pow(1 + u, 1 / 3);
  return u / (r * (r * r + r + 1));
}

/** Its derivative x²(1 + x³)^(−4/3). */
export function cubicOverflowSlope(x: number) {
  return x * x * cubicKeptSlope(x);
}

/** x(1 + x³)^(−⅓), the filling that stays. */
export function cubicKept(x: number) {
  return withinStore(x - x * cubicOverflow(x));
}

/** Its derivative (1 + x³)^(−4/3). */
export function cubicKeptSlope(x: number) {
  const u = 1 + x * x * x;
  return 1 / (u * pow(u, 1 / 3));
}

/** Where a tiny store took a storm what stays rounds out of [0, 1]; putting that right is held, so that it costs the adjoint nothing. */
function withinStore(left: number) {
  return left + held(min(1, max(0, left)) - left);
}
