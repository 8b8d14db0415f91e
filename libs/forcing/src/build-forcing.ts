import { HOUR_MS, endOf, epochMs, stampOf, toIso, type EpochMs, type GridSeries, type RainGrid, type TimeGrid } from '#hydrology';
import { addDepths, isUsable } from './add-depths.js';
import { coverSteps, type RainPart } from './cover-steps.js';
import { mergeSubstitutions, type RainOrigin, type Substitution, type SubstitutionReason } from './substitution.js';

/**
 * What stands in for rain that has not come or not fallen, after the last received grid. `because` says why persistence, or a nowcast of less than
 * was wanted, is used where something better was asked for. Nowcast grids are NaN where they say nothing: there, and after them, persistence goes on.
 */
export type ExpectedRain =
  | { readonly kind: 'persistence'; readonly because?: string }
  | { readonly kind: 'zero' }
  | { readonly kind: 'known'; readonly rain: readonly RainGrid[] }
  | { readonly kind: 'nowcast'; readonly rain: readonly RainGrid[]; readonly because?: string };

export interface ForcingProblem {
  /** Model steps of the window and the forecast. */
  readonly time: TimeGrid;
  /** Start of the forecast: rain stamped later has not fallen. */
  readonly issueTime: EpochMs;
  /** Grids received later are not seen. */
  readonly asOf: EpochMs;
  /** Accumulations that reach into the window, in any order, any revision. */
  readonly rain: readonly RainGrid[];
  /** PET that covers `time` at the same step. */
  readonly pet: GridSeries;
  readonly expected: ExpectedRain;
  /** The last received rain fades linearly to nothing over this time; 1 h by default. */
  readonly persistenceFadeMs?: number;
  /** Rain that has not come after this long is given up: its substitute counts as known; 3 h by default. */
  readonly giveUpAfterMs?: number;
}

export interface Forcing {
  readonly time: TimeGrid;
  /** mm per step, [step × cellCount + cell], without a missing value. */
  readonly rain: Float32Array;
  readonly pet: Float32Array;
  /** Of each step. */
  readonly origins: readonly RainOrigin[];
  /** Mean over the cells, mm per step. */
  readonly mean: Float64Array;
  /** Last stamp ≤ issue time up to which every step was received or given up. */
  readonly knownUntil: EpochMs;
  /** Stamp of the newest usable received rain, null when there is none. */
  readonly newestRain: EpochMs | null;
  /** Everything that is not the whole measured grid, in the order of time. */
  readonly substitutions: readonly Substitution[];
}

/** Where the last measured rain stands in. */
const FADES: ReadonlySet<ExpectedRain['kind']> = new Set(['persistence', 'nowcast']);
const DEFAULT_FADE_MS = HOUR_MS;
const DEFAULT_GIVE_UP_MS = 3 * HOUR_MS;
/** A longer hole says too little about its middle to draw a line across it. */
const MAX_INTERPOLATED_MS = 3 * HOUR_MS;

