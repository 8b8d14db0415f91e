import { correctForecast, decodeMemory, encodeMemory, rememberOpenLoop, type ErrorMemory, type NewestObservation } from '#assimilation';
import { Fault } from '#errors';
import { HOUR_MS, epochMs, stampOf, timeGrid, toIso, type EpochMs, type StationId } from '#hydrology';
import type { Kernel } from '#kernel';
import { advance, type Advance } from './advance.js';
import type { BasinModel, CycleInputs, CycleState } from './inputs.js';
import { findExceedances, findPeak, measureInputAges } from './products.js';
import type { Analysis, CycleResult, Degradation, Hydrograph } from './result.js';
import { hashState } from './state-hash.js';
import { buildWindowForcing, type WindowForcing } from './window-forcing.js';

/** The two runs of a cycle from their states to the end of the forecast, and the times between them. */
interface Runs {
  readonly known: EpochMs;
  readonly analysis: Trajectory;
  readonly openLoop: Trajectory;
  readonly controls: Float64Array;
  readonly outcome: Analysis;
}

/** A run in two parts: on rain that is known, then on what is expected. */
interface Trajectory {
  readonly start: EpochMs;
  readonly state: CycleState['analysis'];
  readonly known: Advance;
  readonly future: Advance;
}

/** An observation this old no longer says anything about the error of now. */
const NEWEST_MAX_AGE_MS = 12 * HOUR_MS;
const HISTORY_MS = 30 * HOUR_MS;

/**
 * One forecast of one basin: forcing, background, analysis, forecast, correction, products. Pure: the same inputs give the
 * same bits, in operations, in a hindcast and when a cycle file is replayed.
 *
 * The window starts where the background ends and the analysed state is taken at the last time whose rain was fully known:
 * rain that had not arrived is substituted in the forecast and never enters the chain of states.
 */
export function computeCycle(inputs: CycleInputs, basin: BasinModel, kernel: Kernel): CycleResult {
  checkInputs(inputs, basin);
  const { issueTime, background, previous } = inputs;
  const end = epochMs(issueTime + basin.leadMs);
  const time = timeGrid(background.analysis.validTime, end, basin.stepMs);
  const { rain, pet } = inputs.observed;
  const forcing = buildWindowForcing({ time, issueTime, rain, pet, futureRain: inputs.futureRain });
  const runs = runModel(inputs, basin, kernel, forcing);
  const memory = rememberOpenLoop(decodeMemory(previous.memory), hourlyOpenLoop(runs, basin), epochMs(issueTime - HISTORY_MS));
  const hydrographs = issueHydrographs(inputs, basin, runs, memory);
  const hash = hashState(previous.hash, runs.analysis.known.state, hydrographs);
  const degradations = [...forcing.degradations, ...gaugeDegradations(inputs, basin)];
  return {
    basin: inputs.basin,
    issueTime,
    asOf: inputs.asOf,
    outcome: degradations.some(({ code }) => code !== 'RAIN_SUBSTITUTED') ? 'degraded' : 'complete',
    degradations,
    analysis: runs.outcome,
    hydrographs,
    exceedances: basin.stations.flatMap((station, k) => findExceedances(station, hydrographs[k]!)),
    peaks: hydrographs.map(findPeak),
    inputAges: measureInputAges(inputs.observed, basin.stations, forcing.newestRain, inputs.asOf),
    rain: { time, mean: forcing.mean },
    massBalance: runs.analysis.known.run.massBalance,
    state: {
      issueTime,
      analysis: runs.analysis.known.state,
      openLoop: runs.openLoop.known.state,
      controls: runs.controls,
      memory: encodeMemory(memory),
      hash,
    },
    stateHash: hash,
  };
}

function checkInputs({ issueTime, background, previous, asOf }: CycleInputs, basin: BasinModel): void {
  const before = [background.analysis.validTime, previous.openLoop.validTime];
  if (before.some(time => time > issueTime) || background.analysis.validTime > previous.openLoop.validTime) {
    throw new Fault('BACKGROUND_MISSING', `the cycle of ${toIso(issueTime)} was given states of a later time`, {
      basin: basin.basin,
      background: toIso(background.analysis.validTime),
      previous: toIso(previous.openLoop.validTime),
      asOf: toIso(asOf),
    });
  }
}

function runModel(inputs: CycleInputs, basin: BasinModel, kernel: Kernel, forcing: WindowForcing): Runs {
  const { background, previous } = inputs;
  const known = epochMs(Math.max(forcing.knownUntil, previous.openLoop.validTime));
  const controls = new Float64Array(0);
  const analysis = trajectory(kernel, basin, background.analysis, known, forcing);
  const openLoop = trajectory(kernel, basin, previous.openLoop, known, forcing);
  return { known, analysis, openLoop, controls, outcome: noAnalysis };
}

