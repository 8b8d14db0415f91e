import type { Forcing } from '#forcing';
import { timeGrid, type EpochMs } from '#hydrology';
import type { Kernel, KernelForcing, RunRequest, RunResult } from '#kernel';
import type { BasinModel, StateVector } from './inputs.js';

/** A run over known rain, then over what is expected, from one state. */
export interface Trajectory {
  readonly start: EpochMs;
  readonly stepMs: number;
  readonly known: Leg;
  readonly expected: Leg;
}

export interface Leg {
  readonly run: RunResult;
  readonly state: StateVector;
  readonly steps: number;
}

/** Model, kernel and forcing of one cycle. */
export interface Course {
  readonly basin: BasinModel;
  readonly kernel: Kernel;
  readonly forcing: Forcing;
}

/** Runs the model from a state to a later time on the forcing of the window; nothing happens when it is there already. */
export function advance(course: Course, from: StateVector, to: EpochMs): Leg {
  const forcing = legForcing(course, from.validTime, to);
  if (forcing.steps === 0) return { run: standStill(from), state: from, steps: 0 };
  const run = course.kernel.run({ forcing, ...modelOf(course.basin), initialState: from.values });
  return { run, state: { validTime: to, values: run.finalState }, steps: forcing.steps };
}

/** What a request takes of the basin. */
export const modelOf = ({ parameters, weights }: BasinModel): Pick<RunRequest, 'parameters' | 'weights'> => ({
  parameters,
  ...(weights && { weights }),
});

const standStill = ({ values }: StateVector): RunResult => ({
  discharge: new Float64Array(0),
  finalState: values,
  massBalance: { rain: 0, evaporation: 0, exchange: 0, runoff: 0, storageChange: 0, relativeError: 0 },
});

/** The free continuation of a first leg to the end of the forcing. */
export function follow(course: Course, start: EpochMs, known: Leg): Trajectory {
  const { time } = course.forcing;
  const end = (time.start + time.count * time.stepMs) as EpochMs;
  return { start, stepMs: time.stepMs, known, expected: advance(course, known.state, end) };
}

/** Rain and PET of (from, to] out of those of the window. */
export function legForcing({ forcing, basin }: Course, from: EpochMs, to: EpochMs): KernelForcing {
  const { stepMs, start } = forcing.time;
  const cells = basin.mesh.cellCount;
  const first = (from - start) / stepMs;
  const steps = timeGrid(from, to, stepMs).count;
  const cut = (field: Float32Array): Float32Array => field.subarray(first * cells, (first + steps) * cells);
  return { steps, rain: cut(forcing.rain), pet: cut(forcing.pet) };
}

/** Discharge of a run at a station and time, NaN outside it. */
export function dischargeAt(run: Trajectory, station: number, time: EpochMs): number {
  const { known, expected } = run;
  const step = Math.round((time - run.start) / run.stepMs) - 1;
  if (step < 0) return Number.NaN;
  if (step < known.steps) return known.run.discharge[station * known.steps + step]!;
  if (step - known.steps >= expected.steps) return Number.NaN;
  return expected.run.discharge[station * expected.steps + step - known.steps]!;
}
