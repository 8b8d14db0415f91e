import { max, min, pow } from './intrinsics.js';

/** Least relative permeability, which is also what keeps the power of an empty layer defined. */
const PERMEABILITY_FLOOR = 1e-6;

/** Gravity drainage of the upper into the middle and of the middle into the bottom layer (Brooks & Corey 1964; Liang et al. 1994, eq. 17). */
export function vicDrainage(husl: number, hmsl: number, hbsl: number, cusl: number, cmsl: number, cbsl: number, ks: number, pbc: number) {
  const upper = vicDrained(husl, cusl, hmsl, cmsl, ks, pbc);
  const filled = hmsl + upper / cmsl;
  const middle = vicDrained(filled, cmsl, hbsl, cbsl, ks, pbc);
  return { husl: husl - upper / cusl, hmsl: filled - middle / cmsl, hbsl: hbsl + middle / cbsl };
}

/** mm per step from a layer into the one below: ks·h^pbc, at most the water of the one and the room of the other. */
export function vicDrained(h: number, c: number, below: number, belowCapacity: number, ks: number, pbc: number) {
  const permeability = max(PERMEABILITY_FLOOR, pow(max(PERMEABILITY_FLOOR, h), pbc));
  return min(ks * permeability, max(0, min(h * c, (1 - below) * belowCapacity)));
}
