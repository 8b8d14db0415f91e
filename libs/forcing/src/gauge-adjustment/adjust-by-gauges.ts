import {
  HOUR_MS,
  endOf,
  epochMs,
  floorTo,
  stampOf,
  stepAt,
  timeGrid,
  toIso,
  type EpochMs,
  type RainGaugeSeries,
  type RainGrid,
  type TimeGrid,
} from '#hydrology';
import { filterBias } from './filter-bias.js';
import { observeBias, type ObservedBias } from './observe-bias.js';
import { gaugeSums, newestOf, pairSteps, radarSums } from './pair-sums.js';

/** How the bias is estimated; times in ms, depths in mm, standard deviations of log10. */
export interface AdjustmentSettings {
  /** Gauges and radar are compared by their sums of this. */
  readonly stepMs: number;
  /** How far before the time of interest comparisons count. */
  readonly windowMs: number;
  /** Both must have seen as much in a step. */
  readonly minimumMm: number;
  /** The bias forgets itself by e in this time. */
  readonly memoryMs: number;
  readonly biasSd: number;
  readonly pairSd: number;
  /** The factor stays within 1 / most … most. */
  readonly most: number;
}

export interface AdjustmentProblem {
  /** The factor is wanted for rain of (from, to]. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly issueTime: EpochMs;
  /** Radar received later is not seen; the gauges were read as of it. */
  readonly asOf: EpochMs;
  /** Radar as it was received, from `windowMs` before `from` on. */
  readonly radar: readonly RainGrid[];
  /** As known at `asOf`. */
  readonly gauges: readonly RainGaugeSeries[];
  /** Cell of the mesh under each gauge, by its id. */
  readonly cellOf: ReadonlyMap<string, number>;
  readonly settings: AdjustmentSettings;
}

/** The factor of each time, and what it rests on. */
export interface RainAdjustment {
  readonly time: TimeGrid;
  /** Of each step. */
  readonly factors: Float64Array;
  readonly summary: AdjustmentSummary;
}

/** What is recorded with a cycle. */
export interface AdjustmentSummary {
  /** Of the newest radar at the issue time; 1 = as measured. */
  readonly factor: number;
  /** 90 % of the estimate lie within, before the bounds. */
  readonly low: number;
  readonly high: number;
  /** Gauges that were compared with the radar at least once, and that sent anything. */
  readonly gauges: number;
  readonly gaugesHeard: number;
  /** Comparisons that were used: of one gauge in one step. */
  readonly pairs: number;
  /** End of the newest step with one; null = there was none. */
  readonly newestPair: EpochMs | null;
  /** Newest value of a gauge, at the end of its step; null = none came. */
  readonly newestGauge: EpochMs | null;
  /** One sentence for the operator. */
  readonly message: string;
}

const Z90 = 1.645;

/**
 * The mean-field bias of the radar by the rain gauges: for every step what gauges and radar over them say (`observeBias`), made one
 * course in time by a Kalman filter (`filterBias`). The factor is 10 to the estimate, its median, so that without any comparison it is
 * exactly 1; it returns to 1 as `memoryMs` goes by after the last. Within one radar field it is the same everywhere.
 */
