import { clampTo, isBoxed, longestStep, projectedGradientNorm, type Bounds } from './bounds.js';
import { cauchyPoint } from './cauchy-point.js';
import { dot, LimitedMemory } from './limited-memory.js';
import { searchLine, type LineSearchProblem } from './line-search.js';
import { minimiseSubspace, type Iterate } from './subspace.js';
import type { Sample } from './trial-step.js';

export interface MinimiseProblem {
  readonly start: Float64Array;
  /** Bounds of the controls; absent means none. ±Infinity leaves one side open. */
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
  /** Returns the cost at `x` and fills `gradient`. A cost that is not finite makes the search shorten its step. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number;
}

export interface MinimiseOptions {
  /** Pairs of the limited memory. */
  readonly memory?: number;
  readonly maxIterations?: number;
  readonly maxEvaluations?: number;
  /** Stop when an iteration lowers the cost by less than this times max(|J before|, |J after|, 1). */
  readonly costTolerance?: number;
  /** Stop when the largest component of the projected gradient is below. */
  readonly gradientTolerance?: number;
  readonly onIteration?: (progress: MinimiseProgress) => void;
}

export interface MinimiseProgress {
  readonly iteration: number;
  readonly evaluations: number;
  readonly cost: number;
  readonly projectedGradient: number;
}

export type StopReason =
  | 'cost-tolerance'
  | 'gradient-tolerance'
  | 'iteration-limit'
  | 'evaluation-limit'
  | 'line-search-failed'
  | 'start-not-finite'
  /** No cost along the line of this iteration was finite, not even along −g: the point before it is the result. */
  | `diverged-at-${number}`
  | 'interrupted';

/** What a caller may answer to the progress of a search; it then ends at the best point so far. */
export type StopWish = 'stop' | undefined;

export interface Minimum {
  readonly x: Float64Array;
  readonly cost: number;
  readonly gradient: Float64Array;
  readonly projectedGradient: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly reason: StopReason;
}

const DEFAULTS = { memory: 10, maxIterations: 100, maxEvaluations: 1000, costTolerance: 2.22e-9, gradientTolerance: 1e-5 };
const LONGEST_STEP = 1e10;
const TRIALS_PER_LINE = 20;

/**
 * Minimises a smooth cost in a box: L-BFGS-B (Byrd, Lu, Nocedal and Zhu 1995) with the projection of Morales and
 * Nocedal (2011) and the line search of Moré and Thuente (1994). Deterministic: the same problem gives the same bits.
 */
export function minimise(problem: MinimiseProblem, options: MinimiseOptions = {}): Minimum {
  const search = minimising(problem, options);
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
    options.onIteration?.(step.value);
  }
}

/** The same one iteration at a time, so that whoever drives it may do something else between two, and stop it. */
export function* minimising(problem: MinimiseProblem, options: MinimiseOptions = {}): Generator<MinimiseProgress, Minimum, StopWish> {
  const run = new Minimisation(problem, { ...DEFAULTS, ...options });
  let reason = run.reasonToStop();
  while (reason === undefined) {
    reason = run.iterate() ?? run.reasonToStop();
    if ((yield run.progress()) === 'stop') reason ??= 'interrupted';
  }
  return run.result(reason);
}

type Settings = typeof DEFAULTS;

interface Evaluated extends Iterate {
  readonly cost: number;
}

class Minimisation {
  private readonly bounds: Bounds;
  private readonly memory: LimitedMemory;
  private at: Iterate;
  private cost: number;
  private previousCost = Infinity;
  private iterations = 0;
  private evaluations = 0;
  /** Whether any trial of the line searched last had a finite cost and slope. */
  private sawFinite = true;

  constructor(
    private readonly problem: MinimiseProblem,
    private readonly settings: Settings,
  ) {
    const size = problem.start.length;
    this.bounds = {
      lower: problem.lower ?? new Float64Array(size).fill(-Infinity),
      upper: problem.upper ?? new Float64Array(size).fill(Infinity),
    };
    this.memory = new LimitedMemory(settings.memory);
    const x = clampTo(this.bounds, problem.start);
    const gradient = new Float64Array(size);
    this.cost = this.evaluate(x, gradient);
    this.at = { x, gradient };
  }

