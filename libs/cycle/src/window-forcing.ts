import { HOUR_MS, endOf, epochMs, stampOf, toIso, type EpochMs, type GridSeries, type RainGrid, type TimeGrid } from '#hydrology';
import type { KernelForcing } from '#kernel';
import type { FutureRain } from './inputs.js';
import type { Degradation } from './result.js';

/** Rain that has not come after this long will not come: the substitute then enters the chain of states, and is said. */
export const RAIN_GIVEN_UP_MS = 3 * HOUR_MS;
/** Persistence fades linearly to nothing over this time. */
const PERSISTENCE_MS = HOUR_MS;

export interface WindowForcing {
  readonly time: TimeGrid;
  readonly forcing: KernelForcing;
  /** Last time up to which all rain had been received (or given up), not after the cut-off. */
  readonly knownUntil: EpochMs;
  readonly newestRain: EpochMs | null;
  /** Mean over the cells, mm per step. */
  readonly mean: Float64Array;
  readonly degradations: readonly Degradation[];
}

export interface ForcingProblem {
  readonly time: TimeGrid;
  readonly issueTime: EpochMs;
  readonly rain: readonly RainGrid[];
  readonly pet: GridSeries;
  readonly futureRain: FutureRain;
}

/**
 * Rain and PET on the model steps of a window and its forecast. A received accumulation is divided equally over its steps;
 * a step that no grid covers takes the substitute (known rain, persistence fading over one hour, or zero).
 */
export function buildWindowForcing(problem: ForcingProblem): WindowForcing {
  const { time } = problem;
  const cells = problem.pet.cellCount;
  const received = coverSteps(time, problem.rain);
  const given = problem.futureRain.kind === 'known' ? coverSteps(time, problem.futureRain.rain) : [];
  const known = lastKnownStep(received, problem);
  const rain = new Float32Array(time.count * cells);
  const degradations: Degradation[] = [];
  let source: { readonly grid: RainGrid; readonly at: EpochMs } | null = null;
  for (let step = 0; step < time.count; step++) {
    const into = rain.subarray(step * cells, (step + 1) * cells);
    const grid: RainGrid | undefined = received[step] ?? given[step];
    if (grid !== undefined) spread(grid, time.stepMs, 1, into);
    if (received[step] !== undefined) source = { grid: received[step]!, at: stampOf(time, step) };
    else if (grid === undefined) substitute(problem, source, step, into);
    if (received[step] === undefined && step < known) degradations.push(missing(stampOf(time, step), time.stepMs));
  }
  if (knownStamp(time, known) < problem.issueTime) degradations.push(substituted(knownStamp(time, known), problem));
  return {
    time,
    forcing: { steps: time.count, rain, pet: petOf(problem.pet, time) },
    knownUntil: knownStamp(time, known),
    newestRain: newest(problem.rain),
    mean: meanOf(rain, cells, time.count),
    degradations: mergeMissing(degradations),
  };
}

/** The received grid of each step, undefined where none covers the whole step; the later revision wins. */
function coverSteps(time: TimeGrid, grids: readonly RainGrid[]): (RainGrid | undefined)[] {
  const covered = new Array<RainGrid | undefined>(time.count).fill(undefined);
  const ordered = [...grids].sort((a, b) => a.receivedAt - b.receivedAt || a.validTime - b.validTime);
  for (const grid of ordered) {
    if (!grid.values.some(Number.isFinite)) continue;
    const first = Math.ceil((grid.validTime - grid.durationMs - time.start) / time.stepMs);
    const last = Math.floor((grid.validTime - time.start) / time.stepMs) - 1;
    for (let step = Math.max(0, first); step <= Math.min(last, time.count - 1); step++) covered[step] = grid;
  }
  return covered;
}

