import { minimise, type Kernel, type KernelForcing, type RainFactors } from '#kernel';
import { backgroundFactor } from './background-error.js';
import { multiplyLower, multiplyLowerTransposed, solveLower } from './cholesky.js';
import { controlLayout, pullBack, rainFactorsOf, shiftState, type ControlLayout } from './control.js';
import { judgeHoldOut, judgeInnovations, type Verdict } from './gate.js';
import { departureCost, weighObservations, type GaugeObservations, type WeightedObservations } from './observation-error.js';
import type { AssimilationSettings } from './settings.js';

export interface AssimilationProblem {
  /** Known rain and PET of the window. */
  readonly forcing: KernelForcing;
  readonly parameters: Float64Array;
  /** Of the network inside the step, for a structure that has one. */
  readonly weights?: Float64Array;
  /** State at the start of the window. */
  readonly background: Float64Array;
  readonly zoneOfCell: Int32Array;
  /** Does the zone hold an assimilated gauge of its own? */
  readonly zoneGauged: readonly boolean[];
  readonly observations: readonly GaugeObservations[];
  /** Controls of the previous analysis on the blocks of this window, only where the search starts. */
  readonly firstGuess: Float64Array | null;
  readonly stepMs: number;
  readonly settings: AssimilationSettings;
}

export interface AssimilationResult {
  readonly outcome: 'accepted' | 'gated' | 'iteration-limit' | 'diverged' | 'no-observations';
  readonly reason: string;
  /** What is to be applied: zero when nothing was accepted. */
  readonly controls: Float64Array;
  readonly control: ControlLayout;
  /** Background with the shifts applied, and rain factors [zone × blocks + block] of each step of the window. */
  readonly initialState: Float64Array;
  readonly rainFactors: RainFactors;
  readonly costBefore: number;
  readonly costAfter: number;
  readonly iterations: number;
}

/** Controls beyond this many standard deviations are not believed, whatever the observations say. */
const BOUND_SD = 4;
/** Relative decrease of the cost at which the search stops. */
const COST_TOLERANCE = 1e-3;

/**
 * Strong-constraint 4D-Var: J(χ) = ½ χᵀχ + Σ ½ dᵀR⁻¹d, v = L χ, minimised by L-BFGS-B on the adjoint of the kernel. The
 * analysis must first pass the gate: a fit without the last hours has to predict them no worse than the background does.
 */
export function assimilate(problem: AssimilationProblem, kernel: Kernel): AssimilationResult {
  const blocks = Math.max(1, Math.ceil((problem.forcing.steps * problem.stepMs) / problem.settings.rainBlockMs));
  const search = new Search(problem, kernel, controlLayout(problem.zoneGauged.length, blocks));
  const observations = problem.observations.filter(({ steps }) => steps.length > 0);
  if (observations.length === 0) return search.stay('no-observations', 'no trusted discharge in the window', 0, 0);
  const weighted = observations.map(gauge => weighObservations(gauge, problem.settings.observationError, problem.stepMs));
  const background = search.simulate(search.zero);
  const costBefore = costOf(weighted, background, problem.forcing.steps);
  const heldOut = search.holdOut(observations);
  const start = search.startFrom(problem.firstGuess);
  let trial = start;
  if (heldOut !== null) {
    const fit = search.fit(heldOut.kept, start);
    if (fit === null) return search.stay('diverged', 'the cost of the hold-out fit was not finite', costBefore, 0);
    const verdict = judgeHoldOut(heldOut, background, search.simulate(fit.x), problem.forcing.steps);
    if (!verdict.pass) return search.stay('gated', verdict.reason, costBefore, fit.iterations);
    trial = fit.x;
  }
  const fit = search.fit(weighted, trial);
  if (fit === null) return search.stay('diverged', 'the cost of the fit was not finite', costBefore, 0);
  const verdict = judgeInnovations(fit.cost, weighted, problem.settings.maxCostPerObservation);
  if (!verdict.pass) return search.stay('gated', verdict.reason, costBefore, fit.iterations);
  return search.accept(fit, costBefore, verdict);
}

interface Fit {
  readonly x: Float64Array;
  readonly cost: number;
  readonly iterations: number;
  readonly limit: boolean;
}

const costOf = (observations: readonly WeightedObservations[], discharge: Float64Array, steps: number): number =>
  observations.reduce((sum, gauge) => sum + departureCost(gauge, discharge, steps), 0);

/** One minimisation: everything that does not change between evaluations. */
class Search {
  readonly zero: Float64Array;
  private readonly factor: Float64Array;
  private readonly blockOfStep: Int32Array;

  constructor(
    private readonly problem: AssimilationProblem,
    private readonly kernel: Kernel,
    private readonly control: ControlLayout,
  ) {
    const { settings, stepMs, forcing } = problem;
    this.zero = new Float64Array(control.size);
    this.factor = backgroundFactor(settings, control, problem.zoneGauged);
    this.blockOfStep = blocksOf(forcing.steps, stepMs, settings.rainBlockMs, control.blocks);
  }

