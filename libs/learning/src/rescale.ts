/** From one step to another, in a structure with these parameters. */
export interface StepChange {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Symbols of the structure's parameters: what joins two equations scales otherwise in each. */
  readonly parameters: readonly string[];
}

/**
 * How coefficients change with the step, so that a step of Δt' releases Δt'/Δt of what a step of Δt did while the water in the stores
 * stays. Derived from the equations of one step:
 * - a power store of exponent n releases c·hⁿ/(n−1), so c ~ Δt^(−1/(n−1)) and h ~ Δt^(1/(n−1)): ct, cl and ht, hl with n = 5, cc and hc
 *   with n = 4;
 * - the exchange kexc·ht^3.5 scales with Δt when kexc ~ Δt^(1/8); with a threshold, kexc·(ht − aexc), when aexc follows ht and
 *   kexc ~ Δt^(3/4);
 * - intensities are depths per step: alpha1, alpha2 ~ 1/Δt;
 * - what melts by the degree (kmlt), drains (ks) or flows out at most (dsm) in a step ~ Δt; hbv's rates are by day at any step.
 * The percolation has its step in β. Everything else (cp, ca, ci, be, kb, llr, akw, bkw, hp …) keeps its value.
 */
const EXPONENTS: Readonly<Record<string, number>> = {
  ct: -1 / 4,
  cl: -1 / 4,
  cc: -1 / 3,
  aexc: 1 / 4,
  kexc: 1 / 8,
  alpha1: -1,
  alpha2: -1,
  kmlt: 1,
  ks: 1,
  dsm: 1,
  ht: 1 / 4,
  hl: 1 / 4,
  hc: 1 / 3,
};
const THRESHOLD_EXCHANGE = 3 / 4;

/** Factor on a parameter or normalised store (and its bounds) when the step changes. */
export function stepFactor(id: string, { fromSeconds, toSeconds, parameters }: StepChange): number {
  const exponent = id === 'kexc' && parameters.includes('aexc') ? THRESHOLD_EXCHANGE : (EXPONENTS[id] ?? 0);
  return (toSeconds / fromSeconds) ** exponent;
}

/**
 * mm to add to the exponential store of GR6 when the step changes: its outflow be·e^(he/be) scales with Δt when he moves by
 * be·ln(Δt'/Δt). Its zero is no emptiness, so no water is made.
 */
export const exponentialStoreShift = (be: number, { fromSeconds, toSeconds }: StepChange): number => be * Math.log(toSeconds / fromSeconds);
