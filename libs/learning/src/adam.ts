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
/** What a step keeps of the running mean of the squared gradient. */
export const BETA2 = 0.999;
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

export interface AdamStepSize {
  readonly rate: number;
  readonly beta2?: number;
}

/** One step of Adam (Kingma and Ba 2015), bias corrections as powers of the step. Returns new arrays. */
export function adamStep(
  x: Float64Array,
  gradient: Float64Array,
  { step, first, second }: AdamMoments,
  { rate, beta2 = BETA2 }: AdamStepSize,
): AdamStep {
  const moments = {
    step: step + 1,
    first: first.map((mean, i) => BETA1 * mean + (1 - BETA1) * gradient[i]!),
    second: second.map((mean, i) => beta2 * mean + (1 - beta2) * gradient[i]! ** 2),
  };
  const [shrunkFirst, shrunkSecond] = [1 - BETA1 ** moments.step, 1 - beta2 ** moments.step];
  const moved = x.map((value, i) => {
    const scale = Math.sqrt(moments.second[i]! / shrunkSecond) + EPSILON;
    return value - (rate * moments.first[i]!) / shrunkFirst / scale;
  });
  return { x: moved, moments };
}

/**
 * A gradient no longer than the usual one, the root of the running mean of its squared norm: a window with a flood has a gradient a hundred times that of
 * a dry one, and would set step and memory alone (clipping by norm: Pascanu, Mikolov and Bengio 2013). The first few set what is usual.
 */
export function clipped(gradient: Float64Array, { step, second }: AdamMoments, beta2: number): Float64Array {
  if (step < STEPS_TO_KNOW_THE_USUAL) return gradient;
  const usual = Math.sqrt(second.reduce((sum, mean) => sum + mean, 0) / (1 - beta2 ** step));
  const norm = Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0));
  return norm > usual ? gradient.map(slope => (slope * usual) / norm) : gradient;
}

const STEPS_TO_KNOW_THE_USUAL = 5;

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
    const moved = adamStep(x, gradient, moments, { rate: decayedRate(rate, step - 1, iterations) });
    moments = moved.moments;
    x = moved.x.map((value, i) => Math.min(upper?.[i] ?? Infinity, Math.max(lower?.[i] ?? -Infinity, value)));
    const progress = { iteration: step, evaluations: step, cost: best.cost, projectedGradient: largest(gradient) };
    if ((yield progress) === 'stop') return { ...best, iterations: step, evaluations: step, reason: 'interrupted' };
  }
  return { ...best, iterations, evaluations: iterations, reason: 'iteration-limit' };
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
