import type { MinimiseProblem, MinimiseProgress, StopWish } from '#kernel';

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
  readonly reason: 'iteration-limit' | 'interrupted' | `diverged-at-${number}`;
}

/** Running means of the gradient and of its square, and the steps they have seen. */
export interface AdamMoments {
  readonly step: number;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
/** A cost so many times that of the start is as lost as one that is not finite: whatever follows only returns from there. */
const EXPLODED = 100;

export const restingMoments = (size: number): AdamMoments => ({
  step: 0,
  first: new Float64Array(size),
  second: new Float64Array(size),
});

/** The rate of a step (from 0) of so many: half a cosine (Loshchilov and Hutter 2017). */
export const decayedRate = (rate: number, step: number, steps: number): number => (rate * (1 + Math.cos((Math.PI * step) / steps))) / 2;

/** One step of Adam (Kingma and Ba 2015), bias corrections as powers of the step. Returns new arrays. */
export function adamStep(x: Float64Array, gradient: Float64Array, { step, first, second }: AdamMoments, rate: number): AdamStep {
  const moments = {
    step: step + 1,
    first: first.map((mean, i) => BETA1 * mean + (1 - BETA1) * gradient[i]!),
    second: second.map((mean, i) => BETA2 * mean + (1 - BETA2) * gradient[i]! ** 2),
  };
  const [shrunkFirst, shrunkSecond] = [1 - BETA1 ** moments.step, 1 - BETA2 ** moments.step];
  const moved = x.map((value, i) => {
    const scale = Math.sqrt(moments.second[i]! / shrunkSecond) + EPSILON;
    return value - (rate * moments.first[i]!) / shrunkFirst / scale;
  });
  return { x: moved, moments };
}

export interface AdamStep {
  readonly x: Float64Array;
  readonly moments: AdamMoments;
}

/** Whether a training has to stop: a cost or gradient that is not finite, or a cost far above that of the start. */
export const hasExploded = (cost: number, gradient: Float64Array, firstCost: number): boolean =>
  !Number.isFinite(cost) || !gradient.every(Number.isFinite) || cost > EXPLODED * Math.abs(firstCost);

/** Adam with a rate that decays. Bounds, where there are any, are kept by projection. An exploding cost stops the search at the best control so far and says the step. */
export function adam(problem: MinimiseProblem, options: AdamOptions): AdamMinimum {
  const search = adamSteps(problem, options);
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
    options.onIteration?.(step.value);
  }
}

/** The same one step at a time, so that whoever drives it may do something else between two, and stop it. */
export function* adamSteps(
  { start, lower, upper, evaluate }: MinimiseProblem,
  { iterations, rate }: AdamOptions,
): Generator<MinimiseProgress, AdamMinimum, StopWish> {
  const gradient = new Float64Array(start.length);
  let [x, moments, firstCost] = [Float64Array.from(start), restingMoments(start.length), NaN];
  let best = { x, cost: Infinity };
  for (let step = 1; step <= iterations; step++) {
    const cost = evaluate(x, gradient);
    if (step === 1) firstCost = cost;
    if (hasExploded(cost, gradient, firstCost)) return { ...best, iterations: step - 1, evaluations: step, reason: `diverged-at-${step}` };
    if (cost < best.cost) best = { x, cost };
    const moved = adamStep(x, gradient, moments, decayedRate(rate, step - 1, iterations));
    moments = moved.moments;
    x = moved.x.map((value, i) => Math.min(upper?.[i] ?? Infinity, Math.max(lower?.[i] ?? -Infinity, value)));
    const progress = { iteration: step, evaluations: step, cost: best.cost, projectedGradient: largest(gradient) };
    if ((yield progress) === 'stop') return { ...best, iterations: step, evaluations: step, reason: 'interrupted' };
  }
  return { ...best, iterations, evaluations: iterations, reason: 'iteration-limit' };
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
