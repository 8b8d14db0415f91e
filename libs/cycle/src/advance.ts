import { timeGrid, type EpochMs } from '#hydrology';
import type { Kernel, KernelForcing, RainFactors, RunResult } from '#kernel';
import type { BasinModel, StateVector } from './inputs.js';
import type { WindowForcing } from './window-forcing.js';

/** Controls as the model takes them over a window: factors of its rain. */
export interface ZoneRain {
  readonly blockOfStep: Int32Array;
  readonly blocks: number;
  readonly values: Float64Array;
}

export interface Advance {
  readonly run: RunResult;
  readonly state: StateVector;
  /** Number of steps run. */
  readonly steps: number;
}

/** Runs the model from a state to a later time on the forcing of the window; nothing happens when it is there already. */
export function advance(
  kernel: Kernel,
  basin: BasinModel,
  from: StateVector,
  to: EpochMs,
  window: WindowForcing,
  rain?: ZoneRain,
): Advance {
  const first = (from.validTime - window.time.start) / window.time.stepMs;
  const steps = timeGrid(from.validTime, to, window.time.stepMs).count;
  const forcing = slice(window.forcing, basin.mesh.cellCount, first, steps);
  const rainFactors = rain === undefined ? {} : { rainFactors: factorsOf(basin, rain, first, steps) };
  if (steps === 0) return { run: standStill(kernel, from), state: from, steps };
  const run = kernel.run({ forcing, parameters: basin.parameters, initialState: from.values, ...rainFactors });
  return { run, state: { validTime: to, values: run.finalState }, steps };
}

export function slice(forcing: KernelForcing, cells: number, first: number, steps: number): KernelForcing {
  const cut = (field: Float32Array): Float32Array => field.subarray(first * cells, (first + steps) * cells);
  return { steps, rain: cut(forcing.rain), pet: cut(forcing.pet) };
}

const factorsOf = (basin: BasinModel, rain: ZoneRain, first: number, steps: number): RainFactors => ({
  zoneOfCell: basin.zoneOfCell,
  blockOfStep: rain.blockOfStep.subarray(first, first + steps),
  blocks: rain.blocks,
  values: rain.values,
});

const standStill = (kernel: Kernel, from: StateVector): RunResult => ({
  discharge: new Float64Array(0),
  finalState: from.values,
  massBalance: { rain: 0, evaporation: 0, exchange: 0, runoff: 0, storageChange: 0, relativeError: 0 },
});
