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
  return floodEvents({ discharge: observed, rain }, { ...EVENT_SETTINGS, stepHours: time.stepMs / HOUR_MS });
}

function meanRain(rain: Float32Array, cells: Int32Array, cellCount: number): Float64Array {
  return Float64Array.from({ length: rain.length / cellCount }, (_, step) => {
    const depths = Array.from(cells, cell => rain[step * cellCount + cell]!).filter(depth => depth >= 0);
    return depths.length === 0 ? 0 : depths.reduce((sum, depth) => sum + depth, 0) / depths.length;
  });
}
