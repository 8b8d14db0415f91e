/**
 * How GR's coefficients change with the step, so that a step of Δt' releases Δt'/Δt of what a step of Δt did.
 * The transfer store releases ct·ht⁵/4 and exchanges kexc·ht^3.5 a step; with ct ~ Δt^(−1/4) and ht ~ Δt^(1/4)
 * its water ct·ht stays, the release scales with Δt, and so does the exchange when kexc ~ Δt^(1/8).
 * Everything else (cp, ci, llr, akw, bkw, hp) keeps its value.
 */
const EXPONENTS: Readonly<Record<string, number>> = { ct: -1 / 4, kexc: 1 / 8, ht: 1 / 4 };

/** Factor on a parameter or normalised store (and its bounds) when the step changes. */
export const stepFactor = (id: string, fromSeconds: number, toSeconds: number): number => (toSeconds / fromSeconds) ** (EXPONENTS[id] ?? 0);
