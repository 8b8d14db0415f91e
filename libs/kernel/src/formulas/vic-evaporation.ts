import { max, min, pow } from './intrinsics.js';

/** The smallest share of a store that counts as dry, so that powers of it stay defined. */
const DRY_FLOOR = 1e-6;

/**
 * Evaporation of the upper soil (Liang et al. 1994, eq. 11-14): all of the demand over the saturated share of the cell, less where the
 * local capacity i of the curve i = im(1 − (1 − A)^(1/b)) is not full. With the dry share d = 1 − husl, r = 1 − i0/im = d^(1/(1 + b))
 * and r^b = d/r, so one power gives both. `series` is the first six terms of the integral over the unsaturated share.
 */
export function vicEvaporation(en: number, husl: number, b: number, cusl: number) {
  const dry = max(DRY_FLOOR, 1 - husl);
  const r = pow(dry, 1 / (1 + b));
  const unsaturated = dry / r;
  const series = 1 + b * r * (1 / (b + 1) + r * (1 / (b + 2) + r * (1 / (b + 3) + r * (1 / (b + 4) + r / (b + 5)))));
  const share = 1 - unsaturated + unsaturated * (1 - r) * series;
  const es = min(en * share, husl * cusl);
  return { es, husl: max(0, husl - es / cusl) };
}
