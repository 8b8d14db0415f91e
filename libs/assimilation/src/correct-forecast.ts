import { HOUR_MS, stampOf, type EpochMs, type StationId, type TimeGrid } from '#hydrology';
import type { ErrorMemory, StationMemory } from './memory.js';

/** Levels of the quantiles that are issued. */
export const QUANTILE_LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
/** Standard normal deviates of those levels. */
const DEVIATES = [-1.6448536, -0.6744898, 0, 0.6744898, 1.6448536] as const;

export interface CorrectionProblem {
  readonly station: StationId;
  /** Steps of the forecast, starting at the issue time. */
  readonly time: TimeGrid;
  readonly openLoop: Float64Array;
  readonly analysis: Float64Array;
  /** Newest trusted observation and what both runs gave at its stamp; null without one. */
  readonly newest: NewestObservation | null;
  readonly memory: StationMemory;
}

export interface NewestObservation {
  readonly time: EpochMs;
  readonly observed: number;
  readonly openLoop: number;
  readonly analysis: number;
}

export interface CorrectedForecast {
  /** One array a level of QUANTILE_LEVELS, m³/s at each step. */
  readonly quantiles: readonly Float64Array[];
}

const RATE_PER_HOUR = 0.9;
const OFFSET_M3S = 0.01;

/** The forecast that is issued: the free run with the last error decaying in log space, and a spread that grows with lead. */
export function correctForecast(problem: CorrectionProblem): CorrectedForecast {
  const { time, openLoop, newest } = problem;
  const quantiles = DEVIATES.map(() => new Float64Array(time.count));
  for (let step = 0; step < time.count; step++) {
    const lead = newest === null ? 24 : (stampOf(time, step) - newest.time) / HOUR_MS;
    const error = newest === null ? 0 : Math.log((newest.observed + OFFSET_M3S) / (newest.openLoop + OFFSET_M3S));
    const median = openLoop[step]! * Math.exp(error * RATE_PER_HOUR ** lead);
    const sd = 0.05 + 0.25 * (1 - Math.exp(-lead / 6));
    DEVIATES.forEach((deviate, level) => (quantiles[level]![step] = median * Math.exp(deviate * sd)));
  }
  return { quantiles };
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

/** Remembers the free run at hourly stamps for as long as an observation may be late or a window reaches back. */
export function rememberOpenLoop(
  memory: ErrorMemory,
  openLoop: ReadonlyMap<StationId, readonly [number, number][]>,
  since: EpochMs,
): ErrorMemory {
  const stations = memory.stations.map(one => {
    const fresh = openLoop.get(one.station) ?? [];
    const kept = one.history.filter(([time]) => time >= since && !fresh.some(([other]) => other === time));
    return { ...one, history: [...kept, ...fresh].sort((a, b) => a[0] - b[0]) };
  });
  return { ...memory, stations };
}
