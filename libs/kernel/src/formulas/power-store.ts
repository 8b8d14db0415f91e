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
  const square = x * x;
  const u = square * square;
  return (square * x) / ((1 + u) * sqrt(sqrt(1 + u)));
}

/** 1 − (1 + x³)^(−⅓): the same for a store of exponent 4, written as u/(r(r² + r + 1)) with u = x³, r = ∛(1 + u). */
export function cubicOverflow(x: number) {
  const u = x * x * x;
  const r = pow(1 + u, 1 / 3);
  return u / (r * (r * r + r + 1));
}

/** Its derivative x²(1 + x³)^(−4/3). */
export function cubicOverflowSlope(x: number) {
  const u = 1 + x * x * x;
  return (x * x) / (u * pow(u, 1 / 3));
}

/**
 * What a store keeps after it spilt. Only where a tiny store took a storm does the difference round out of [0, 1]; putting that right is
 * held, so that it costs the adjoint nothing.
 */
export function kept(filled: number, spilt: number) {
  const left = filled - spilt;
  return left + held(min(1, max(0, left)) - left);
}
