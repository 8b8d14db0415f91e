import {
  correctForecast,
  forecastUngauged,
  newStationMemory,
  rememberOpenLoop,
  type ComparedObservation,
  type ErrorMemory,
  type StationMemory,
} from '#assimilation';
import { HOUR_MS, epochMs, stampOf, timeGrid, type EpochMs, type Station, type StationId } from '#hydrology';
import { dischargeAt, type Trajectory } from './advance.js';
import { assimilated, trusted } from './analyse.js';
import type { BasinModel, CycleInputs } from './inputs.js';
import type { Hydrograph } from './result.js';

export interface CycleRuns {
  readonly known: EpochMs;
  readonly openLoop: Trajectory;
  readonly analysis: Trajectory;
}

/** A late observation can still be compared with the free run of its time for this long. */
const HISTORY_MS = 30 * HOUR_MS;

/** The issued hydrographs: corrected at gauges, spread by what the gauges taught elsewhere; and the memory they leave. */
export function correctCycle(
  inputs: CycleInputs,
  basin: BasinModel,
  runs: CycleRuns,
  before: ErrorMemory,
): { readonly hydrographs: readonly Hydrograph[]; readonly memory: ErrorMemory } {
  const memory = rememberOpenLoop(before, hourlyOpenLoop(runs, basin), inputs.issueTime - HISTORY_MS);
  const time = timeGrid(inputs.issueTime, epochMs(inputs.issueTime + basin.leadMs), basin.stepMs);
  const series = (run: Trajectory, k: number): Float64Array =>
    Float64Array.from({ length: time.count }, (_, step) => dischargeAt(run, k, stampOf(time, step)));
  const gauges = memory.stations.filter(({ station }) => basin.stations.some(one => one.id === station && assimilated(one)));
  const corrected = basin.stations.map((station, k) => {
    const [openLoop, analysis] = [series(runs.openLoop, k), series(runs.analysis, k)];
    const own = memory.stations.find(one => one.station === station.id) ?? newStationMemory(station.id, basin.assimilation);
    if (!assimilated(station)) return { openLoop, analysis, quantiles: forecastUngauged(openLoop, analysis, gauges), memory: own };
    const fresh = compare(inputs, { station, row: k }, runs, own);
    return { openLoop, analysis, ...correctForecast({ time, openLoop, analysis, fresh, memory: own }) };
  });
  const hydrographs = corrected.map(({ openLoop, analysis, quantiles }, k): Hydrograph => {
    const [q05, q25, q50, q75, q95] = quantiles as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    return { station: basin.stations[k]!.id, issueTime: inputs.issueTime, time, q05, q25, q50, q75, q95, openLoop, analysis };
  });
  return { hydrographs, memory: { ...memory, stations: corrected.map(one => one.memory) } };
}

/** The free run at the full hours of its known part: what late observations will be compared with. */
function hourlyOpenLoop({ known, openLoop }: CycleRuns, basin: BasinModel): Map<StationId, [number, number][]> {
  const stamps: EpochMs[] = [];
  for (let time = (Math.floor(openLoop.start / HOUR_MS) + 1) * HOUR_MS; time <= known; time += HOUR_MS) stamps.push(epochMs(time));
  return new Map(
    basin.stations.map((station, k) => [station.id, stamps.map((time): [number, number] => [time, dischargeAt(openLoop, k, time)])]),
  );
}

/** Trusted observations newer than the last one filtered, with what both runs gave at their stamps. */
function compare(
  inputs: CycleInputs,
  at: { station: Station; row: number },
  runs: CycleRuns,
  memory: StationMemory,
): ComparedObservation[] {
  const series = inputs.observed.discharge.find(one => one.station === at.station.id);
  if (series === undefined) return [];
  const history = new Map(memory.history);
  const compared: ComparedObservation[] = [];
  series.times.forEach((value, k) => {
    const time = epochMs(value);
    const past = time <= inputs.issueTime && time <= inputs.asOf && time > (memory.openLoop.time ?? -Infinity);
    if (!past || !trusted(series.values[k]!, series.flags[k]!)) return;
    const openLoop = history.get(time) ?? dischargeAt(runs.openLoop, at.row, time);
    const analysis = dischargeAt(runs.analysis, at.row, time);
    if (Number.isFinite(openLoop)) {
      compared.push({ time, observed: series.values[k]!, openLoop, analysis: Number.isFinite(analysis) ? analysis : openLoop });
    }
  });
  return compared;
}
