import { encodeMemory, newMemory, rememberOpenLoop } from '#assimilation';
import { buildForcing } from '#forcing';
import {
  BEAT_MS,
  HOUR_MS,
  epochMs,
  floorTo,
  stampOf,
  timeGrid,
  type EpochMs,
  type GridSeries,
  type RainGrid,
  type StationId,
} from '#hydrology';
import type { Kernel } from '#kernel';
import { advance, type Leg } from './advance.js';
import type { BasinModel, CycleState, StateVector } from './inputs.js';

export interface SpinUpProblem {
  /** Where the model starts from `basin.initialState`. */
  readonly from: EpochMs;
  /** Issue time of the first cycle that will be computed. */
  readonly to: EpochMs;
  /** What was received later is not seen. */
  readonly asOf: EpochMs;
  readonly rain: readonly RainGrid[];
  /** PET of (from, to]. */
  readonly pet: GridSeries;
}

/** Free-run discharge that the first cycles may still need. */
const HISTORY_MS = 30 * HOUR_MS;

/**
 * The states that the cycles of the last window before `to` would have left without assimilation: one for each beat in
 * [to − window, to), oldest first. Each holds the state at the last time whose rain was known at its own issue time.
 */
export function spinUp(problem: SpinUpProblem, basin: BasinModel, kernel: Kernel): CycleState[] {
  const { from, to, asOf, rain, pet } = problem;
  const time = timeGrid(from, to, basin.stepMs);
  const forcing = buildForcing({ time, issueTime: to, asOf, rain, pet, expected: { kind: 'persistence' }, ...basin.forcing });
  const course = { basin, kernel, forcing };
  const memory = newMemory(
    basin.stations.map(({ id }) => id),
    basin.assimilation,
  );
  const history = new Map<StationId, [number, number][]>(basin.stations.map(({ id }) => [id, []]));
  const states: CycleState[] = [];
  let state: StateVector = { validTime: from, values: basin.initialState };
  for (const issueTime of beats(epochMs(Math.max(from, to - basin.assimilation.windowMs)), to)) {
    const leg = advance(course, state, epochMs(Math.max(state.validTime, knownAt(issueTime, problem, basin))));
    basin.stations.forEach(({ id }, row) => history.get(id)!.push(...hourly(leg, { row, start: state.validTime, stepMs: basin.stepMs })));
    state = leg.state;
    const remembered = encodeMemory(rememberOpenLoop(memory, history, issueTime - HISTORY_MS));
    states.push({ issueTime, analysis: state, openLoop: state, controls: new Float64Array(0), memory: remembered, hash: '' });
  }
  return states;
}

function beats(start: EpochMs, to: EpochMs): EpochMs[] {
  const all: EpochMs[] = [];
  for (let time = Math.ceil(start / BEAT_MS) * BEAT_MS; time < to; time += BEAT_MS) all.push(epochMs(time));
  return all;
}

/** The newest rain received at an issue time; what is older than the time of giving up counts as known. */
function knownAt(issueTime: EpochMs, { rain, from }: SpinUpProblem, basin: BasinModel): EpochMs {
  const stamps = rain.filter(grid => grid.receivedAt <= issueTime && grid.validTime <= issueTime).map(({ validTime }) => validTime);
  const newest = stamps.reduce<number>((latest, stamp) => Math.max(latest, stamp), from);
  return floorTo(epochMs(Math.max(newest, issueTime - basin.forcing.giveUpAfterMs)), basin.stepMs);
}

/** Discharge of a leg at its full hours. */
function hourly(leg: Leg, at: { readonly row: number; readonly start: EpochMs; readonly stepMs: number }): [number, number][] {
  const grid = { start: at.start, stepMs: at.stepMs, count: leg.steps };
  const all: [number, number][] = [];
  for (let step = Math.max(0, leg.steps - HISTORY_MS / at.stepMs); step < leg.steps; step++) {
    const time = stampOf(grid, step);
    if (time % HOUR_MS === 0) all.push([time, leg.run.discharge[at.row * leg.steps + step]!]);
  }
  return all;
}