interface Coverage {
  readonly problem: ForcingProblem;
  readonly observed: readonly (readonly RainPart[] | null)[];
  readonly known: readonly (readonly RainPart[] | null)[];
  readonly nowcast: readonly (readonly RainPart[] | null)[];
  /** Steps for which a grid came that could not be used. */
  readonly refused: ReadonlySet<number>;
  /** Last step before, and first after each step, that was observed; −1 where there is none. */
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/**
 * Rain and PET of a window and its forecast on the steps of the model. The ladder of each step: measured → known (if given)
 * → between the neighbours of a hole → the last received rain, fading → zero; all that is not measured is listed.
 * @throws RangeError when the PET does not cover the steps: a defect of the caller.
 */
export function buildForcing(problem: ForcingProblem): Forcing {
  const { time, pet } = problem;
  const coverage = cover(problem);
  const rain = new Float32Array(time.count * pet.cellCount);
  const origins: RainOrigin[] = [];
  const substitutions: Substitution[] = [];
  for (let step = 0; step < time.count; step++) {
    const into = rain.subarray(step * pet.cellCount, (step + 1) * pet.cellCount);
    const { origin, filled } = fillStep(coverage, step, into);
    origins.push(origin);
    if (origin !== 'observed' || filled > 0) substitutions.push(substitutionOf(coverage, step, origin, filled));
  }
  return {
    time,
    rain,
    pet: petOf(pet, time),
    origins,
    mean: meanOf(rain, pet.cellCount, time.count),
    knownUntil: knownUntil(coverage),
    newestRain: newestRain(coverage),
    substitutions: mergeSubstitutions(substitutions),
  };
}

function cover(problem: ForcingProblem): Coverage {
  const { time, expected, asOf } = problem;
  const { cellCount } = problem.pet;
  const received = problem.rain.filter(grid => grid.receivedAt <= asOf);
  const good = received.filter(grid => isUsable(grid, cellCount));
  const bad = received.filter(grid => !isUsable(grid, cellCount));
  const observed = coverSteps(time, good);
  const given = expected.kind === 'known' ? expected.rain.filter(grid => isUsable(grid, cellCount)) : [];
  const refused = new Set(coverSteps(time, bad).flatMap((parts, step) => (parts !== null && observed[step] === null ? [step] : [])));
  const before = new Int32Array(time.count).fill(-1);
  const after = new Int32Array(time.count).fill(-1);
  for (let step = 0, last = -1; step < time.count; step++) before[step] = last = observed[step] === null ? last : step;
  for (let step = time.count - 1, next = -1; step >= 0; step--) after[step] = next = observed[step] === null ? next : step;
  const nowcast = coverSteps(time, expected.kind === 'nowcast' ? expected.rain : []);
  return { problem, observed, known: coverSteps(time, given), nowcast, refused, before, after };
}

function fillStep(coverage: Coverage, step: number, into: Float32Array): { readonly origin: RainOrigin; readonly filled: number } {
  const { observed, known } = coverage;
  if (observed[step] != null) return { origin: 'observed', filled: addDepths(observed[step], 1, into) };
  if (known[step] != null) return { origin: 'known', filled: addDepths(known[step], 1, into) };
  if (interpolate(coverage, step, into)) return { origin: 'interpolated', filled: into.length };
  if (coverage.nowcast[step] != null) return { origin: 'nowcast', filled: addNowcast(coverage, step, into) };
  if (persist(coverage, step, into)) return { origin: 'persistence', filled: into.length };
  return { origin: 'zero', filled: into.length };
}

/** A hole with measured rain on both sides: linear in time between the two rates. */
function interpolate({ problem, observed, before, after }: Coverage, step: number, into: Float32Array): boolean {
  const [left, right] = [before[step]!, after[step]!];
  if (left < 0 || right < 0 || (right - left - 1) * problem.time.stepMs > MAX_INTERPOLATED_MS) return false;
  const share = (step - left) / (right - left);
  addDepths(observed[left]!, 1 - share, into);
  addDepths(observed[right]!, share, into);
  return true;
}

/** The nowcast where it says something, else what would stand in without one; returns how many cells that were. */
function addNowcast(coverage: Coverage, step: number, into: Float32Array): number {
  persist(coverage, step, into);
  let silent = 0;
  for (let cell = 0; cell < into.length; cell++) {
    let depth = 0;
    for (const { grid, factor } of coverage.nowcast[step]!) depth += factor * grid.values[cell]!;
    if (depth >= 0) into[cell] = depth;
    else silent++;
  }
  return silent;
}

/** The last measured rate, fading linearly: the middle of the step decides its share. */
function persist({ problem, observed, before }: Coverage, step: number, into: Float32Array): boolean {
  const source = before[step]!;
  if (!FADES.has(problem.expected.kind) || source < 0) return false;
  const age = (step - source - 0.5) * problem.time.stepMs;
  const share = 1 - age / (problem.persistenceFadeMs ?? DEFAULT_FADE_MS);
  if (share <= 0) return false;
  addDepths(observed[source]!, share, into);
  return true;
}

function substitutionOf(coverage: Coverage, step: number, origin: RainOrigin, cells: number): Substitution {
  const { time } = coverage.problem;
  const to = stampOf(time, step);
  return { from: epochMs(to - time.stepMs), to, origin, reason: reasonOf(coverage, step, origin), cells };
}

function reasonOf({ problem, refused, after }: Coverage, step: number, origin: RainOrigin): SubstitutionReason {
  if (origin === 'observed') return 'cells';
  if (refused.has(step)) return 'unusable';
  if (stampOf(problem.time, step) > problem.issueTime) return 'future';
  return after[step]! >= 0 ? 'hole' : 'late';
}

function knownUntil({ problem, observed }: Coverage): EpochMs {
  const { time, issueTime, giveUpAfterMs = DEFAULT_GIVE_UP_MS } = problem;
  let step = 0;
  while (step < time.count && stampOf(time, step) <= issueTime) {
    if (observed[step] === null && issueTime - stampOf(time, step) < giveUpAfterMs) break;
    step++;
  }
  return epochMs(time.start + step * time.stepMs);
}

function newestRain({ problem, observed }: Coverage): EpochMs | null {
  const step = observed.findLastIndex(parts => parts !== null);
  return step < 0 ? null : stampOf(problem.time, step);
}

function petOf(pet: GridSeries, time: TimeGrid): Float32Array {
  const offset = (time.start - pet.time.start) / time.stepMs;
  if (pet.time.stepMs !== time.stepMs || !Number.isInteger(offset) || offset < 0 || endOf(pet.time) < endOf(time)) {
    const has = `(${toIso(pet.time.start)}, ${toIso(endOf(pet.time))}] in steps of ${pet.time.stepMs / 1000} s`;
    throw new RangeError(
      `PET covers ${has}; the model needs (${toIso(time.start)}, ${toIso(endOf(time))}] in steps of ${time.stepMs / 1000} s`,
    );
  }
  return pet.values.subarray(offset * pet.cellCount, (offset + time.count) * pet.cellCount);
}

function meanOf(rain: Float32Array, cellCount: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, step) => {
    let sum = 0;
    for (let cell = 0; cell < cellCount; cell++) sum += rain[step * cellCount + cell]!;
    return sum / cellCount;
  });
}
