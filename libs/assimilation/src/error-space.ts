/** A scale on which the errors of a run are filtered and carried forward. */
export interface ErrorSpace {
  readonly to: (discharge: number) => number;
  readonly from: (z: number) => number;
}

/** Errors of Q: what a store or a missing baseflow does wrong stays as large when the flood has passed. */
export const ADDITIVE: ErrorSpace = { to: discharge => discharge, from: z => Math.max(0, z) };

/**
 * Errors of 4·Q^¼, which grow with the flood as those of rain do, without multiplying a flood by the relative error of a
 * trickle as a logarithm would: Box and Cox 1964, λ = ¼.
 */
export const RELATIVE: ErrorSpace = {
  to: discharge => 4 * Math.max(0, discharge) ** 0.25,
  from: z => (z <= 0 ? 0 : (z / 4) ** 4),
};

/** The band is laid around the median on the relative scale. */
export const toErrorSpace = RELATIVE.to;
export const fromErrorSpace = RELATIVE.from;
