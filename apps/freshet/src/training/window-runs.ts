import { computingMemory, createKernel, type Cost, type Kernel } from '#kernel';
import type { WindowGradient } from '#learning';
import type { BasinArchive, PreparedBasin } from './basin-archive.js';

export interface ModelChoice {
  readonly structure: string;
  readonly routing: string;
}

/** A gradient, and the state that the next window starts from; null after the last. */
export interface WindowVisit extends WindowGradient {
  readonly next: Float64Array | null;
}

/** A run through a whole record: the state before each window, and 1 − NSE over all windows, the mean over the gauges. */
export interface Passage {
  readonly states: readonly Float64Array[];
  readonly loss: number;
}

/** Runs of windows of prepared basins, one after the other in one memory. */
export class WindowRuns {
  private readonly memory = computingMemory();

  constructor(
    private readonly archive: BasinArchive,
    private readonly model: ModelChoice,
  ) {}

  /**
   * The gradient of a window by the parameters. The run starts `spinUp` steps before the window, at a state that other parameters made: it forgets some of it
   * before its errors count, and the adjoint goes back through the spin-up too. The window's own runs make the state before the next one.
   */
  visit(
    id: string,
    window: number,
    { parameters, state }: { readonly parameters: Float64Array; readonly state: Float64Array },
  ): WindowVisit {
    const basin = this.archive.read(id);
    const kernel = this.kernelOf(basin);
    const [start, from, to] = [runStart(basin, window), basin.windowStarts[window]!, basin.windowStarts[window + 1]!];
    const prefix = window === 0 ? start : 0; // the state kept for the first window is that of the start of the record
    const initialState =
      prefix === 0 ? state : kernel.run({ forcing: this.archive.forcing(basin, 0, start), parameters, initialState: state }).finalState;
    const forcing = this.archive.forcing(basin, start, to);
    const found = kernel.gradient({ forcing, parameters, initialState }, windowCost(basin, { start, from, to }));
    const last = window === basin.windowStarts.length - 2;
    const ahead = last ? 0 : runStart(basin, window + 1) - start;
    const next = last ? null : kernel.run({ forcing: firstSteps(forcing, ahead), parameters, initialState }).finalState;
    return { loss: found.cost, parameters: found.parameters, next, adjointSteps: to - start, forwardSteps: prefix + ahead };
  }

  /** Through the record in pieces that end where windows start. */
  through(id: string, parameters: Float64Array): Passage {
    const basin = this.archive.read(id);
    const kernel = this.kernelOf(basin);
    const windows = basin.windowStarts.length - 1;
    const starts = [0, ...Array.from({ length: windows - 1 }, (_, window) => runStart(basin, window + 1)), basin.steps];
    const states: Float64Array[] = [];
    let [state, loss] = [basin.initialState, 0];
    for (let k = 0; k < windows; k++) {
      const [start, end] = [starts[k]!, starts[k + 1]!];
      states.push(state);
      const run = kernel.run({ forcing: this.archive.forcing(basin, start, end), parameters, initialState: state });
      loss += windowCost(basin, { start, from: start, to: end })(run.discharge, new Float64Array(run.discharge.length));
      state = run.finalState;
    }
    return { states, loss };
  }

  private kernelOf({ mesh, reachLength, stationCells, stepSeconds }: PreparedBasin): Kernel {
    const { structure, routing } = this.model;
    return createKernel({ structure, routing, mesh, reachLength, stationCells, stepSeconds, precision: 'f32', memory: this.memory });
  }
}

/** Where the run of a window starts, steps from the start of the record. */
const runStart = ({ windowStarts, spinUp }: PreparedBasin, window: number): number => Math.max(0, windowStarts[window]! - spinUp);

function firstSteps({ rain, pet, steps }: ReturnType<BasinArchive['forcing']>, count: number) {
  const cells = rain.length / steps;
  return { steps: count, rain: rain.subarray(0, count * cells), pet: pet.subarray(0, count * cells) };
}

/** Squared errors on the steps [from, to) of a run that begins at `start`, as shares of the variation of each gauge, averaged over the gauges. */
export function windowCost(
  basin: PreparedBasin,
  { start, from, to }: { readonly start: number; readonly from: number; readonly to: number },
): Cost {
  return (discharge, adjoint) => {
    const [stations, runSteps] = [basin.stationCells.length, discharge.length / basin.stationCells.length];
    let cost = 0;
    adjoint.fill(0);
    for (let station = 0; station < stations; station++) {
      const scale = 1 / (basin.variation[station]! * stations);
      for (let step = from; step < to; step++) {
        const at = station * runSteps + step - start;
        const observed = basin.observed[station * basin.steps + step]!;
        if (Number.isNaN(observed)) continue;
        const error = discharge[at]! - observed;
        cost += scale * error * error;
        adjoint[at] = 2 * scale * error;
      }
    }
    return cost;
  };
}
