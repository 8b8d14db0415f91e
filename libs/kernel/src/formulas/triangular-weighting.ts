import { max, min } from './intrinsics.js';

/** Steps that the delay line of a cell holds: a longer base is cut to them. */
const LONGEST_BASE = 24;

/**
 * MAXBAS of HBV-light (Seibert & Vis 2012, eq. 4-5): the runoff of a cell leaves it spread over a triangle of base MAXBAS days,
 * Q(t) = Σ c(i)·runoff(t − i + 1), c(i) the triangle's area between i − 1 and i, and then passes every cell below in the same step. Where
 * MAXBAS is the same in a basin, this is the weighting of its outflow. uh1, uh2 … leave 1, 2 … steps from now: states, so that a restart
 * goes on exactly. A base below one step does not delay, one above 24 steps is cut to 24; water is kept either way.
 */
export function triangularWeighting(
  runoff: number,
  qup: number,
  MAXBAS: number,
  stepSeconds: number,
  uh1: number,
  uh2: number,
  uh3: number,
  uh4: number,
  uh5: number,
  uh6: number,
  uh7: number,
  uh8: number,
  uh9: number,
  uh10: number,
  uh11: number,
  uh12: number,
  uh13: number,
  uh14: number,
  uh15: number,
  uh16: number,
  uh17: number,
  uh18: number,
  uh19: number,
  uh20: number,
  uh21: number,
  uh22: number,
  uh23: number,
) {
  const base = min(LONGEST_BASE, max(1, (MAXBAS * 86400) / stepSeconds));
  return {
    Q: qup + uh1 + triangleBetween(0, base) * runoff,
    uh1: uh2 + triangleBetween(1, base) * runoff,
    uh2: uh3 + triangleBetween(2, base) * runoff,
    uh3: uh4 + triangleBetween(3, base) * runoff,
    uh4: uh5 + triangleBetween(4, base) * runoff,
    uh5: uh6 + triangleBetween(5, base) * runoff,
    uh6: uh7 + triangleBetween(6, base) * runoff,
    uh7: uh8 + triangleBetween(7, base) * runoff,
    uh8: uh9 + triangleBetween(8, base) * runoff,
    uh9: uh10 + triangleBetween(9, base) * runoff,
    uh10: uh11 + triangleBetween(10, base) * runoff,
    uh11: uh12 + triangleBetween(11, base) * runoff,
    uh12: uh13 + triangleBetween(12, base) * runoff,
    uh13: uh14 + triangleBetween(13, base) * runoff,
    uh14: uh15 + triangleBetween(14, base) * runoff,
    uh15: uh16 + triangleBetween(15, base) * runoff,
    uh16: uh17 + triangleBetween(16, base) * runoff,
    uh17: uh18 + triangleBetween(17, base) * runoff,
    uh18: uh19 + triangleBetween(18, base) * runoff,
    uh19: uh20 + triangleBetween(19, base) * runoff,
    uh20: uh21 + triangleBetween(20, base) * runoff,
    uh21: uh22 + triangleBetween(21, base) * runoff,
    uh22: uh23 + triangleBetween(22, base) * runoff,
    uh23: triangleBetween(23, base) * runoff,
  };
}

/** A headwater has nothing above it; its runoff waits like any other. */
export function triangularWeightingHead(
  runoff: number,
  MAXBAS: number,
  stepSeconds: number,
  uh1: number,
  uh2: number,
  uh3: number,
  uh4: number,
  uh5: number,
  uh6: number,
  uh7: number,
  uh8: number,
  uh9: number,
  uh10: number,
  uh11: number,
  uh12: number,
  uh13: number,
  uh14: number,
  uh15: number,
  uh16: number,
  uh17: number,
  uh18: number,
  uh19: number,
  uh20: number,
  uh21: number,
  uh22: number,
  uh23: number,
) {
  return triangularWeighting(
    runoff,
    0,
    MAXBAS,
    stepSeconds,
    uh1,
    uh2,
    uh3,
    uh4,
    uh5,
    uh6,
    uh7,
    uh8,
    uh9,
    uh10,
    uh11,
    uh12,
    uh13,
    uh14,
    uh15,
    uh16,
    uh17,
    uh18,
    uh19,
    uh20,
    uh21,
    uh22,
    uh23,
  );
}

/** Area of a triangle of base `base` and area 1 between i and i + 1. */
export function triangleBetween(i: number, base: number) {
  return triangleUpTo((i + 1) / base) - triangleUpTo(i / base);
}

/** Area of a triangle of base 1 and area 1 up to x. */
export function triangleUpTo(x: number) {
  const rest = max(0, 1 - x);
  return x < 0.5 ? 2 * x * x : 1 - 2 * rest * rest;
}