const noAnalysis: Analysis = {
  outcome: 'no-observations',
  costBefore: 0,
  costAfter: 0,
  iterations: 0,
  increments: {},
  reason: 'the background is the analysis',
};

function trajectory(kernel: Kernel, basin: BasinModel, from: CycleState['analysis'], known: EpochMs, forcing: WindowForcing): Trajectory {
  const end = epochMs(forcing.time.start + forcing.time.count * forcing.time.stepMs);
  const first = advance(kernel, basin, from, known, forcing);
  return { start: from.validTime, state: from, known: first, future: advance(kernel, basin, first.state, end, forcing) };
}

/** Discharge of a run at a station and time, NaN before its start. */
function dischargeAt(run: Trajectory, station: number, time: EpochMs, stepMs: number): number {
  const step = Math.round((time - run.start) / stepMs) - 1;
  const { known, future } = run;
  if (step < 0) return Number.NaN;
  if (step < known.steps) return known.run.discharge[station * known.steps + step]!;
  return future.run.discharge[station * future.steps + step - known.steps] ?? Number.NaN;
}

/** The free run at the full hours of its known part: what late observations will be compared with. */
function hourlyOpenLoop(runs: Runs, basin: BasinModel): Map<StationId, [number, number][]> {
  const stamps: EpochMs[] = [];
  const first = Math.ceil((runs.openLoop.start + 1) / HOUR_MS) * HOUR_MS;
  for (let time = first; time <= runs.known; time += HOUR_MS) stamps.push(epochMs(time));
  return new Map(
    basin.stations.map((station, k) => [
      station.id,
      stamps.map((time): [number, number] => [time, dischargeAt(runs.openLoop, k, time, basin.stepMs)]),
    ]),
  );
}

function issueHydrographs(inputs: CycleInputs, basin: BasinModel, runs: Runs, memory: ErrorMemory): Hydrograph[] {
  const time = timeGrid(inputs.issueTime, epochMs(inputs.issueTime + basin.leadMs), basin.stepMs);
  return basin.stations.map(({ id }, k) => {
    const series = (run: Trajectory): Float64Array =>
      Float64Array.from({ length: time.count }, (_, step) => dischargeAt(run, k, stampOf(time, step), basin.stepMs));
    const openLoop = series(runs.openLoop);
    const analysis = series(runs.analysis);
    const newest = newestObservation(inputs, basin, runs, memory, k);
    const station = memory.stations.find(one => one.station === id) ?? { station: id, history: [] };
    const { quantiles } = correctForecast({ station: id, time, openLoop, analysis, newest, memory: station });
    const [q05, q25, q50, q75, q95] = quantiles as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    return { station: id, issueTime: inputs.issueTime, time, q05, q25, q50, q75, q95, openLoop, analysis };
  });
}

/** The newest trusted value of a station that both runs can be compared with. */
function newestObservation(inputs: CycleInputs, basin: BasinModel, runs: Runs, memory: ErrorMemory, k: number): NewestObservation | null {
  const station = basin.stations[k]!;
  const series = inputs.observed.discharge.find(one => one.station === station.id);
  if (series === undefined || !station.gauged || !station.assimilate) return null;
  const history = new Map(memory.stations.find(one => one.station === station.id)?.history);
  for (let i = series.times.length - 1; i >= 0; i--) {
    const time = epochMs(series.times[i]!);
    if (time > inputs.issueTime || !trusted(series.values[i]!, series.flags[i]!)) continue;
    if (inputs.issueTime - time > NEWEST_MAX_AGE_MS) return null;
    const openLoop = history.get(time) ?? dischargeAt(runs.openLoop, k, time, basin.stepMs);
    const analysis = dischargeAt(runs.analysis, k, time, basin.stepMs);
    if (Number.isFinite(openLoop))
      return { time, observed: series.values[i]!, openLoop, analysis: Number.isFinite(analysis) ? analysis : openLoop };
  }
  return null;
}

/** Flags 0 to 2 are reliable; doubtful (3) and worse are not used by the analysis nor the correction. */
export const trusted = (value: number, flag: number): boolean => Number.isFinite(value) && value >= 0 && flag <= 2;

function gaugeDegradations(inputs: CycleInputs, basin: BasinModel): Degradation[] {
  const used = basin.stations.filter(({ gauged, assimilate }) => gauged && assimilate);
  const ages = measureInputAges(inputs.observed, used, null, inputs.asOf).slice(1);
  return ages.flatMap(({ input, ageMs }): Degradation[] => {
    if (ageMs === null) return [{ code: 'GAUGE_SILENT', subject: input, message: `${input} has sent nothing in the window` }];
    if (ageMs <= 3 * HOUR_MS) return [];
    return [{ code: 'GAUGE_LATE', subject: input, message: `the newest value of ${input} is ${Math.round(ageMs / 60_000)} minutes old` }];
  });
}
