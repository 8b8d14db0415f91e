import type { Mapping } from './mapping.js';
import { inverseSigmoid } from './sigmoid.js';

/** What is known of a parameter before any discharge of the basin is seen. */
export interface Prior {
  /** Value at a step of one hour, in the unit of the register. */
  readonly value: number;
  /** Standard deviation of the control (the inverse sigmoid of the value). */
  readonly deviation: number;
}

/** Mean and deviation of every component of a control. */
export interface ControlPrior {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/**
 * Priors at an hourly step. cp, ct and kexc: medians and 80 % ranges of GR4J on 429 basins (Perrin, Michel and Andréassian
 * 2003: X1 350 mm, 100 to 1200; X2 0, −5 to 3 mm/d; X3 90 mm, 20 to 300) brought from a day to an hour by ct ~ Δt^(−1/4) and
 * kexc ~ Δt^(1/8). bkw: 3/5, a wide channel after Manning. akw: the register's default and a factor of two. Stores: half and a third full,
 * wide enough to allow a dry or a wet start. What plays the same part in another structure has the same prior; kb: no correction, and
 * within .4 and 1.9 for two basins of three.
 */
export const HOURLY_PRIORS: Readonly<Record<string, Prior>> = {
  cp: { value: 350, deviation: 1 },
  ct: { value: 200, deviation: 1 },
  kexc: { value: 0, deviation: 0.085 },
  cl: { value: 200, deviation: 1 },
  ca: { value: 350, deviation: 1 },
  cc: { value: 200, deviation: 1 },
  aexc: { value: 0.3, deviation: 1 },
  alpha1: { value: 1e-4, deviation: 1 },
  alpha2: { value: 5e-4, deviation: 1 },
  kb: { value: 1, deviation: 0.5 },
  akw: { value: 5, deviation: 0.7 },
  bkw: { value: 0.6, deviation: 0.4 },
  llr: { value: 30, deviation: 1 },
  hp: { value: 0.5, deviation: 1 },
  ht: { value: 0.3, deviation: 1 },
  hl: { value: 0.3, deviation: 1 },
  ha: { value: 0.5, deviation: 1 },
  hc: { value: 0.3, deviation: 1 },
};

/** A descriptor may explain as much of a parameter as is unknown of its mean. */
const SLOPE_SHARE = 1;
const UNKNOWN_DEVIATION = 1;

/** The prior of a whole control; slopes have mean zero. */
export function priorOf(mapping: Mapping, priors: Readonly<Record<string, Prior>>, valueOf: (id: string) => number): ControlPrior {
  const mean: number[] = [];
  const deviation: number[] = [];
  const add = (average: number, spread: number): void => {
    mean.push(average);
    deviation.push(spread);
  };
  for (const { id, range } of mapping.parameters) {
    const prior = priors[id] ?? { value: valueOf(id), deviation: UNKNOWN_DEVIATION };
    add(inverseSigmoid(prior.value, range), prior.deviation);
    for (let d = 0; d < mapping.descriptors.length; d++) add(0, SLOPE_SHARE * prior.deviation);
  }
  for (const { id, range } of mapping.stores) {
    const prior = priors[id] ?? { value: valueOf(id), deviation: UNKNOWN_DEVIATION };
    add(inverseSigmoid(prior.value, range), prior.deviation);
  }
  return { mean: Float64Array.from(mean), deviation: Float64Array.from(deviation) };
}
