import type { NetworkLayout } from '#kernel';
import { normalNumbers } from '#hydrology';
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

const UNKNOWN_DEVIATION = 1;

/**
 * Deviations of the weights of a network inside the step: what a neuron gets from one input varies by about one over what the input takes, stores from 0 to 1,
 * net rain to 20 mm and net PET to 1 mm an hour. Larger ones let a correction saturate at rain it has never seen: from one half of the Cance's calibration
 * period to the other, .3 for the rain lost .08 to .13 of NSE with distributed parameters.
 */
const INPUT_DEVIATION: Readonly<Record<string, number>> = { pn: 0.05, en: 1 };
const STORE_DEVIATION = 1;

export interface PriorKnowledge {
  readonly priors: Readonly<Record<string, Prior>>;
  /** What the priors leave out. */
  readonly valueOf: (id: string) => number;
  /** Of the random hidden weights of a network inside the step. */
  readonly seed: number;
  /** Weights that such a network has learnt before: they are its mean then. */
  readonly pretrained?: Float64Array;
}

/** The prior of a whole control. */
export function priorOf(mapping: Mapping, { priors, valueOf, seed, pretrained }: PriorKnowledge): ControlPrior {
  const parts = [...mapping.parameters, ...mapping.stores].map(({ fields, map }) => {
    const known = fields.map(({ id, range }) => {
      const prior = priors[id] ?? { value: valueOf(id), deviation: UNKNOWN_DEVIATION };
      return { mean: inverseSigmoid(prior.value, range), deviation: prior.deviation };
    });
    return map.prior({
      mean: Float64Array.from(known, ({ mean }) => mean),
      deviation: Float64Array.from(known, ({ deviation }) => deviation),
    });
  });
  if (mapping.weights && mapping.layout.network) {
    const drawn = correctionPrior(mapping.layout.network, seed);
    parts.push(pretrained ? { ...drawn, mean: pretrained } : drawn);
  }
  return {
    mean: Float64Array.from(parts.flatMap(({ mean }) => [...mean])),
    deviation: Float64Array.from(parts.flatMap(({ deviation }) => [...deviation])),
  };
}

/**
 * In the order of the weights: layer by layer the matrix [output × inputs + input], then the biases. Hidden layers lie around random weights and the last
 * one around zero, so that a fit starts with the plain structure.
 */
export function correctionPrior({ inputs, hidden, outputs }: NetworkLayout, seed: number): ControlPrior {
  const sizes = [inputs.length, ...hidden, outputs.length];
  const deviation = sizes.slice(1).flatMap((count, l) => {
    const row =
      l === 0
        ? inputs.map(input => INPUT_DEVIATION[input] ?? STORE_DEVIATION)
        : Array.from({ length: sizes[l]! }, () => 1 / Math.sqrt(sizes[l]!));
    return [...Array.from({ length: count }, () => row).flat(), ...new Array<number>(count).fill(1)];
  });
  const last = deviation.length - outputs.length * (hidden.at(-1)! + 1);
  const mean = normalNumbers(deviation.length, seed).map((value, i) => (i < last ? value * deviation[i]! : 0));
  return { mean, deviation: Float64Array.from(deviation) };
}
