import type { LoadedDomain } from '#config';
import { SECOND_MS, timeGrid, type EpochMs, type Station, type TimeGrid } from '#hydrology';
import type { Calibration } from '#learning';
import type { Pairs } from '#verification';
import { observedOnSteps, recordForcing, recordStart, type Period } from './record-inputs.js';
import { openKernel } from './run-options.js';

/** A fitted model over the record, at the step and with the structure of the fit, without assimilation. */
export interface FitRun {
  readonly time: TimeGrid;
  /** The gauged stations of the domain, also those that were not fitted. */
  readonly stations: readonly Station[];
  /** m³/s, [station × steps + step]. */
  readonly discharge: Float64Array;
}

/** Runs from the start of the record, where the fitted stores lie, to `until`. */
export function runFit({ fields, mapping: { layout } }: Calibration, domain: LoadedDomain, until: EpochMs): FitRun {
  const stations = domain.stations.filter(({ gauged }) => gauged);
  const { structure, routing, stepSeconds, network } = layout;
  const time = timeGrid(recordStart(domain.record), until, stepSeconds * SECOND_MS);
  const kernel = openKernel({ domain, stations, stepSeconds, structure, routing, ...(network && { hidden: network.hidden }) });
  const { discharge } = kernel.run({ forcing: recordForcing(domain.record, time, layout.needsTemperature), ...fields });
  kernel.close();
  return { time, stations, discharge };
}

/** Simulation beside observation of each station, in the order of the run; NaN outside the period. */
export function pairsOf({ time, stations, discharge }: FitRun, domain: LoadedDomain, period: Period): Pairs[] {
  const observed = observedOnSteps(domain.record, stations, { time, ...period });
  const row = (values: Float64Array, k: number): Float64Array => values.subarray(k * time.count, (k + 1) * time.count);
  return stations.map((_, k) => ({ simulated: row(discharge, k), observed: row(observed, k) }));
}
