import { max, min } from './intrinsics.js';

/**
 * Baseflow of the bottom layer, the ARNO curve (Francini & Pacciani 1991; Liang et al. 1994, eq. 21): linear up to the filling ws, where it
 * is the share ds of the largest baseflow dsm, and quadratic above. What did not infiltrate joins it.
 */
export function vicBaseflow(qr: number, hbsl: number, cbsl: number, ds: number, dsm: number, ws: number) {
  const linear = (dsm * ds) / ws;
  const above = max(0, hbsl - ws) / (1 - ws);
  const qb = min(linear * hbsl + dsm * (1 - ds / ws) * (above * above), hbsl * cbsl);
  return { qb, hbsl: max(0, hbsl - qb / cbsl), qt: qr + qb };
}
