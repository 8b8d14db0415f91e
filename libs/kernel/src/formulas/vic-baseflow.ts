import { max, min } from './intrinsics.js';

/**
 * Baseflow of the bottom layer, the ARNO curve (Francini & Pacciani 1991; Liang et al. 1994, eq. 21): linear up to the filling ws, where it
 * is the share ds of the largest baseflow dsm, and quadratic above. The quadratic part takes at most what lies above ws: where ws comes near
 * 1 the curve is so steep that a step would fall far below it and be filled again, in an oscillation whose derivative has no bound.
 * What did not infiltrate joins it.
 */
export function vicBaseflow(qr: number, hbsl: number, cbsl: number, ds: number, dsm: number, ws: number) {
  const linear = min(((dsm * ds) / ws) * hbsl, hbsl * cbsl);
  const above = max(0, hbsl - ws) / (1 - ws);
  const quick = min(dsm * (1 - ds / ws) * (above * above), max(0, (hbsl - ws) * cbsl - linear));
  const qb = max(0, linear + quick);
  return { qb, hbsl: max(0, hbsl - qb / cbsl), qt: qr + qb };
}
