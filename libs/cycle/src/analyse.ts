import { assimilate, offsetOf, type AssimilationResult, type GaugeObservations } from '#assimilation';
import { stepAt, type EpochMs, type PointSeries, type Station } from '#hydrology';
import { legForcing, modelOf, type Course, type Leg } from './advance.js';
import type { BasinModel, CycleInputs } from './inputs.js';
import type { Analysis, Degradation } from './result.js';

/** Flags 0 to 2 are reliable; doubtful (3) and worse are used neither by the analysis nor by the correction. */
export const trusted = (value: number, flag: number): boolean => Number.isFinite(value) && value >= 0 && flag <= 2;

export interface Analysed {
  readonly leg: Leg;
  readonly controls: Float64Array;
  readonly analysis: Analysis;
  readonly degradations: readonly Degradation[];
}

/** Assimilates the discharge of the window and runs the analysis to the last time whose rain is known. */
export function analyse(inputs: CycleInputs, course: Course, known: EpochMs): Analysed {
  const { basin, kernel } = course;
  const from = inputs.background.analysis;
  const forcing = legForcing(course, from.validTime, known);
  const result = assimilate(
    {
      forcing,
      ...modelOf(basin),
      background: from.values,
      zoneOfCell: basin.zoneOfCell,
      zoneGauged: basin.zoneStations.map(id => basin.stations.some(station => station.id === id && assimilated(station))),
      observations: observationsOf(inputs, basin, { start: from.validTime, stepMs: basin.stepMs, count: forcing.steps }),
      firstGuess: inputs.previous.controls,
      stepMs: basin.stepMs,
      settings: basin.assimilation,
    },
    kernel,
  );
  const { initialState, rainFactors } = result;
  const run = kernel.run({ forcing, ...modelOf(basin), initialState, rainFactors });
  const leg = { run, state: { validTime: known, values: run.finalState }, steps: forcing.steps };
  return { leg, controls: result.controls, analysis: describe(result, basin), degradations: degradationsOf(result, basin) };
}

export const assimilated = ({ gauged, assimilate }: Station): boolean => gauged && assimilate;

function observationsOf(
  inputs: CycleInputs,
  basin: BasinModel,
  time: { start: EpochMs; stepMs: number; count: number },
): GaugeObservations[] {
  return basin.stations.flatMap((station, row) => {
    const series = inputs.observed.discharge.find(one => one.station === station.id);
    if (series === undefined || !assimilated(station)) return [];
    const inside = insideWindow(series, time, inputs.asOf);
    const offset = offsetOf(station, basin.assimilation.observationError);
    return [{ row, steps: inside.map(({ step }) => step), values: inside.map(({ value }) => value), offset }];
  });
}

/** Observations are compared at their own stamp only, never interpolated. */
function insideWindow(
  series: PointSeries,
  time: { start: EpochMs; stepMs: number; count: number },
  asOf: EpochMs,
): { step: number; value: number }[] {
  const inside: { step: number; value: number }[] = [];
  series.times.forEach((at, k) => {
    const step = stepAt(time, at as EpochMs);
    const onStep = (at - time.start) % time.stepMs === 0;
    if (step >= 0 && onStep && at <= asOf && trusted(series.values[k]!, series.flags[k]!)) inside.push({ step, value: series.values[k]! });
  });
  return inside;
}

function describe(result: AssimilationResult, basin: BasinModel): Analysis {
  const { control, controls, outcome, costBefore, costAfter, iterations, reason } = result;
  const increments: Record<string, readonly number[]> = {};
  basin.zoneStations.forEach((id, zone) => {
    const of = controls.subarray(zone * control.perZone, (zone + 1) * control.perZone);
    increments[`rain factor ${id}`] = [...of.subarray(0, control.blocks)].map(Math.exp);
    increments[`shift of logit(hp), logit(ht) ${id}`] = [...of.subarray(control.blocks, control.blocks + 2)];
    increments[`channel factor ${id}`] = [Math.exp(of[control.blocks + 2]!)];
  });
  return { outcome, costBefore, costAfter, iterations, increments, reason };
}

function degradationsOf({ outcome, reason }: AssimilationResult, { basin }: BasinModel): Degradation[] {
  const say = (code: Degradation['code'], message: string): Degradation[] => [{ code, subject: basin, message }];
  switch (outcome) {
    case 'gated':
      return say('ANALYSIS_GATED', `the analysis was not used: ${reason}`);
    case 'diverged':
      return say('ANALYSIS_DIVERGED', `the analysis was not used: ${reason}`);
    case 'no-observations':
      return say('NO_OBSERVATIONS', `nothing was assimilated: ${reason}`);
    case 'iteration-limit':
      return say('ANALYSIS_ITERATION_LIMIT', 'the analysis stopped at its limit of iterations; it passed the gate and is used');
    case 'accepted':
      return [];
  }
}