  /** χ of the first guess, zero when it does not fit this window. */
  startFrom(guess: Float64Array | null): Float64Array {
    if (guess?.length !== this.control.size) return this.zero;
    return solveLower(this.factor, guess).map(x => Math.min(BOUND_SD, Math.max(-BOUND_SD, x)));
  }

  simulate(x: Float64Array): Float64Array {
    return this.kernel.run(this.request(x)).discharge;
  }

  fit(observations: readonly WeightedObservations[], start: Float64Array): Fit | null {
    const bound = new Float64Array(start.length).fill(BOUND_SD);
    const found = minimise(
      { start, lower: bound.map(x => -x), upper: bound, evaluate: (x, gradient) => this.evaluate(observations, x, gradient) },
      {
        maxIterations: this.problem.settings.maxIterations,
        maxEvaluations: 2 * this.problem.settings.maxIterations,
        costTolerance: COST_TOLERANCE,
      },
    );
    if (!Number.isFinite(found.cost)) return null;
    const limit = found.reason === 'iteration-limit' || found.reason === 'evaluation-limit';
    return { x: found.x, cost: found.cost, iterations: found.iterations, limit };
  }

  /** The observations without the last hours, and those hours; null when either would be empty. */
  holdOut(observations: readonly GaugeObservations[]): HoldOut | null {
    const { settings, stepMs } = this.problem;
    const first = Math.max(...observations.flatMap(({ steps }) => steps)) - settings.holdOutMs / stepMs;
    const cut = (keep: (step: number) => boolean): GaugeObservations[] =>
      observations.map(gauge => select(gauge, keep)).filter(({ steps }) => steps.length > 0);
    const kept = cut(step => step <= first);
    const held = cut(step => step > first);
    if (kept.length === 0 || held.length === 0) return null;
    return { kept: kept.map(gauge => weighObservations(gauge, settings.observationError, stepMs)), held };
  }

  stay(outcome: AssimilationResult['outcome'], reason: string, cost: number, iterations: number): AssimilationResult {
    return { ...this.applied(this.zero), outcome, reason, costBefore: cost, costAfter: cost, iterations };
  }

  accept(fit: Fit, costBefore: number, verdict: Verdict): AssimilationResult {
    const outcome = fit.limit ? 'iteration-limit' : 'accepted';
    return { ...this.applied(fit.x), outcome, reason: verdict.reason, costBefore, costAfter: fit.cost, iterations: fit.iterations };
  }

  private applied(x: Float64Array): Pick<AssimilationResult, 'controls' | 'control' | 'initialState' | 'rainFactors'> {
    const { initialState, rainFactors } = this.request(x);
    return { controls: multiplyLower(this.factor, x), control: this.control, initialState, rainFactors };
  }

  private evaluate(observations: readonly WeightedObservations[], x: Float64Array, gradient: Float64Array): number {
    const request = this.request(x);
    const { steps } = this.problem.forcing;
    const result = this.kernel.gradient(request, (discharge, adjoint) =>
      observations.reduce((sum, gauge) => sum + departureCost(gauge, discharge, steps, adjoint), 0),
    );
    const shifted = { state: request.initialState, rainFactors: request.rainFactors.values };
    const model = { layout: this.kernel.layout, zoneOfCell: this.problem.zoneOfCell };
    const byControl = pullBack({ state: result.initialState, rainFactors: result.rainFactors }, shifted, this.control, model);
    const byX = multiplyLowerTransposed(this.factor, byControl);
    let prior = 0;
    for (let k = 0; k < x.length; k++) {
      gradient[k] = byX[k]! + x[k]!;
      prior += 0.5 * x[k]! * x[k]!;
    }
    return result.cost + prior;
  }

  private request(x: Float64Array): {
    forcing: KernelForcing;
    parameters: Float64Array;
    weights?: Float64Array;
    initialState: Float64Array;
    rainFactors: RainFactors;
  } {
    const { forcing, parameters, weights, background, zoneOfCell } = this.problem;
    const controls = multiplyLower(this.factor, x);
    const model = { layout: this.kernel.layout, zoneOfCell };
    const values = rainFactorsOf(controls, this.control);
    const rainFactors = { zoneOfCell, blockOfStep: this.blockOfStep, blocks: this.control.blocks, values };
    return {
      forcing,
      parameters,
      ...(weights && { weights }),
      initialState: shiftState(background, controls, this.control, model),
      rainFactors,
    };
  }
}

export interface HoldOut {
  readonly kept: readonly WeightedObservations[];
  readonly held: readonly GaugeObservations[];
}

function select(gauge: GaugeObservations, keep: (step: number) => boolean): GaugeObservations {
  const chosen = gauge.steps.flatMap((step, k) => (keep(step) ? [k] : []));
  return { ...gauge, steps: chosen.map(k => gauge.steps[k]!), values: chosen.map(k => gauge.values[k]!) };
}

/** Blocks are counted back from the end of the window, so that the newest is always whole. */
function blocksOf(steps: number, stepMs: number, blockMs: number, blocks: number): Int32Array {
  const perBlock = blockMs / stepMs;
  return Int32Array.from({ length: steps }, (_, step) => Math.max(0, blocks - 1 - Math.floor((steps - 1 - step) / perBlock)));
}
