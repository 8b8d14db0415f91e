import { log, max, min, tanh } from './intrinsics.js';

/**
 * Response routine of HBV-light (Seibert & Vis 2012, eq. 3): recharge fills the upper box SUZ, of which PERC mm a day at most percolate to the
 * lower box SLZ; the upper box drains by K1 and, above UZL, by K0, the lower by K2. A daily rate K empties 1 − (1 − K)^(Δt/day) of a
 * box in a step, so that a day of steps empties K of it whatever the step.
 */
export function hbvResponse(
  recharge: number,
  SUZ: number,
  SLZ: number,
  PERC: number,
  UZL: number,
  K0: number,
  K1: number,
  K2: number,
  stepSeconds: number,
) {
  const upper = SUZ + recharge;
  const percolation = min(upper, (PERC * stepSeconds) / 86400);
  return drainBoxes(upper - percolation, percolation, SLZ, UZL, K0, K1, K2, stepSeconds);
}

/** The outflows of the upper box that holds `supply` and of the lower one that `percolation` reaches. */
export function drainBoxes(
  supply: number,
  percolation: number,
  SLZ: number,
  UZL: number,
  K0: number,
  K1: number,
  K2: number,
  stepSeconds: number,
) {
  const q0 = stepRate(K0, stepSeconds) * max(0, supply - UZL);
  const q1 = min(supply - q0, stepRate(K1, stepSeconds) * supply);
  const lower = SLZ + percolation;
  const q2 = stepRate(K2, stepSeconds) * lower;
  return { percolation, q0, q1, q2, SUZ: supply - q0 - q1, SLZ: lower - q2, qt: q0 + q1 + q2 };
}

/**
 * 1 − (1 − K)^(Δt/day), the share of a box that leaves it in a step, of the share K that leaves it in a day. Written as
 * 1 − e^(−2y) = 2t/(1 + t), t = tanh y, which keeps its digits where it is small.
 */
export function stepRate(K: number, stepSeconds: number) {
  const t = tanh(-0.5 * (stepSeconds / 86400) * log(1 - K));
  return (2 * t) / (1 + t);
}
