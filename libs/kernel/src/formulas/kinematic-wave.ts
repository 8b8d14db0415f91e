import { max, pow } from './intrinsics.js';

/** m³/s; below it the wave has no speed. */
const DISCHARGE_FLOOR = 1e-6;

/**
 * Kinematic wave A = akw·Q^bkw, linearised, implicit and upwind (Chow et al. 1988, eq. 9.6.7; Te Chow's linear scheme).
 * q is the cell's discharge and qtl its runoff at the end of the last step: both are states, so that a restart goes on exactly.
 */
export function kinematicWave(
  runoff: number,
  qup: number,
  q: number,
  qtl: number,
  akw: number,
  bkw: number,
  reachLength: number,
  stepSeconds: number,
) {
  const before = max(DISCHARGE_FLOOR, q);
  const above = max(DISCHARGE_FLOOR, qup);
  const lateral = 0.5 * (max(DISCHARGE_FLOOR, qtl) + max(DISCHARGE_FLOOR, runoff));
  const travel = stepSeconds / reachLength;
  const inertia = akw * bkw * pow(0.5 * (before + above), bkw - 1);
  const Q = (travel * (above + lateral) + inertia * before) / (travel + inertia);
  return { Q, q: Q, qtl: runoff };
}

/** A headwater is not routed: its discharge is its runoff. */
export function kinematicWaveHead(runoff: number) {
  return { Q: runoff, q: runoff, qtl: runoff };
}
