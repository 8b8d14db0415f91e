import { HOUR_MS, stampOf, type EpochMs, type TimeGrid } from '#hydrology';
import { fromErrorSpace, toErrorSpace } from './error-space.js';
import type { PendingForecast, StationMemory } from './memory.js';
import { addError, newestOf, newRunErrors, scaleByError, updateRunErrors } from './run-errors.js';
import { adaptWidths, blendAt, LEARNED_LEADS_H, verify } from './statistics.js';
import type { ErrorCourse } from './upstream-error.js';

/** Levels of the quantiles that are issued. */
export const QUANTILE_LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
/** Standard normal deviates of those levels. */
const DEVIATES = [-1.6448536, -0.6744898, 0, 0.6744898, 1.6448536] as const;

/** An observation and what a run gave at its stamp, m³/s. */
export interface ComparedObservation {
  readonly time: EpochMs;
  readonly observed: number;
  readonly run: number;
}

export interface CorrectionProblem {
  /** Steps of the forecast, starting at the issue time. */
  readonly time: TimeGrid;
  readonly openLoop: Float64Array;
  readonly analysis: Float64Array;
  /** Error of the free run that arrives from an upstream gauge; `noError` where none is linked. */
  readonly arriving: ErrorCourse;
  /** Trusted observations newer than the last filtered one beside the free run, oldest first. */
  readonly fresh: readonly ComparedObservation[];
  /** Those of the whole window beside this cycle's analysis, oldest first. */
  readonly window: readonly ComparedObservation[];
  readonly memory: StationMemory;
}

export interface CorrectedForecast {
  /** One array a level of QUANTILE_LEVELS, m³/s at each step. */
  readonly quantiles: readonly Float64Array[];
  readonly memory: StationMemory;
}

/**
 * Error decay at a gauge and the blend by lead: adds to the free run what arrives from an upstream gauge, verifies what has
 * become verifiable, filters the new errors, then combines the members with the weights learned so far. A forecast enters the statistics only when its observation has come.
 */
export function correctForecast(problem: CorrectionProblem): CorrectedForecast {
  const { time, arriving } = problem;
  const memory = problem.fresh.reduce((before, one) => takeIn(before, one, arriving(one.time)), problem.memory);
  const analysis = problem.window.reduce(updateRunErrors, newRunErrors());
  const quantiles = QUANTILE_LEVELS.map(() => new Float64Array(time.count));
  const newest = problem.fresh.at(-1)?.time;
  const pending: PendingForecast[] = [];
  for (let step = 0; step < time.count; step++) {
    const at = stampOf(time, step);
    const [free, analysed] = [problem.openLoop[step]! + arriving(at), problem.analysis[step]!];
    const members = [addError(memory.openLoop, free, at), scaleByError(memory.openLoop, free, at), addError(analysis, analysed, at)];
    const issued = issue(memory, at, members);
    issued.quantiles.forEach((value, level) => (quantiles[level]![step] = value));
    const lead = newest === undefined ? -1 : LEARNED_LEADS_H.indexOf(((at - newest) / HOUR_MS) as 1);
    if (lead >= 0) pending.push({ validTime: at, lead, members, median: issued.median, scale: issued.scale });
  }
  return { quantiles, memory: { ...memory, pending: [...memory.pending, ...pending] } };
}

function takeIn(memory: StationMemory, compared: ComparedObservation, arriving: number): StationMemory {
  const { time, observed } = compared;
  const free = toErrorSpace(compared.run);
  const statistics = memory.pending
    .filter(({ validTime }) => validTime === time)
    .reduce((all, one) => verify(all, one, observed), memory.statistics);
  return {
    ...memory,
    statistics,
    pending: memory.pending.filter(({ validTime }) => validTime > time),
    openLoop: updateRunErrors(memory.openLoop, { ...compared, run: compared.run + arriving }),
    runWidths: adaptWidths(memory.runWidths, (toErrorSpace(observed) - free) / spreadScale(free)),
  };
}

function issue(memory: StationMemory, at: EpochMs, members: readonly number[]): { median: number; scale: number; quantiles: number[] } {
  const lead = at - (newestOf(memory.openLoop) ?? at - LEARNED_LEADS_H.at(-1)! * HOUR_MS);
  const { weights, widths } = blendAt(memory.statistics, lead);
  const median = toErrorSpace(members.reduce((sum, member, k) => sum + weights[k]! * member, 0));
  const scale = spreadScale(median);
  const [low, lower, upper, high] = widths as [number, number, number, number];
  const quantiles = [
    median - low * scale,
    median - Math.min(lower, low) * scale,
    median,
    median + Math.min(upper, high) * scale,
    median + high * scale,
  ];
  return { median, scale, quantiles: quantiles.map(fromErrorSpace) };
}

/** The band is proportional to the transformed flow, that is to a relative error of Q. */
const spreadScale = (median: number): number => Math.max(median, 0.1);

/**
 * An ungauged station: nothing is known of its error, so none is carried to it. The free run and the analysis count alike,
 * and the band is the widest that the free run would have needed at a gauge: that of a corrected forecast would promise too much.
 */
export function forecastUngauged(
  openLoop: Float64Array,
  analysis: Float64Array,
  gauges: readonly StationMemory[],
): readonly Float64Array[] {
  const width = (k: number): number => Math.max(0.05, ...gauges.map(({ runWidths }) => runWidths[k]!));
  const [low, lower, upper, high] = [0, 1, 2, 3].map(width) as [number, number, number, number];
  const offsets = [-low, -lower, 0, upper, high];
  return offsets.map(offset =>
    openLoop.map((free, step) => {
      const median = toErrorSpace((free + analysis[step]!) / 2);
      return fromErrorSpace(median + offset * spreadScale(median));
    }),
  );
}

/** Chance of exceeding a threshold at one step, from the quantiles: linear in the normal deviate between and beyond them. */
export function exceedanceAt(quantiles: readonly number[], threshold: number): number {
  const upper = quantiles.findIndex(value => value > threshold);
  const k = Math.min(Math.max(upper === -1 ? DEVIATES.length - 1 : upper, 1), DEVIATES.length - 1);
  const [a, b] = [quantiles[k - 1]!, quantiles[k]!];
  if (b - a < 1e-9) return threshold < b ? 1 : 0;
  const deviate = DEVIATES[k - 1]! + ((threshold - a) / (b - a)) * (DEVIATES[k]! - DEVIATES[k - 1]!);
  return 1 - standardNormal(deviate);
}

/** Φ(z), Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8. */
export function standardNormal(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
  return z >= 0 ? 1 - upper : upper;
}
