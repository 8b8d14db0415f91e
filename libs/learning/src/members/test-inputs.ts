import { HOUR_MS, epochMs, stationId, type EpochMs } from '#hydrology';
import { ERROR_LEADS_H, LEAD_HOURS, PAST_HOURS, type MemberInputs } from './member-inputs.js';
import type { ObservedAt } from './training-cases.js';

/** A made-up river for specs: two gauges whose flow swings over a day, and a model that is always a third too low. */
export const FIRST_HOUR = epochMs(Date.UTC(2020, 0, 2));
const STATIONS = ['A', 'B'].map(stationId);
const SHARE = 2 / 3;

export const madeUpObserved: ObservedAt = (station, time) =>
  (station === 'A' ? 20 : 5) * (1.5 + Math.sin((2 * Math.PI * time) / (24 * HOUR_MS)));

/** One case an hour; `observed` decides what the cycles knew and no more. */
export function madeUpCases(count: number, observed: ObservedAt = madeUpObserved): MemberInputs[] {
  return Array.from({ length: count }, (_, k): MemberInputs => {
    const hour = epochMs(FIRST_HOUR + k * HOUR_MS);
    const past = Array.from({ length: PAST_HOURS }, (_unused, h) => epochMs(hour + (h + 1 - PAST_HOURS) * HOUR_MS));
    const ahead = Array.from({ length: LEAD_HOURS }, (_unused, h) => epochMs(hour + (h + 1) * HOUR_MS));
    const rain = (time: EpochMs): number => Math.max(0, Math.cos(time / HOUR_MS / 5));
    return {
      hour,
      stations: STATIONS.map(station => {
        const run = (time: EpochMs): number => SHARE * madeUpObserved(station, time);
        const [free, forecast] = [past.map(run), ahead.map(run)];
        return {
          ...{ station, free, openLoop: forecast, analysis: forecast, issued: forecast },
          observed: past.map(time => observed(station, time)),
          issuedBefore: ERROR_LEADS_H.map(() => free),
          rain: [...past, ...ahead].map(rain),
        };
      }),
    };
  });
}
