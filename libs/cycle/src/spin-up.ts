import { emptyMemory, encodeMemory, rememberOpenLoop } from '#assimilation';
import { BEAT_MS, HOUR_MS, epochMs, stampOf, timeGrid, type EpochMs, type GridSeries, type RainGrid, type StationId } from '#hydrology';
import type { Kernel } from '#kernel';
import { advance } from './advance.js';
import type { BasinModel, CycleState, StateVector } from './inputs.js';
import { RAIN_GIVEN_UP_MS, buildWindowForcing } from './window-forcing.js';

export interface SpinUpProblem {
  /** Where the model starts from `basin.initialState`. */
  readonly from: EpochMs;
  /** Issue time of the first cycle that will be computed. */
  readonly to: EpochMs;
  /** Everything received up to `to`. */
  readonly rain: readonly RainGrid[];
  /** PET of (from, to] and the forecast. */
  readonly pet: GridSeries;
}

/**
 * The states that the cycles of the last window before `to` would have left without assimilation: one for each beat in
 * [to − window, to), oldest first. Each holds the state at the last time whose rain was known at its own issue time.
 */
export function spinUp(problem: SpinUpProblem, basin: BasinModel, kernel: Kernel): CycleState[] {
  const { from, to, rain, pet } = problem;
  const forcing = buildWindowForcing({
    time: timeGrid(from, to, basin.stepMs),
    issueTime: epochMs(to + RAIN_GIVEN_UP_MS),
    rain,
    pet,
    futureRain: { kind: 'persistence' },
  });
  const start = epochMs(Math.max(from, to - basin.assimilation.windowMs));
  const wanted = beatsBetween(start, to).map(issueTime => ({ issueTime, known: knownAt(issueTime, rain, from) }));
  const memory = initialMemory(basin);
  const history = new Map<StationId, [number, number][]>(basin.stations.map(({ id }) => [id, []]));
  const states: CycleState[] = [];
  let state: StateVector = { validTime: from, values: basin.initialState };
  for (const { issueTime, known } of wanted) {
    const moved = advance(kernel, basin, state, epochMs(Math.max(known, state.validTime)), forcing);
    basin.stations.forEach(({ id }, k) =>
      history.get(id)!.push(...hourly(moved.run.discharge, k, moved.steps, state.validTime, basin.stepMs)),
    );
    state = moved.state;
    const since = epochMs(issueTime - basin.assimilation.windowMs);
    const remembered = encodeMemory(rememberOpenLoop(memory, history, since));
    states.push({ issueTime, analysis: state, openLoop: state, controls: new Float64Array(0), memory: remembered, hash: '' });
  }
  return states;
}

const initialMemory = (basin: BasinModel): ReturnType<typeof emptyMemory> => emptyMemory(basin.stations.map(({ id }) => id));

function beatsBetween(start: EpochMs, to: EpochMs): EpochMs[] {
  const beats: EpochMs[] = [];
  for (let time = Math.ceil(start / BEAT_MS) * BEAT_MS; time < to; time += BEAT_MS) beats.push(epochMs(time));
  return beats;
}

/** The last time up to which every grid had been received at `issueTime`; a gap counts as known once it is given up. */
function knownAt(issueTime: EpochMs, rain: readonly RainGrid[], from: EpochMs): EpochMs {
  const received = rain.filter(({ receivedAt, validTime }) => receivedAt <= issueTime && validTime <= issueTime);
  const newest = received.reduce<number>((latest, { validTime }) => Math.max(latest, validTime), from);
  return epochMs(Math.max(newest, Math.min(issueTime - RAIN_GIVEN_UP_MS, issueTime)));
}

/** Full hours of a run, as time and discharge. */
function hourly(discharge: Float64Array, station: number, steps: number, start: EpochMs, stepMs: number): [number, number][] {
  const grid = { start, stepMs, count: steps };
  const all: [number, number][] = [];
  for (let step = 0; step < steps; step++) {
    const time = stampOf(grid, step);
    if (time % HOUR_MS === 0 && start + steps * stepMs - time <= 30 * HOUR_MS) all.push([time, discharge[station * steps + step]!]);
  }
  return all;
}
