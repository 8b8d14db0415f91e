import {
  arriveFrom,
  correctForecast,
  errorCourse,
  expectError,
  forecastUngauged,
  newestOf,
  newStationMemory,
  noError,
  rememberOpenLoop,
  type ComparedObservation,
  type ErrorCourse,
  type ErrorMemory,
  type StationMemory,
} from '#assimilation';
import { HOUR_MS, epochMs, stampOf, timeGrid, type EpochMs, type Station, type StationId, type TimeGrid } from '#hydrology';
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
  const gauges = memory.stations.filter(({ station }) => basin.stations.some(one => one.id === station && assimilated(one)));
  const courses = new Map<StationId, ErrorCourse>();
  const corrected = new Map<StationId, CorrectedStation>();
  for (const station of upstreamFirst(basin.stations)) {
    const own = memory.stations.find(one => one.station === station.id) ?? newStationMemory(station.id, basin.assimilation);
    const at = { inputs, basin, runs, station, own };
    const one = assimilated(station) ? correctGauge(at, courses) : spreadUngauged(at, gauges);
    corrected.set(station.id, one);
  }
  const inOrder = basin.stations.map(({ id }) => corrected.get(id)!);
  return {
    hydrographs: inOrder.map(({ hydrograph }) => hydrograph),
    memory: { ...memory, stations: inOrder.map(one => one.memory) },
  };
}

interface StationOfCycle {
  readonly inputs: CycleInputs;
  readonly basin: BasinModel;
  readonly runs: CycleRuns;
  readonly station: Station;
  readonly own: StationMemory;
}

interface CorrectedStation {
  readonly hydrograph: Hydrograph;
  readonly memory: StationMemory;
}

/** Cells are numbered upstream first. */
const upstreamFirst = (stations: readonly Station[]): Station[] => [...stations].sort((a, b) => a.cell - b.cell);

/** Corrects the forecast at a gauge and leaves the course of its error to the gauges below. */
function correctGauge(of: StationOfCycle, courses: Map<StationId, ErrorCourse>): CorrectedStation {
  const { inputs, basin, runs, station, own } = of;
  const row = basin.stations.indexOf(station);
  const { time, openLoop, analysis } = seriesOf(of);
  const observed = observedAt(inputs, station);
  const free = observed.map(one => besideOpenLoop(one, { runs, row, own })).filter(isComparable);
  const window = observed.map(one => ({ ...one, run: dischargeAt(runs.analysis, row, one.time) })).filter(isComparable);
  const fresh = free.filter(one => one.time > (newestOf(own.openLoop) ?? -Infinity));
  const arriving = arrivingAt(of, courses);
  const { quantiles, memory } = correctForecast({ time, openLoop, analysis, arriving, fresh, window, memory: own });
  const seen = free.map(one => ({ time: one.time, error: one.observed - one.run }));
  courses.set(
    station.id,
    errorCourse(seen, at => expectError(memory.openLoop, at) + arriving(at)),
  );
  return { hydrograph: hydrographOf(of, { time, openLoop, analysis }, quantiles), memory };
}

/** A withheld or silent upstream gauge has no course: then nothing arrives. */
function arrivingAt({ basin, station }: StationOfCycle, courses: ReadonlyMap<StationId, ErrorCourse>): ErrorCourse {
  const link = basin.assimilation.links.find(one => one.station === station.id);
  const course = link === undefined ? undefined : courses.get(link.upstream);
  return link === undefined || course === undefined ? noError : arriveFrom(course, link);
}

function spreadUngauged(of: StationOfCycle, gauges: readonly StationMemory[]): CorrectedStation {
  const series = seriesOf(of);
  const quantiles = forecastUngauged(series.openLoop, series.analysis, gauges);
  return { hydrograph: hydrographOf(of, series, quantiles), memory: of.own };
}

interface RunSeries {
  readonly time: TimeGrid;
  readonly openLoop: Float64Array;
  readonly analysis: Float64Array;
}

/** Both runs at a station over the steps of the forecast. */
function seriesOf({ inputs, basin, runs, station }: StationOfCycle): RunSeries {
  const time = timeGrid(inputs.issueTime, epochMs(inputs.issueTime + basin.leadMs), basin.stepMs);
  const row = basin.stations.indexOf(station);
  const series = (run: Trajectory): Float64Array =>
    Float64Array.from({ length: time.count }, (_, step) => dischargeAt(run, row, stampOf(time, step)));
  return { time, openLoop: series(runs.openLoop), analysis: series(runs.analysis) };
}

function hydrographOf({ inputs, station }: StationOfCycle, series: RunSeries, quantiles: readonly Float64Array[]): Hydrograph {
  const [q05, q25, q50, q75, q95] = quantiles as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  return { station: station.id, issueTime: inputs.issueTime, ...series, q05, q25, q50, q75, q95 };
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
