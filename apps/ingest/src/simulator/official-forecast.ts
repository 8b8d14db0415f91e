import { HOUR_MS, epochMs, floorTo, type EpochMs } from '#hydrology';
import { interpolator, knownUntil, type SimulatedWorld } from './simulated-world.js';

/** What forecasters expect at a station, m³/s: low (10 %), middle and high (90 %). Times are of those who ask. */
export interface SimulatedForecast {
  readonly issued: EpochMs;
  readonly steps: readonly { readonly time: EpochMs; readonly low: number; readonly middle: number; readonly high: number }[];
}

/** Forecasters work this long, and this often. */
const WORK_MS = HOUR_MS;
const EVERY_MS = 6 * HOUR_MS;
const LEAD_HOURS = 24;
/** Half of the spread, growing by the hour up to half of the middle value. */
const SPREAD_AN_HOUR = 0.03;
const WIDEST = 0.5;

/** The newest forecast of a station: what the record says came, less sure by the hour; null where the record does not tell. */
export function officialForecast(world: SimulatedWorld, station: string): SimulatedForecast | null {
  const issued = floorTo(epochMs(knownUntil(world, ['gauges', station]) - WORK_MS), EVERY_MS);
  const discharge = interpolator(world, station, { from: issued, to: epochMs(issued + LEAD_HOURS * HOUR_MS) });
  const steps = Array.from({ length: LEAD_HOURS }, (_, k) => {
    const time = epochMs(issued + (k + 1) * HOUR_MS);
    const middle = discharge(time - world.shiftMs);
    const spread = Math.min(WIDEST, SPREAD_AN_HOUR * (k + 1));
    return middle === null ? [] : [{ time, low: middle * (1 - spread), middle, high: middle * (1 + spread) }];
  }).flat();
  return steps.length === 0 ? null : { issued, steps };
}
