import type { HoldOut } from './assimilate.js';
import type { WeightedObservations } from './observation-error.js';

export interface Verdict {
  readonly pass: boolean;
  readonly reason: string;
}

/** The fit may be this much worse than the background on the hours it did not see before it is refused. */
const HOLD_OUT_TOLERANCE = 1.05;

/**
 * A fit always beats its own background on what it was fitted to; so it is judged on the last hours, left out of a first fit:
 * mean squared log departure there, each run continued from its last kept departure as the forecast will be.
 */
export function judgeHoldOut({ held, kept }: HoldOut, background: Float64Array, fitted: Float64Array, steps: number): Verdict {
  const score = (run: Float64Array): number => {
    let [sum, count] = [0, 0];
    for (const gauge of held) {
      const before = kept.find(({ row }) => row === gauge.row);
      const last = before === undefined ? 0 : departure(run, steps, before, before.steps.length - 1);
      gauge.steps.forEach((_, k) => {
        sum += (departure(run, steps, gauge, k) - last) ** 2;
        count++;
      });
    }
    return Math.sqrt(sum / count);
  };
  const [before, after] = [score(background), score(fitted)];
  const numbers = `${percent(after)} against ${percent(before)} of the background`;
  if (after > before * HOLD_OUT_TOLERANCE + 1e-3) return { pass: false, reason: `on the hours held out the fit erred by ${numbers}` };
  return { pass: true, reason: `on the hours held out the fit erred by ${numbers}` };
}

/** Departures that stay far outside the error model are not a matter of states: a rating jump, a blocked gauge, a wrong unit. */
export function judgeInnovations(cost: number, observations: readonly WeightedObservations[], limit: number): Verdict {
  const count = observations.reduce((sum, { steps }) => sum + steps.length, 0);
  const each = cost / count;
  if (each > limit)
    return {
      pass: false,
      reason: `cost ${each.toFixed(1)} per observation after the fit, more than ${limit}: the innovations do not fit the error model`,
    };
  return { pass: true, reason: `cost ${each.toFixed(2)} per observation after the fit` };
}

const departure = (
  run: Float64Array,
  steps: number,
  gauge: { row: number; steps: readonly number[]; values: readonly number[]; offset: number },
  k: number,
): number => Math.log((run[gauge.row * steps + gauge.steps[k]!]! + gauge.offset) / (gauge.values[k]! + gauge.offset));

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
