import { vicBaseflow } from './vic-baseflow.js';
import { vicDrainage } from './vic-drainage.js';

/** Drainage from layer to layer of VIC, then the baseflow of the bottom one, which what did not infiltrate joins. */
export function vicGround(
  qr: number,
  husl: number,
  hmsl: number,
  hbsl: number,
  cusl: number,
  cmsl: number,
  cbsl: number,
  ks: number,
  pbc: number,
  ds: number,
  dsm: number,
  ws: number,
) {
  const drained = vicDrainage(husl, hmsl, hbsl, cusl, cmsl, cbsl, ks, pbc);
  const bottom = vicBaseflow(qr, drained.hbsl, cbsl, ds, dsm, ws);
  return { husl: drained.husl, hmsl: drained.hmsl, hbsl: bottom.hbsl, qb: bottom.qb, qt: bottom.qt };
}
