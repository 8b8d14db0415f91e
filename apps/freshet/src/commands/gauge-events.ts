import type { LoadedDomain } from '#config';
import { cellsUpstreamOf, HOUR_MS, type Station, type TimeGrid } from '#hydrology';
import type { KernelForcing } from '#kernel';
import { EVENT_SETTINGS, floodEvents, type FloodEvent } from '#verification';

export interface GaugedRecord {
  readonly forcing: KernelForcing;
  readonly time: TimeGrid;
  /** m³/s of one gauge, NaN where nothing counts. */
  readonly observed: Float64Array;
}

/** The flood events of a gauge: peaks of its discharge, from the rain of its own basin that made them. */
export function gaugeEvents(station: Station, { mesh }: LoadedDomain, { forcing, time, observed }: GaugedRecord): FloodEvent[] {
  const rain = meanRain(forcing.rain, cellsUpstreamOf(mesh, station.cell), mesh.cellCount);
  const stepHours = time.stepMs / HOUR_MS;
  return floodEvents({ discharge: observed, rain }, { ...EVENT_SETTINGS, stepHours, peakQuantile: quantileOf(observed, stepHours) });
}

/** A flood exceeds what the gauge exceeds for two days. */
const FLOOD_HOURS = 48;

/** The quantile made for records of years leaves a record of weeks one flood, if any: there the threshold is lower. */
function quantileOf(observed: Float64Array, stepHours: number): number {
  const hours = observed.filter(Number.isFinite).length * stepHours;
  return Math.min(EVENT_SETTINGS.peakQuantile, Math.max(0.5, 1 - FLOOD_HOURS / hours));
}

/** Of the cells whose rain is known; 0 where that of none is. */
function meanRain(rain: Float32Array, cells: Int32Array, cellCount: number): Float64Array {
  return Float64Array.from({ length: rain.length / cellCount }, (_, step) => {
    let [sum, known] = [0, 0];
    for (const cell of cells) {
      const depth = rain[step * cellCount + cell]!;
      if (depth >= 0) [sum, known] = [sum + depth, known + 1];
    }
    return known === 0 ? 0 : sum / known;
  });
}
