import { exceedanceAt } from '#assimilation';
import { stampOf, type EpochMs, type Station } from '#hydrology';
import { trusted } from './analyse.js';
import type { ObservedWindow } from './inputs.js';
import type { Exceedance, ForecastPeak, Hydrograph, InputAge } from './result.js';

/** The chance of passing each threshold at some time of the forecast: the largest over its steps. */
export function findExceedances(station: Station, hydrograph: Hydrograph): Exceedance[] {
  return station.thresholds.map(({ level, discharge }) => {
    let probability = 0;
    let crossing: EpochMs | null = null;
    for (let step = 0; step < hydrograph.time.count; step++) {
      probability = Math.max(probability, exceedanceAt(quantilesAt(hydrograph, step), discharge));
      if (crossing === null && hydrograph.q50[step]! > discharge) crossing = stampOf(hydrograph.time, step);
    }
    return { station: station.id, level, threshold: discharge, probability, firstCrossing: crossing };
  });
}

/** The highest median of the forecast and the 90 % band at its time. */
export function findPeak(hydrograph: Hydrograph): ForecastPeak {
  let at = 0;
  for (let step = 1; step < hydrograph.time.count; step++) if (hydrograph.q50[step]! > hydrograph.q50[at]!) at = step;
  return {
    station: hydrograph.station,
    time: stampOf(hydrograph.time, at),
    value: hydrograph.q50[at]!,
    low: hydrograph.q05[at]!,
    high: hydrograph.q95[at]!,
  };
}

/** How old each input was at the cut-off: of a gauge the newest value that could be used, for one that is doubted or rejected tells the forecast nothing. */
export function measureInputAges(
  observed: ObservedWindow,
  stations: readonly Station[],
  newestRain: EpochMs | null,
  asOf: EpochMs,
): InputAge[] {
  const age = (input: string, newest: EpochMs | null): InputAge => ({ input, newest, ageMs: newest === null ? null : asOf - newest });
  const gauges = stations.filter(({ gauged }) => gauged);
  const adjusted = observed.rainAdjustment === undefined ? [] : [age('rain-gauges', observed.rainAdjustment.newestGauge)];
  return [age('rain', newestRain), ...adjusted, ...gauges.map(({ id }) => age(id, newestValue(observed, id, asOf)))];
}

function newestValue(observed: ObservedWindow, id: string, asOf: EpochMs): EpochMs | null {
  const series = observed.discharge.find(({ station }) => station === id);
  const times =
    series === undefined ? [] : [...series.times].filter((time, k) => time <= asOf && trusted(series.values[k]!, series.flags[k]!));
  return times.length === 0 ? null : (Math.max(...times) as EpochMs);
}

const quantilesAt = (one: Hydrograph, step: number): number[] => [
  one.q05[step]!,
  one.q25[step]!,
  one.q50[step]!,
  one.q75[step]!,
  one.q95[step]!,
];
