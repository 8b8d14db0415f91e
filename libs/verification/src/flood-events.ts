import { quantile } from '#hydrology';
import { baseflow } from './baseflow.js';

/** A flood between two indices of the series, both included. */
export interface FloodEvent {
  readonly start: number;
  readonly peak: number;
  readonly end: number;
}

export interface EventSettings {
  readonly stepHours: number;
  /** A peak reaches this quantile of the discharge. */
  readonly peakQuantile: number;
  /** And this discharge, m³/s. */
  readonly peakValue: number;
  readonly longestHours: number;
}

export const EVENT_SETTINGS: EventSettings = { stepHours: 1, peakQuantile: 0.995, peakValue: 0, longestHours: 240 };

const LOOK_BACK_HOURS = 72;
const RISE_QUANTILE = 0.8;
const ENERGY_SHARE = 0.2;
const ENERGY_HOURS = 24;
const END_HOURS = 48;

/**
 * Floods of a gauge: a peak of the discharge, from where the rain that made it rises to where quick flow is least over two days (segmentation of Huynh et al. 2023). Events that overlap are one. Gaps (NaN) hold no peak; rain and discharge have the same steps.
 */
export function floodEvents(
  { discharge, rain }: { readonly discharge: ArrayLike<number>; readonly rain: ArrayLike<number> },
  settings: EventSettings = EVENT_SETTINGS,
): FloodEvent[] {
  const q = withoutGaps(discharge);
  const known = Array.from(discharge).filter(Number.isFinite);
  if (known.length < 3) return [];
  const threshold = Math.max(quantile(known, settings.peakQuantile), settings.peakValue);
  const slow = baseflow(q);
  const events: FloodEvent[] = [];
  for (let peak = 1; peak < q.length - 1; peak++) {
    const top = q[peak]! > q[peak - 1]! && q[peak]! >= q[peak + 1]! && q[peak]! >= threshold;
    if (!top || !Number.isFinite(discharge[peak])) continue;
    const start = startOf(rain, peak, settings.stepHours);
    const event = { start, peak, end: endOf({ q, slow }, { start, peak }, settings) };
    const before = events.at(-1);
    if (before && before.end >= start) events[events.length - 1] = joined(before, event, q);
    else events.push(event);
  }
  return events;
}

const joined = (first: FloodEvent, second: FloodEvent, q: Float64Array): FloodEvent => ({
  start: Math.min(first.start, second.start),
  peak: q[second.peak]! > q[first.peak]! ? second.peak : first.peak,
  end: Math.max(first.end, second.end),
});

/** Where rain rises steeply for the first time in the three days before the peak, leaving out rises that brought little. */
function startOf(rain: ArrayLike<number>, peak: number, stepHours: number): number {
  const first = Math.max(0, peak - Math.round(LOOK_BACK_HOURS / stepHours));
  const p = Float64Array.from({ length: peak - first + 1 }, (_, k) => wet(rain[first + k]));
  const rise = p.map((_, k) => ((p[k + 1] ?? p[k]!) - (p[k - 1] ?? p[k]!)) / (k === 0 || k === p.length - 1 ? 1 : 2));
  const steep = quantile(rise, RISE_QUANTILE);
  const tops = [...rise.keys()].filter(
    k => rise[k]! >= steep && rise[k]! > (rise[k - 1] ?? Infinity) && rise[k]! >= (rise[k + 1] ?? -Infinity),
  );
  if (tops.length === 0) return first + rise.indexOf(Math.max(...rise));
  const energies = tops.map(k => Math.hypot(...window(p, k - 1, Math.round(ENERGY_HOURS / stepHours))));
  const least = ENERGY_SHARE * Math.max(...energies);
  return first + tops[energies.findIndex(energy => energy >= least)]!;
}

const wet = (depth: number | undefined): number => (depth !== undefined && depth > 0 ? depth : 0);
const window = (values: Float64Array, from: number, count: number): Float64Array =>
  values.subarray(Math.max(0, from), Math.max(0, from + count));

function endOf(
  { q, slow }: { q: Float64Array; slow: Float64Array },
  { start, peak }: { start: number; peak: number },
  { stepHours, longestHours }: EventSettings,
): number {
  const span = Math.round(END_HOURS / stepHours);
  const last = Math.min(q.length, start + Math.round(longestHours / stepHours) + span);
  let [end, least] = [Math.min(peak + 1, q.length - 1), Infinity];
  for (let at = peak; at + span <= last; at++) {
    let quick = 0;
    for (let k = at; k < at + span; k++) quick += q[k]! - slow[k]!;
    if (quick < least) [least, end] = [quick, at];
  }
  return Number.isFinite(least) ? end : last - 1;
}

/** Gaps drawn through from the last value, so that the filter can pass. */
function withoutGaps(discharge: ArrayLike<number>): Float64Array {
  let last = Array.from(discharge).find(Number.isFinite) ?? 0;
  return Float64Array.from(discharge, value => (last = Number.isFinite(value) ? value : last));
}

/** Signatures of an event, simulated/observed − 1 (Huynh et al. 2023); NaN without observations. */
export interface EventErrors {
  /** Eff: mean quick flow. */
  readonly floodFlow: number;
  /** Epf: highest discharge. */
  readonly peakFlow: number;
  /** Of the peak, steps late. */
  readonly peakDelay: number;
}

/** Errors of a simulation over an event. Stamps without observation are left out of both series. */
export function eventErrors(
  { simulated, observed }: { readonly simulated: ArrayLike<number>; readonly observed: ArrayLike<number> },
  { start, end }: FloodEvent,
): EventErrors {
  const at = Array.from({ length: end - start + 1 }, (_, k) => start + k).filter(
    k => Number.isFinite(observed[k]) && Number.isFinite(simulated[k]),
  );
  if (at.length === 0) return { floodFlow: NaN, peakFlow: NaN, peakDelay: NaN };
  const [s, o] = [at.map(k => simulated[k]!), at.map(k => observed[k]!)];
  const [peakS, peakO] = [Math.max(...s), Math.max(...o)];
  return {
    floodFlow: quickFlow(s) / quickFlow(o) - 1,
    peakFlow: peakS / peakO - 1,
    peakDelay: at[s.indexOf(peakS)]! - at[o.indexOf(peakO)]!,
  };
}

function quickFlow(discharge: readonly number[]): number {
  const slow = baseflow(discharge);
  return discharge.reduce((sum, value, k) => sum + value - slow[k]!, 0) / discharge.length;
}
