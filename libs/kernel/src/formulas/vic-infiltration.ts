import { max, min, pow } from './intrinsics.js';

/** The smallest share of room that counts, so that powers of it stay defined. */
const ROOM_FLOOR = 1e-6;

/**
 * Infiltration into the two upper layers together by the capacity curve of Xinanjiang (Zhao et al. 1980; Liang et al. 1994, eq. 3):
 * with g = (1 − w/c)^(1/(1 + b)) the rain pn leaves c·(g − pn/im)^(1 + b) of their room, none where pn > im·g. The upper layer fills first,
 * the middle takes what is left, the rest runs off; so the split closes whatever the powers round to.
 */
export function vicInfiltration(pn: number, husl: number, hmsl: number, b: number, cusl: number, cmsl: number) {
  const upperRoom = (1 - husl) * cusl;
  const middleRoom = (1 - hmsl) * cmsl;
  const c = cusl + cmsl;
  const room = max(0, upperRoom + middleRoom);
  const g = pow(max(ROOM_FLOOR, room / c), 1 / (1 + b));
  const reached = pn / ((1 + b) * c * g);
  const left = reached < 1 ? pow(max(ROOM_FLOOR, 1 - reached), 1 + b) : 0;
  const infiltration = min(pn, room * max(0, 1 - left));
  const upper = min(infiltration, max(0, upperRoom));
  const middle = min(infiltration - upper, max(0, middleRoom));
  return { husl: husl + upper / cusl, hmsl: hmsl + middle / cmsl, qr: pn - upper - middle };
}
