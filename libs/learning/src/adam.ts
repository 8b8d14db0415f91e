import type { MinimiseProblem, MinimiseProgress } from '#kernel';

export interface AdamOptions {
  readonly iterations: number;
  /** Step of a component at the start, in units of the control; it falls to nothing along half a cosine. */
  readonly rate: number;
  readonly onIteration?: (progress: MinimiseProgress) => void;
}

export interface AdamMinimum {
  /** The best control that was met. */
  readonly x: Float64Array;
  readonly cost: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly reason: 'iteration-limit' | `diverged-at-${number}`;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam (Kingma and Ba 2015) with bias corrections that are powers of the step, and a rate that decays (Loshchilov and Hutter 2017). Bounds, where there
 * are any, are kept by projection. A cost or gradient that is not finite stops the search at the best control so far and says the step.
 */
export function adam({ start, lower, upper, evaluate }: MinimiseProblem, { iterations, rate, onIteration }: AdamOptions): AdamMinimum {
  const x = Float64Array.from(start);
  const [gradient, first, second] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)];
  const best = { x: Float64Array.from(x), cost: Infinity };
  for (let step = 1; step <= iterations; step++) {
    const cost = evaluate(x, gradient);
    if (!Number.isFinite(cost) || !gradient.every(Number.isFinite)) {
      return { ...best, iterations: step - 1, evaluations: step, reason: `diverged-at-${step}` };
    }
    if (cost < best.cost) {
      best.cost = cost;
      best.x.set(x);
    }
    const stride = (rate * (1 + Math.cos((Math.PI * (step - 1)) / iterations))) / 2;
    for (let i = 0; i < x.length; i++) {
      first[i] = BETA1 * first[i]! + (1 - BETA1) * gradient[i]!;
      second[i] = BETA2 * second[i]! + (1 - BETA2) * gradient[i]! ** 2;
      const moved = x[i]! - (stride * first[i]!) / (1 - BETA1 ** step) / (Math.sqrt(second[i]! / (1 - BETA2 ** step)) + EPSILON);
      x[i] = Math.min(upper?.[i] ?? Infinity, Math.max(lower?.[i] ?? -Infinity, moved));
    }
    onIteration?.({ iteration: step, evaluations: step, cost: best.cost, projectedGradient: largest(gradient) });
  }
  return { ...best, iterations, evaluations: iterations, reason: 'iteration-limit' };
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