export function estimateAdjustment(problem: AdjustmentProblem): RainAdjustment {
  const { settings, asOf } = problem;
  const time = stepsOf(problem);
  const gauges = problem.gauges.filter(({ gauge }) => problem.cellOf.has(gauge));
  const sums = gauges.map(series => gaugeSums(time, series));
  const received = problem.radar.filter(grid => grid.receivedAt <= asOf);
  const radar = radarSums(
    time,
    received,
    gauges.map(({ gauge }) => problem.cellOf.get(gauge)!),
  );
  const observed = pairSteps(time, sums, radar, settings.minimumMm).map(pairs => observeBias(pairs, settings.pairSd));
  const { mean, variance } = filterBias(observed, {
    correlation: Math.exp(-settings.stepMs / settings.memoryMs),
    sd: settings.biasSd,
  });
  const bound = (factor: number): number => Math.min(settings.most, Math.max(1 / settings.most, factor));
  const factors = mean.map(log => bound(10 ** log));
  const step = newestStep(time, received, problem.issueTime);
  const spread = Z90 * Math.sqrt(variance[step]!);
  const summary = {
    ...{ factor: factors[step]!, low: 10 ** (mean[step]! - spread), high: 10 ** (mean[step]! + spread) },
    ...{ gauges: gaugesIn(observed), gaugesHeard: gauges.filter(({ times }) => times.length > 0).length },
    pairs: observed.reduce((sum, one) => sum + (one?.pairs.length ?? 0), 0),
    newestPair: stampOrNull(
      time,
      observed.findLastIndex(one => one !== null),
    ),
    newestGauge: newestOf(time, sums) as EpochMs | null,
  };
  return { time, factors, summary: { ...summary, message: sayAdjustment(summary, settings) } };
}

/** Whole steps from `windowMs` before `from` on to the first end at or after `to`. */
function stepsOf({ from, to, settings }: AdjustmentProblem): TimeGrid {
  const start = floorTo(epochMs(from - settings.windowMs), settings.stepMs);
  return timeGrid(start, epochMs(Math.ceil(to / settings.stepMs) * settings.stepMs), settings.stepMs);
}

function newestStep(time: TimeGrid, received: readonly RainGrid[], issueTime: EpochMs): number {
  const newest = received.reduce((last, { validTime }) => (validTime <= issueTime ? Math.max(last, validTime) : last), -Infinity);
  return Math.max(0, stepAt(time, epochMs(Number.isFinite(newest) ? newest : issueTime)));
}

const stampOrNull = (time: TimeGrid, step: number): EpochMs | null => (step < 0 ? null : stampOf(time, step));

const gaugesIn = (observed: readonly (ObservedBias | null)[]): number =>
  new Set(observed.flatMap(one => one?.pairs.map(({ gauge }) => gauge) ?? [])).size;

function sayAdjustment(
  { factor, gauges, gaugesHeard, newestPair }: Omit<AdjustmentSummary, 'message'>,
  { minimumMm, stepMs }: AdjustmentSettings,
): string {
  if (gaugesHeard === 0) return 'Radar rain is used as measured: no rain gauge has sent anything';
  const hours = stepMs / HOUR_MS;
  const least = `${minimumMm} mm in ${hours === 1 ? 'an hour' : `${hours} h`}`;
  if (newestPair === null)
    return `Radar rain is used as measured: none of ${gaugesHeard} rain gauge(s) saw ${least} together with the radar`;
  return `Radar rain is multiplied by ${factor.toFixed(2)}, by ${gauges} rain gauge(s), last compared at ${toIso(newestPair)}`;
}

/** The factor of rain of (from, to]: the mean over its steps; beyond the steps there is none. */
export function factorOf({ time, factors }: RainAdjustment, from: number, to: number): number {
  const [first, last] = [Math.max(time.start, from), Math.min(endOf(time), to)];
  if (last <= first) return 1;
  let [sum, weight] = [0, 0];
  for (let step = Math.floor((first - time.start) / time.stepMs); time.start + step * time.stepMs < last; step++) {
    const start = time.start + step * time.stepMs;
    const share = Math.min(last, start + time.stepMs) - Math.max(first, start);
    [sum, weight] = [sum + share * factors[step]!, weight + share];
  }
  return sum / weight;
}

/** Grids multiplied by their factor; one of factor 1 is the grid itself. */
export function adjustGrids(grids: readonly RainGrid[], adjustment: RainAdjustment): RainGrid[] {
  return grids.map(grid => {
    const factor = factorOf(adjustment, grid.validTime - grid.durationMs, grid.validTime);
    return factor === 1 ? grid : { ...grid, values: grid.values.map(depth => depth * factor) };
  });
}
