import { DAY_MS, quantile, stampOf, toIso, type TimeGrid } from '#hydrology';
import {
  bootstrapEfficiencies,
  bootstrapMedian,
  BOOTSTRAP_SETTINGS,
  eventBlocks,
  eventErrors,
  kge,
  nse,
  type FloodEvent,
  type Interval,
  type Pairs,
} from '#verification';
import type { Period } from '../record-inputs.js';

export const MEASURES = ['nse', 'kge', 'eff', 'epf'] as const;
export type Measure = (typeof MEASURES)[number];

/** Scores of a series, with the interval that holds nine tenths of their resamples. */
export interface Skill {
  readonly nse: number;
  readonly kge: number;
  /** Medians over the flood events of |Eff| and |Epf|; NaN without an event. */
  readonly eff: number;
  readonly epf: number;
  readonly interval: Readonly<Record<Measure, Interval>>;
}

export interface EventScore {
  readonly peakAt: string;
  readonly eff: number;
  readonly epf: number;
  readonly peakDelaySteps: number;
}

/** Series of a gauge with its flood events, on the steps of a run. */
export interface ScoredSeries {
  readonly pairs: Pairs;
  readonly events: readonly FloodEvent[];
  readonly time: TimeGrid;
}

/** Blocks of quiet time that a resample draws, days. */
export const QUIET_DAYS = 5;

export function skillOf({ pairs, events, time }: ScoredSeries): Skill {
  const errors = events.map(event => eventErrors(pairs, event));
  const [eff, epf] = [finite(errors.map(({ floodFlow }) => Math.abs(floodFlow))), finite(errors.map(({ peakFlow }) => Math.abs(peakFlow)))];
  const blocks = eventBlocks(time.count, events, Math.round((QUIET_DAYS * DAY_MS) / time.stepMs));
  return {
    nse: nse(pairs),
    kge: kge(pairs),
    eff: median(eff),
    epf: median(epf),
    interval: {
      ...bootstrapEfficiencies(pairs, blocks, BOOTSTRAP_SETTINGS),
      ...{ eff: bootstrapMedian(eff), epf: bootstrapMedian(epf) },
    },
  };
}

export function scoreEvents({ pairs, events, time }: ScoredSeries): EventScore[] {
  return events.map(event => {
    const { floodFlow, peakFlow, peakDelay } = eventErrors(pairs, event);
    return { peakAt: toIso(stampOf(time, event.peak)), eff: floodFlow, epf: peakFlow, peakDelaySteps: peakDelay };
  });
}

/** The same series without a period and the floods that reach into it, or nothing where the period takes nothing away. */
export function leaveOut({ pairs: { simulated, observed }, events, time }: ScoredSeries, { from, to }: Period): ScoredSeries | undefined {
  const inside = (k: number): boolean => stampOf(time, k) > from && stampOf(time, k) <= to;
  const kept = Float64Array.from(observed, (value, k) => (inside(k) ? NaN : value));
  if (kept.every((value, k) => Object.is(value, observed[k]))) return undefined;
  const left = events.filter(({ start, end }) => stampOf(time, end) <= from || stampOf(time, start) > to);
  return { pairs: { simulated, observed: kept }, events: left, time };
}

const finite = (values: readonly number[]): number[] => values.filter(Number.isFinite);
const median = (values: readonly number[]): number => (values.length === 0 ? NaN : quantile(values, 0.5));
