import type { LoadedDomain } from '#config';
import { Fault } from '#errors';
import { centreOf, DAY_MS, HOUR_MS, SECOND_MS, timeGrid, toIso, VARIABLES, type Station, type TimeGrid } from '#hydrology';
import { structureNames, type Kernel, type KernelForcing } from '#kernel';
import {
  calibrationCost,
  CALIBRATION_SETTINGS,
  imperviousnessOf,
  interceptionCapacity,
  MAP_KINDS,
  NSE,
  openTensorFlow,
  pretrainedWeights,
  signatureEvents,
  standardize,
  type CalibrationProblem,
  type CalibrationSettings,
  type CostTerm,
  type Fields,
  type MapKind,
  type MappingChoice,
  type ParameterFile,
  type SpatialCorrelation,
  type WeightsFile,
} from '#learning';
import type { FloodEvent } from '#verification';
import { gaugeEvents } from './gauge-events.js';
import { observedOnSteps, recordForcing, recordStart, type Period } from './record-inputs.js';
import { openKernel, refuseWithoutTemperature } from './run-options.js';

/** What a fit is asked to be, read from the options of a command. */
export interface CalibrationPlan {
  readonly structure: string;
  readonly routing: string;
  /** Hidden layers of the network inside the step, for a structure that has one. */
  readonly hidden?: readonly number[];
  /** What that network has learnt before; its layers are the file's then. */
  readonly pretrained?: WeightsFile;
  readonly mapping: MapKind;
  readonly kinds: Readonly<Record<string, MapKind>>;
  /** Hidden layers of the network of descriptors. */
  readonly mappingHidden: readonly number[];
  readonly correlationLength: number;
  readonly gauges: string;
  readonly gaugeWeights?: readonly number[];
  readonly cost: readonly CostTerm[];
  readonly period: Period;
  readonly settings: CalibrationSettings;
  /** Factors of the priors' deviations, by id of a parameter or initial store: how far each may go from what is known of it. */
  readonly scales: Readonly<Record<string, number>>;
}

/** Defaults chosen on the calibration period of the Cance alone: fits to each side of 2014-10-12, checked on the other (test/bench/README.md). */
export const PLAN_DEFAULTS = {
  mappingHidden: [8],
  correlationLength: 3000,
  cost: NSE,
  kinds: {},
  scales: {},
  settings: CALIBRATION_SETTINGS,
};

/** The model's own step in forecasting. */
const MODEL_STEP_SECONDS = 900;
/** Calibration runs at the step of the record's rain and discharge, an hour at least; the interception is found for both. */
export const calibrationSteps = ({ record }: LoadedDomain): readonly [seconds: number, ...others: number[]] =>
  record.rainStepMs !== null && record.rainStepMs > HOUR_MS ? [record.rainStepMs / SECOND_MS] : [HOUR_MS / SECOND_MS, MODEL_STEP_SECONDS];

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
  const { routing, structure, pretrained, hidden = pretrained?.hidden } = plan;
  const kernel = openKernel({ domain, stations: gauges, stepSeconds, structure, routing, ...(hidden && { hidden }) });
  refuseWithoutTemperature(kernel, domain);
  const forcing = recordForcing(domain.record, time, kernel.layout.needsTemperature);
  refuseDryPeriod(forcing, time, period);
  const observed = observedOnSteps(domain.record, gauges, { time, ...period });
  refuseSilentGauges(gauges, { observed, steps: time.count });
  const interception = [stepSeconds, ...others].map(seconds => searchCapacity(domain, period, seconds));
  const stations = gauges.map((_, row) => row);
  const events = eventsOf(plan, { gauges, domain, forcing, time, observed });
  const plain = plainStructure(kernel);
  const problem: CalibrationProblem = {
    forcing,
    settings: { ...settings, priors: scaledPriors(plan, kernel) },
    cost: calibrationCost(
      { observed, steps: time.count, stations, events, ...(plan.gaugeWeights && { weights: plan.gaugeWeights }) },
      plan.cost,
    ),
    base: baseFields(kernel, interception[0]!.capacity, domain),
    mapping: await chooseMapping(plan, domain, kernel),
    ...(pretrained && { pretrained: pretrainedWeights(pretrained, kernel.layout) }),
    ...(plain !== undefined && { plain: openKernel({ domain, stations: gauges, stepSeconds, structure: plain, routing }) }),
  };
  return { plan, kernel, time, gauges, observed, interception, problem };
}

function scaledPriors({ settings: { priors }, scales }: CalibrationPlan, { layout }: Kernel): CalibrationSettings['priors'] {
  const changed = Object.entries(scales).map(([id, factor]) => {
    const prior = priors[id];
    const known = [...layout.parameters, ...layout.states].filter(each => each in priors);
    if (prior === undefined || !known.includes(id as (typeof known)[number]))
      throw new Fault('COMMAND_INVALID', `--scale: ${id} has no prior in ${layout.structure}; there is ${known.join(', ')}`);
    return [id, { ...prior, deviation: prior.deviation * factor }] as const;
  });
  return { ...priors, ...Object.fromEntries(changed) };
}

/** The structure that a network corrects, gr4 of gr4_mlp, gr4_ode of gr4_ude, or replaces, gr4 of neural reservoirs; the uniform fit is made with it. */
function plainStructure({ layout: { structure, network } }: Kernel): string | undefined {
  if (!network) return undefined;
  const name = structure === 'gr4_ude' ? 'gr4_ode' : structure.replace(/_mlp$/, '').replace(/neural_stores(_ri)?$/, 'gr4');
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

interface FittedRecord {
  readonly gauges: readonly Station[];
  readonly domain: LoadedDomain;
  readonly forcing: KernelForcing;
  readonly time: TimeGrid;
  readonly observed: Float64Array;
}

/** The flood events of each gauge in the fitted period. */
function eventsOf({ cost }: CalibrationPlan, { gauges, domain, forcing, time, observed }: FittedRecord): FloodEvent[][] {
  const asked = cost.flatMap(term => ('signature' in term ? [term.signature] : []));
  if (asked.length === 0) return gauges.map(() => []);
  return gauges.map((gauge, row) => {
    const own = observed.subarray(row * time.count, (row + 1) * time.count);
    const events = gaugeEvents(gauge, domain, { forcing, time, observed: own });
    const without = asked.find(signature => signatureEvents(signature, own, events) === 0);
    if (without === undefined) return events;
    const why = `--cost ${without}: ${gauge.id} has no flood event in the period`;
    throw new Fault('COMMAND_INVALID', `${why}; choose a longer period, leave the gauge out or the term`, { station: gauge.id });
  });
}

export function refuseSilentGauges(gauges: readonly Station[], { observed, steps }: { observed: Float64Array; steps: number }): void {
  gauges.forEach(({ id }, row) => {
    const values = observed.subarray(row * steps, (row + 1) * steps).filter(value => !Number.isNaN(value));
    if (new Set(values).size < 2) {
      const why = `${id} has no varying discharge in the fitted period: nothing can be fitted to it`;
      throw new Fault('COMMAND_INVALID', `${why}; leave the gauge out or choose another period`, { station: id });
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
