import {
  correctForecast,
  forecastUngauged,
  newestOf,
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
    const observed = observedAt(inputs, station);
    const fresh = observed
      .filter(one => one.time > (newestOf(own.openLoop) ?? -Infinity))
      .map(one => besideOpenLoop(one, { runs, row: k, own }));
    const window = observed.map(one => ({ ...one, run: dischargeAt(runs.analysis, k, one.time) }));
    const correction = correctForecast({
      time,
      openLoop,
      analysis,
      fresh: fresh.filter(isComparable),
      window: window.filter(isComparable),
      memory: own,
    });
    return { openLoop, analysis, ...correction };
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

type Observed = Omit<ComparedObservation, 'run'>;

/** Trusted observations of a station that were known, oldest first. */
function observedAt({ observed, issueTime, asOf }: CycleInputs, { id }: Station): Observed[] {
  const series = observed.discharge.find(one => one.station === id);
  if (series === undefined) return [];
  return [...series.times].flatMap((value, k): Observed[] => {
    const past = value <= issueTime && value <= asOf && trusted(series.values[k]!, series.flags[k]!);
    return past ? [{ time: epochMs(value), observed: series.values[k]! }] : [];
  });
}

/** An observation may come after the free run has passed its time: then the memory knows what the run gave. */
function besideOpenLoop(
  observed: Observed,
  { runs, row, own }: { readonly runs: CycleRuns; readonly row: number; readonly own: StationMemory },
): ComparedObservation {
  const remembered = own.history.find(([time]) => time === observed.time)?.[1];
  return { ...observed, run: remembered ?? dischargeAt(runs.openLoop, row, observed.time) };
}

const isComparable = ({ run }: ComparedObservation): boolean => Number.isFinite(run);
