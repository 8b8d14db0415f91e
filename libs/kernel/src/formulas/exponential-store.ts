import { abs, exp, log, max } from './intrinsics.js';

const LEAST_GAIN = 1e-30;

/**
 * Exponential store of GR6 (Pushpalatha et al. 2011, after Michel et al. 2003): drained = be·ln(1 + e^(s/be)) of a store s in mm that
 * may be negative. What stays is −be·ln(1 + e^(−s/be)), so that both share one logarithm and add up to s exactly.
 */
export function drainExponential(s: number, be: number) {
  const a = s / be;
  const spread = softening(abs(a));
  return { drained: be * (max(0, a) + spread), undrained: -be * (max(0, -a) + spread) };
}

/** ln(1 + e^(−x)) for x ≥ 0, every digit of it also where e^(−x) is far below 1 (Kahan's form of ln(1 + y)). */
export function softening(x: number) {
  const y = exp(-x);
  const u = 1 + y;
  const gained = u - 1;
  return gained > 0 ? y * (log(u) / max(LEAST_GAIN, gained)) : y;
}

export function softeningSlope(x: number) {
  const y = exp(-x);
  return -y / (1 + y);
}
