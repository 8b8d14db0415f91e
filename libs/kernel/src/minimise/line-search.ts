import { nextTrial, type Interval, type Sample } from './trial-step.js';

export interface LineSearchProblem {
  /** Cost and slope at a step length; NaN or infinite where the model has no answer. */
  readonly evaluate: (step: number) => Sample;
  readonly start: Sample;
  readonly firstStep: number;
  readonly longestStep: number;
  readonly maxEvaluations: number;
}

/** Sufficient decrease, curvature and relative interval width: the values of L-BFGS-B. */
const SUFFICIENT_DECREASE = 1e-3;
const CURVATURE = 0.9;
const WIDTH = 0.1;

interface Search {
  readonly interval: Interval;
  /** While true the search works on the cost minus the sufficient-decrease line. */
  readonly firstStage: boolean;
  readonly width: number;
  readonly previousWidth: number;
  readonly range: readonly [number, number];
}

/**
 * A step that satisfies the strong Wolfe conditions (Moré and Thuente 1994), or the last one tried when rounding or the
 * longest step allows no better; undefined when the evaluations ran out. A trial without a finite cost is halved towards
 * the best point.
 */
export function searchLine(problem: LineSearchProblem): Sample | undefined {
  const { start, longestStep } = problem;
  let step = Math.min(problem.firstStep, longestStep);
  let limit = longestStep;
  let search: Search = {
    interval: { best: start, other: start, bracketed: false },
    firstStage: true,
    width: longestStep,
    previousWidth: 2 * longestStep,
    range: [0, 5 * step],
  };
  let trial = start;
  for (let evaluation = 0; evaluation < problem.maxEvaluations && step > 0; evaluation++) {
    trial = problem.evaluate(step);
    if (!Number.isFinite(trial.cost) || !Number.isFinite(trial.slope)) {
      limit = step = (search.interval.best.step + step) / 2;
      continue;
    }
    if (isAccepted(trial, start) || isExhausted(search, trial, { start, limit })) return trial;
    [search, step] = narrow(search, trial, { start, limit });
  }
  return undefined;
}

/** Eq. 1.1 and 1.2: sufficient decrease, and a slope small enough beside the first. */
function isAccepted(trial: Sample, start: Sample): boolean {
  return trial.cost <= decreaseLine(start, trial.step) && Math.abs(trial.slope) <= CURVATURE * -start.slope;
}

/** Nothing better can be told apart: the interval is closed to rounding, or the longest step still descends. */
function isExhausted({ interval, range }: Search, trial: Sample, { start, limit }: { start: Sample; limit: number }): boolean {
  const [least, most] = range;
  if (interval.bracketed && (trial.step <= least || trial.step >= most || most - least <= WIDTH * most)) return true;
  const stillDescends = trial.cost <= decreaseLine(start, trial.step) && trial.slope <= SUFFICIENT_DECREASE * start.slope;
  return trial.step === limit && stillDescends;
}

function narrow(search: Search, trial: Sample, { start, limit }: { start: Sample; limit: number }): [Search, number] {
  const firstStage = search.firstStage && !(trial.cost <= decreaseLine(start, trial.step) && trial.slope >= 0);
  const useModified = firstStage && trial.cost <= search.interval.best.cost && trial.cost > decreaseLine(start, trial.step);
  const slope = useModified ? SUFFICIENT_DECREASE * start.slope : 0;
  const next = nextTrial(tilt(search.interval, -slope), tiltSample(trial, -slope), search.range);
  const interval = tilt(next.interval, slope);
  const { best, other, bracketed } = interval;
  const length = Math.abs(other.step - best.step);
  const slow = bracketed && length >= 0.66 * search.previousWidth;
  let step = slow ? best.step + 0.5 * (other.step - best.step) : next.step;
  const range: readonly [number, number] = bracketed
    ? [Math.min(best.step, other.step), Math.max(best.step, other.step)]
    : [step + 1.1 * (step - best.step), step + 4 * (step - best.step)];
  step = Math.min(limit, Math.max(0, step));
  if (bracketed && (step <= range[0] || step >= range[1] || range[1] - range[0] <= WIDTH * range[1])) step = best.step;
  const widths = bracketed ? { width: length, previousWidth: search.width } : { width: search.width, previousWidth: search.previousWidth };
  return [{ interval, firstStage, range, ...widths }, step];
}

const decreaseLine = (start: Sample, step: number): number => start.cost + SUFFICIENT_DECREASE * step * start.slope;

const tilt = (interval: Interval, slope: number): Interval =>
  slope === 0 ? interval : { ...interval, best: tiltSample(interval.best, slope), other: tiltSample(interval.other, slope) };

const tiltSample = (sample: Sample, slope: number): Sample => ({
  step: sample.step,
  cost: sample.cost + sample.step * slope,
  slope: sample.slope + slope,
});