/** Number of leading steps whose rain has been received or given up. */
function lastKnownStep(received: readonly (RainGrid | undefined)[], { time, issueTime }: ForcingProblem): number {
  let known = 0;
  while (known < time.count && stampOf(time, known) <= issueTime) {
    const waited = issueTime - stampOf(time, known);
    const comesLater = received[known] === undefined && waited < RAIN_GIVEN_UP_MS;
    if (comesLater) break;
    known++;
  }
  return known;
}

const knownStamp = (time: TimeGrid, known: number): EpochMs => epochMs(time.start + known * time.stepMs);

/** Divides an accumulation equally over its steps; cells without a value take the mean of those that have one. */
function spread(grid: RainGrid, stepMs: number, share: number, into: Float32Array): void {
  const factor = (share * stepMs) / grid.durationMs;
  let fill = Number.NaN;
  for (let cell = 0; cell < into.length; cell++) {
    const depth = grid.values[cell]!;
    if (Number.isFinite(depth) && depth >= 0) into[cell] = depth * factor;
    else into[cell] = (fill = Number.isNaN(fill) ? meanDepth(grid) : fill) * factor;
  }
}

function meanDepth(grid: RainGrid): number {
  let sum = 0;
  let count = 0;
  for (const depth of grid.values) {
    if (!Number.isFinite(depth) || depth < 0) continue;
    sum += depth;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

function substitute(problem: ForcingProblem, source: { grid: RainGrid; at: EpochMs } | null, step: number, into: Float32Array): void {
  if (problem.futureRain.kind !== 'persistence' || source === null) return;
  const age = stampOf(problem.time, step) - problem.time.stepMs / 2 - source.at;
  const share = Math.max(0, 1 - age / PERSISTENCE_MS);
  if (share > 0) spread(source.grid, problem.time.stepMs, share, into);
}

const missing = (at: EpochMs, stepMs: number): Degradation => ({
  code: 'RAIN_MISSING',
  subject: 'rain',
  message: `no rain was received for ${toIso(epochMs(at - stepMs))} to ${toIso(at)}; a substitute is in the analysed state`,
});

function substituted(known: EpochMs, problem: ForcingProblem): Degradation {
  const minutes = Math.round((problem.issueTime - known) / 60_000);
  const late = minutes > 75;
  return {
    code: late ? 'RAIN_LATE' : 'RAIN_SUBSTITUTED',
    subject: 'rain',
    message: `the rain of the last ${minutes} minutes before the issue time has not come; ${problem.futureRain.kind} is used instead`,
  };
}

/** One line for a run of missing steps, so that a long gap does not flood the list. */
function mergeMissing(all: readonly Degradation[]): readonly Degradation[] {
  const gaps = all.filter(one => one.code === 'RAIN_MISSING');
  const rest = all.filter(one => one.code !== 'RAIN_MISSING');
  if (gaps.length < 2) return all;
  const message = `${gaps[0]!.message} (${gaps.length} steps in the window)`;
  return [{ ...gaps[0]!, message }, ...rest];
}

function newest(rain: readonly RainGrid[]): EpochMs | null {
  return rain.reduce<EpochMs | null>((latest, grid) => (latest === null || grid.validTime > latest ? grid.validTime : latest), null);
}

function petOf(pet: GridSeries, time: TimeGrid): Float32Array {
  const offset = (time.start - pet.time.start) / time.stepMs;
  const whole = Number.isInteger(offset) && offset >= 0 && endOf(pet.time) >= endOf(time) && pet.time.stepMs === time.stepMs;
  if (!whole)
    throw new RangeError(`PET covers (${toIso(pet.time.start)}, ${toIso(endOf(pet.time))}], the window needs ${toIso(time.start)}`);
  return pet.values.subarray(offset * pet.cellCount, (offset + time.count) * pet.cellCount);
}

function meanOf(rain: Float32Array, cells: number, steps: number): Float64Array {
  const mean = new Float64Array(steps);
  for (let step = 0; step < steps; step++) {
    let sum = 0;
    for (let cell = 0; cell < cells; cell++) sum += rain[step * cells + cell]!;
    mean[step] = sum / cells;
  }
  return mean;
}
