import { max, min } from './intrinsics.js';

/**
 * Interception store of GR (Ficchì et al. 2019, eq. 5-8): evaporates first, fills, then lets throughfall pass.
 *
 * `filling` is the store before it is cut to [0, 1]: what lies above 1 falls through, what lies below 0 is demand the
 * store could not meet. This is ei = min(E, P + hi·ci), pn = max(0, P − ci(1 − hi) − ei), hi += (P − ei − pn)/ci for
 * P, E ≥ 0, without its differences of nearly equal depths. At most one of pn and en is positive.
 */
export function interception(P: number, E: number, hi: number, ci: number) {
  const filling = hi + (P - E) / ci;
  const filled = max(0, filling);
  const kept = min(1, filled);
  const en = ci * (filled - filling);
  return { pn: ci * (filled - kept), en, ei: E - en, hi: kept };
}

/** Without an interception store: demand and rain of a step meet, what is left of either goes on. */
export function noInterception(P: number, E: number) {
  const ei = min(P, E);
  return { pn: P - ei, en: E - ei, ei };
}