  /** One step from the current point; a reason when no step can be made. */
  iterate(): StopReason | undefined {
    const target = minimiseSubspace(this.at, cauchyPoint(this.at.x, this.at.gradient, this.bounds, this.memory), this.bounds, this.memory);
    const direction = target.map((value, i) => value - this.at.x[i]!);
    const found = this.search(direction);
    if (found === undefined) {
      if (this.evaluations >= this.settings.maxEvaluations) return 'evaluation-limit';
      if (this.memory.width === 0) return this.sawFinite ? 'line-search-failed' : `diverged-at-${this.iterations + 1}`;
      this.memory.reset();
      return undefined;
    }
    this.memory.add(
      found.x.map((value, i) => value - this.at.x[i]!),
      found.gradient.map((value, i) => value - this.at.gradient[i]!),
    );
    this.previousCost = this.cost;
    this.cost = found.cost;
    this.at = found;
    this.iterations++;
    return undefined;
  }

  reasonToStop(): StopReason | undefined {
    const { settings, cost, previousCost } = this;
    if (!Number.isFinite(cost) || !Number.isFinite(this.projectedGradient())) return 'start-not-finite';
    if (this.projectedGradient() <= settings.gradientTolerance) return 'gradient-tolerance';
    const scale = Math.max(Math.abs(previousCost), Math.abs(cost), 1);
    if (previousCost - cost <= settings.costTolerance * scale && Number.isFinite(previousCost)) return 'cost-tolerance';
    if (this.iterations >= settings.maxIterations) return 'iteration-limit';
    if (this.evaluations >= settings.maxEvaluations) return 'evaluation-limit';
    return undefined;
  }

  progress(): MinimiseProgress {
    const { iterations, evaluations, cost } = this;
    return { iteration: iterations, evaluations, cost, projectedGradient: this.projectedGradient() };
  }

  result(reason: StopReason): Minimum {
    const { iterations, evaluations, cost } = this;
    return { x: this.at.x, gradient: this.at.gradient, cost, projectedGradient: this.projectedGradient(), iterations, evaluations, reason };
  }

  /** The lowest point seen along the direction; undefined when none is below the current one. */
  private search(direction: Float64Array): Evaluated | undefined {
    const slope = dot(direction, this.at.gradient);
    if (!(slope < 0)) return undefined;
    let last: Evaluated = { ...this.at, cost: this.cost };
    let lowest = last;
    this.sawFinite = false;
    const evaluate = (step: number): Sample => {
      // rounding may leave the box by an ulp
      const x = clampTo(
        this.bounds,
        direction.map((d, i) => this.at.x[i]! + step * d),
      );
      const gradient = new Float64Array(x.length);
      last = { x, gradient, cost: this.evaluate(x, gradient) };
      if (last.cost < lowest.cost && gradient.every(Number.isFinite)) lowest = last;
      const sample = { step, cost: last.cost, slope: dot(gradient, direction) };
      this.sawFinite ||= Number.isFinite(sample.cost) && Number.isFinite(sample.slope);
      return sample;
    };
    const accepted = searchLine({ evaluate, start: { step: 0, cost: this.cost, slope }, ...this.stepLimits(direction) });
    const chosen = accepted !== undefined && last.cost <= this.cost ? last : lowest;
    return chosen.x === this.at.x ? undefined : chosen;
  }

  /** −g has no scale of its own: the very first step has length 1 unless a box of finite size bounds it; later the model sets it. */
  private stepLimits(direction: Float64Array): Pick<LineSearchProblem, 'firstStep' | 'longestStep' | 'maxEvaluations'> {
    const maxEvaluations = Math.min(TRIALS_PER_LINE, this.settings.maxEvaluations - this.evaluations);
    const longest = Math.max(1, longestStep(this.bounds, this.at.x, direction, LONGEST_STEP)); // 1 is inside: the target is
    const unscaled = this.iterations === 0 && !isBoxed(this.bounds);
    const firstStep = unscaled ? 1 / Math.sqrt(dot(direction, direction)) : 1;
    return { firstStep: Math.min(longest, firstStep), longestStep: longest, maxEvaluations };
  }

  private projectedGradient(): number {
    return projectedGradientNorm(this.bounds, this.at.x, this.at.gradient);
  }

  private evaluate(x: Float64Array, gradient: Float64Array): number {
    this.evaluations++;
    return this.problem.evaluate(x, gradient);
  }
}
