import { createKernel, minimising, type Cost, type Kernel, type KernelForcing, type MinimiseProgress } from '#kernel';
import { controlAt, mapBasins, samplePrior } from '#learning';
import type { PreparedBasin } from './basin-archive.js';
import type { OpenSample, SampleOptions } from './open-sample.js';
import { windowCost } from './window-runs.js';

/** What a fit over the whole sample at once came to, and what it took. */
export interface FullBatchFit {
  /** Loss with the prior after each iteration, and the steps of basins that the adjoint had gone back over by then. */
  readonly iterations: readonly { readonly cost: number; readonly adjointSteps: number }[];
  readonly u: Float64Array;
  readonly stoppedBy: string;
}

interface WholeBasin {
  readonly basin: PreparedBasin;
  readonly kernel: Kernel;
  readonly forcing: KernelForcing;
  readonly cost: Cost;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The sum that mini-batches estimate, whole: mean over the basins trained on of 1 − NSE of their whole records, plus the prior. All basins stay in memory, and
 * every gradient goes back over every step of every record.
 */
export class FullBatch {
  private readonly basins: readonly WholeBasin[];
  private adjointSteps = 0;

  constructor(
    private readonly sample: OpenSample,
    private readonly options: SampleOptions,
  ) {
    const { structure, routing } = options;
    this.basins = sample.basins
      .filter(({ heldOut }) => !heldOut)
      .map(({ id }) => {
        const basin = sample.archive.read(id);
        const { mesh, reachLength, stationCells, stepSeconds, steps } = basin;
        const kernel = createKernel({ structure, routing, mesh, reachLength, stationCells, stepSeconds, precision: 'f32' });
        const cost = windowCost(basin, { start: 0, from: 0, to: steps });
        return { basin, kernel, cost, forcing: sample.archive.forcing(basin, 0, steps) };
      });
  }

  /** The cost at a control, by runs alone. */
  costAt(u: Float64Array): number {
    const fields = this.mapped().fields(controlAt(this.prior(), u));
    const losses = this.basins.map(({ basin: { initialState }, kernel, forcing, cost }, k) => {
      const { discharge } = kernel.run({ forcing, initialState, parameters: fields[k]!.parameters });
      return cost(discharge, new Float64Array(discharge.length));
    });
    return mean(losses) + this.penalty(u);
  }

  /** L-BFGS-B from the mean of the prior. */
  async minimise(iterations: number, onIteration: (progress: MinimiseProgress) => Promise<void>): Promise<FullBatchFit> {
    const start = new Float64Array(this.prior().mean.length);
    const done: { cost: number; adjointSteps: number }[] = [];
    const search = minimising({ start, evaluate: (u, gradient) => this.evaluate(u, gradient) }, { maxIterations: iterations });
    let step = search.next();
    while (!step.done) {
      done.push({ cost: step.value.cost, adjointSteps: this.adjointSteps });
      await onIteration(step.value);
      step = search.next();
    }
    return { iterations: done, u: step.value.x, stoppedBy: step.value.reason };
  }

  private evaluate(u: Float64Array, gradient: Float64Array): number {
    const mapped = this.mapped();
    const { deviation } = this.prior();
    const control = controlAt(this.prior(), u);
    const fields = mapped.fields(control);
    const found = this.basins.map(({ basin: { initialState }, kernel, forcing, cost }, k) =>
      kernel.gradient({ forcing, initialState, parameters: fields[k]!.parameters }, cost),
    );
    this.adjointSteps += this.basins.reduce((sum, { forcing }) => sum + forcing.steps, 0);
    const slopes = mapped.gradient(control, found.map(({ parameters }) => parameters.map(slope => slope / found.length))); // prettier-ignore
    gradient.set(slopes.map((slope, i) => slope * deviation[i]! + 2 * this.options.settings.priorWeight * u[i]!));
    return mean(found.map(each => each.cost)) + this.penalty(u);
  }

  private mapped() {
    return mapBasins(
      this.sample.mapping,
      this.basins.map(({ basin }) => ({ cellCount: basin.mesh.cellCount, descriptors: basin.descriptors, base: basin })),
    );
  }

  private prior() {
    return samplePrior(this.sample.mapping, this.options.settings);
  }

  private penalty(u: Float64Array): number {
    return this.options.settings.priorWeight * u.reduce((sum, value) => sum + value * value, 0);
  }
}
