import type { LoadedDomain } from '#config';
import { Fault } from '#errors';
import { centreOf, DAY_MS, HOUR_MS, SECOND_MS, timeGrid, toIso, VARIABLES, type Station, type TimeGrid } from '#hydrology';
import { structureNames, type Kernel, type KernelForcing } from '#kernel';
import {
  CALIBRATION_SETTINGS,
  efficiencyCost,
  imperviousnessOf,
  interceptionCapacity,
  MAP_KINDS,
  NSE,
  openTensorFlow,
  standardize,
  type CalibrationProblem,
  type CalibrationSettings,
  type Criterion,
  type Fields,
  type MapKind,
  type MappingChoice,
  type ParameterFile,
  type SpatialCorrelation,
} from '#learning';
import { observedOnSteps, recordForcing, recordStart, type Period } from './record-inputs.js';
import { openKernel, refuseWithoutTemperature } from './run-options.js';

/** What a fit is asked to be, read from the options of a command. */
export interface CalibrationPlan {
  readonly structure: string;
  readonly routing: string;
  /** Hidden layers of the network inside the step, for a structure that has one. */
  readonly hidden?: readonly number[];
  readonly mapping: MapKind;
  readonly kinds: Readonly<Record<string, MapKind>>;
  /** Hidden layers of the network of descriptors. */
  readonly mappingHidden: readonly number[];
  readonly correlationLength: number;
  readonly gauges: string;
  readonly gaugeWeights?: readonly number[];
  readonly criteria: readonly Criterion[];
  readonly period: Period;
  readonly settings: CalibrationSettings;
}

/** Defaults chosen on the calibration period of the Cance alone: fits to each side of 2014-10-12, checked on the other (test/bench/README.md). */
export const PLAN_DEFAULTS = { mappingHidden: [8], correlationLength: 3000, criteria: NSE, kinds: {}, settings: CALIBRATION_SETTINGS };

/** The model's own step in forecasting. */
const MODEL_STEP_SECONDS = 900;
/** Calibration runs at the step of the record's rain and discharge, an hour at least; the interception is found for both. */
export const calibrationSteps = ({ record }: LoadedDomain): readonly [seconds: number, ...others: number[]] =>
  record.rainStepMs > HOUR_MS ? [record.rainStepMs / SECOND_MS] : [HOUR_MS / SECOND_MS, MODEL_STEP_SECONDS];

/** A problem with everything it was made of. */
export interface CalibrationSetup {
  readonly plan: CalibrationPlan;
  readonly kernel: Kernel;
  readonly time: TimeGrid;
  readonly gauges: readonly Station[];
  readonly observed: Float64Array;
  readonly interception: ParameterFile['interception'];
  readonly problem: CalibrationProblem;
}

/** @throws Fault COMMAND_INVALID for gauges, a period or a mapping that cannot be fitted. */
export async function prepareCalibration(plan: CalibrationPlan, domain: LoadedDomain): Promise<CalibrationSetup> {
  const { period, settings } = plan;
  const gauges = chooseGauges(plan.gauges, domain);
  const [stepSeconds, ...others] = calibrationSteps(domain);
  const time = timeGrid(recordStart(domain.record), period.to, stepSeconds * SECOND_MS);
  const { routing, structure, hidden } = plan;
  const kernel = openKernel({ domain, stations: gauges, stepSeconds, structure, routing, ...(hidden && { hidden }) });
  refuseWithoutTemperature(kernel, domain);
  const forcing = recordForcing(domain.record, time, kernel.layout.needsTemperature);
  refuseDryPeriod(forcing, time, period);
  const observed = observedOnSteps(domain.record, gauges, { time, ...period });
  refuseSilentGauges(gauges, { observed, steps: time.count });
  const interception = [stepSeconds, ...others].map(seconds => searchCapacity(domain, period, seconds));
  const stations = gauges.map((_, row) => row);
  const plain = plainStructure(kernel);
  const problem: CalibrationProblem = {
    forcing,
    settings,
    cost: efficiencyCost(
      { observed, steps: time.count, stations, ...(plan.gaugeWeights && { weights: plan.gaugeWeights }) },
      plan.criteria,
    ),
    base: baseFields(kernel, interception[0]!.capacity, domain),
    mapping: await chooseMapping(plan, domain, kernel),
    ...(plain !== undefined && { plain: openKernel({ domain, stations: gauges, stepSeconds, structure: plain, routing }) }),
  };
  return { plan, kernel, time, gauges, observed, interception, problem };
}

/** The structure that a network corrects: gr4 of gr4_mlp, gr4_ode of gr4_ude; the uniform fit is made with it. */
function plainStructure({ layout: { structure, network } }: Kernel): string | undefined {
  if (!network) return undefined;
  const name = structure === 'gr4_ude' ? 'gr4_ode' : structure.replace(/_mlp$/, '');
  return name !== structure && structureNames().includes(name) ? name : undefined;
}

async function chooseMapping(plan: CalibrationPlan, domain: LoadedDomain, { layout }: Kernel): Promise<MappingChoice> {
  const { mapping: kind, kinds, mappingHidden: hidden, correlationLength } = plan;
  const asked = new Set([kind, ...Object.values(kinds)]);
  const described = (['multilinear', 'multipower', 'ann'] as const).find(each => asked.has(each));
  if (described !== undefined && domain.descriptors.size === 0)
    throw new Fault('COMMAND_INVALID', `--mapping ${described} needs descriptors, and the domain has none`);
  return {
    kind,
    kinds,
    descriptors: described === undefined ? [] : [...domain.descriptors].map(([name, field]) => standardize(name, field)),
    ...(asked.has('distributed') && { correlation: correlationOf(domain, correlationLength) }),
    ...(asked.has('ann') && { network: { tensorflow: await openTensorFlow(), hidden, seed: plan.settings.seed } }),
    weights: layout.network !== undefined,
  };
}

function correlationOf({ mesh }: LoadedDomain, length: number): SpatialCorrelation {
  const centres = Array.from({ length: mesh.cellCount }, (_, cell) => centreOf(mesh, cell));
  return { x: centres.map(([x]) => x), y: centres.map(([, y]) => y), length };
}

/** @throws Fault COMMAND_INVALID naming the mappings that exist. */
export function readMapKind(option: string, text: string): MapKind {
  const found = MAP_KINDS.find(kind => kind === text);
  if (found === undefined) throw new Fault('COMMAND_INVALID', `${option} ${text} is unknown; it is one of ${MAP_KINDS.join(', ')}`);
  return found;
}

export function chooseGauges(asked: string, { stations }: LoadedDomain): readonly Station[] {
  const gauged = stations.filter(station => station.gauged);
  if (asked === 'all') return gauged;
  return asked.split(',').map(id => {
    const found = gauged.find(station => station.id === id.trim());
    if (found === undefined) {
      const known = gauged.map(station => station.id).join(', ');
      throw new Fault('COMMAND_INVALID', `--gauges: ${id} is not a gauged station of the domain; it has ${known}`, { station: id });
    }
    return found;
  });
}

export function refuseSilentGauges(gauges: readonly Station[], { observed, steps }: { observed: Float64Array; steps: number }): void {
  gauges.forEach(({ id }, row) => {
    const values = observed.subarray(row * steps, (row + 1) * steps).filter(value => !Number.isNaN(value));
    if (new Set(values).size < 2) {
      throw new Fault('COMMAND_INVALID', `--gauges: ${id} has no varying discharge in the period; leave it out or choose another period`, {
        station: id,
      });
    }
  });
}

export function refuseDryPeriod({ rain }: KernelForcing, time: TimeGrid, { from, to }: Period): void {
  const first = ((from - time.start) / time.stepMs) * (rain.length / time.count);
  if (rain.subarray(first).some(value => value > 0)) return;
  throw new Fault('COMMAND_INVALID', `no rain fell in (${toIso(from)}, ${toIso(to)}]: nothing can be fitted to it; choose another period`);
}

export function searchCapacity({ record }: LoadedDomain, { from, to }: Period, stepSeconds: number): ParameterFile['interception'][number] {
  const time = timeGrid(from, to, stepSeconds * SECOND_MS);
  const { rain, pet } = recordForcing(record, time);
  const cellCount = rain.length / time.count;
  const capacity = interceptionCapacity({ rain, pet, cellCount, stepsPerDay: DAY_MS / time.stepMs });
  return { stepSeconds, from: toIso(from), to: toIso(to), capacity: [...capacity] };
}

/** Register defaults, with the capacity found for each cell and the domain's map of imperviousness. */
export function baseFields({ layout }: Kernel, capacity: readonly number[], { descriptors }: LoadedDomain): Fields {
  const { cellCount } = layout;
  const parameters = new Float64Array(layout.parameters.length * cellCount);
  layout.parameters.forEach((id, k) => {
    if (id === 'ci') parameters.set(capacity, k * cellCount);
    else if (id === 'imperviousness') parameters.set(imperviousnessOf(descriptors, layout.structure), k * cellCount);
    else parameters.fill(VARIABLES[id].default, k * cellCount, (k + 1) * cellCount);
  });
  const initialState = new Float64Array(layout.states.length * cellCount);
  layout.states.forEach((id, k) => initialState.fill(VARIABLES[id].default, k * cellCount, (k + 1) * cellCount));
  return { parameters, initialState };
}
