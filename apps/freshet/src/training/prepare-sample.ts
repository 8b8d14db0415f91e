import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { loadDomain, requireGauges, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { DAY_MS, SECOND_MS, epochMs, floorTo, timeGrid, toIso, type EpochMs, type Station, type TimeGrid } from '#hydrology';
import type { Kernel } from '#kernel';
import { HOURLY_PRIORS, type ParameterFile } from '#learning';
import { baseFields, calibrationSteps, refuseDryPeriod, refuseSilentGauges, searchCapacity } from '../commands/prepare-calibration.js';
import { observedOnSteps, recordForcing, recordStart } from '../commands/record-inputs.js';
import { openKernel } from '../commands/run-options.js';
import type { BasinArchive, PreparedBasin } from './basin-archive.js';
import type { ModelChoice } from './window-runs.js';

/** How the records of a sample are read and divided. */
export interface SamplePlan extends ModelChoice {
  readonly windowMs: number;
  readonly spinUpMs: number;
  /** The period that counts; the whole record after a spin-up without. */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

/** What of a basin is kept for the parameter file that it gets. */
export interface SampleEntry {
  readonly id: string;
  readonly folder: string;
  readonly windows: number;
  readonly stateSize: number;
  readonly meshHash: string;
  readonly stations: readonly string[];
  readonly interception: ParameterFile['interception'];
  readonly recordStart: string;
  readonly from: string;
  readonly to: string;
  /** By content of everything that a training sees of it. */
  readonly hash: string;
}

export interface PreparedSample {
  readonly entries: readonly SampleEntry[];
  /** Descriptors that every basin has. */
  readonly descriptors: readonly string[];
  readonly stepSeconds: number;
  readonly hash: string;
}

/**
 * Reads the domain folders in a folder one after the other, checks them and lays them out for training.
 * @throws Fault COMMAND_INVALID, DOMAIN_INVALID or DOMAIN_UNFIT naming the basin and what it lacks.
 */
export async function prepareSample(
  folder: string,
  plan: SamplePlan,
  archive: BasinArchive,
  onBasin: (done: number, all: number) => void,
): Promise<PreparedSample> {
  // prettier-ignore
  const folders = basinFolders(folder);
  const entries: (SampleEntry & Common)[] = [];
  for (const own of folders) {
    entries.push(await prepareBasin(own, plan, archive, entries[0]));
    onBasin(entries.length, folders.length);
  }
  const twice = entries.find(({ id }, k) => entries.findIndex(other => other.id === id) !== k);
  if (twice) throw new Fault('COMMAND_INVALID', `--basins: two folders of ${folder} hold a basin ${twice.id}`, { basin: twice.id });
  const [{ descriptors, stepSeconds }] = entries as [SampleEntry & Common];
  const hash = createHash('sha256').update(entries.map(entry => entry.hash).join()).digest('hex'); // prettier-ignore
  return { entries, descriptors, stepSeconds, hash };
}

/** What all basins of a sample must agree on. */
interface Common {
  readonly descriptors: readonly string[];
  readonly stepSeconds: number;
}

function basinFolders(folder: string): string[] {
  if (!existsSync(folder)) throw new Fault('COMMAND_INVALID', `--basins: there is no folder ${folder}`, { folder });
  const found = readdirSync(folder)
    .sort()
    .map(name => join(folder, name))
    .filter(path => existsSync(join(path, 'domain.yaml')));
  if (found.length >= 2) return found;
  throw new Fault('COMMAND_INVALID', `--basins: ${folder} holds ${found.length} domain folders; a sample has two at least`, { folder });
}

async function prepareBasin(folder: string, plan: SamplePlan, archive: BasinArchive, first: (SampleEntry & Common) | undefined) {
  const domain = await loadDomain(folder);
  requireGauges(domain, 'training');
  const common = commonOf(domain);
  if (first) refuseDifferent(domain, common, first);
  const [stepSeconds, ...others] = calibrationSteps(domain);
  const { time, period } = periodOf(domain, stepSeconds, plan);
  const { gauges, kernel } = openBasin(domain, stepSeconds, plan);
  const forcing = recordForcing(domain.record, time);
  const observed = observedOnSteps(domain.record, gauges, { time, ...period });
  withBasin(domain, () => {
    refuseDryPeriod(forcing, time, period);
    refuseSilentGauges(gauges, { observed, steps: time.count });
  });
  const whole = { from: time.start, to: period.to }; // what a window needs is known of the spin-up too
  const interception = [stepSeconds, ...others].map(seconds => searchCapacity(domain, whole, seconds));
  const parts = { domain, kernel, time, plan, period, observed };
  const basin = basinOf({ ...parts, capacity: interception[0]!.capacity, descriptors: common.descriptors });
  archive.write(basin, forcing);
  const hash = createHash('sha256').update(serialize(basin)).update(forcing.rain).update(forcing.pet).digest('hex');
  return {
    ...{ id: basin.id, folder, windows: basin.windowStarts.length - 1, stateSize: basin.initialState.length, meshHash: domain.meshHash },
    stations: gauges.map(({ id }) => id),
    interception,
    ...{ recordStart: toIso(time.start), from: toIso(period.from), to: toIso(period.to), hash },
    ...common,
  };
}

function openBasin(
  domain: LoadedDomain,
  stepSeconds: number,
  { structure, routing }: SamplePlan,
): { readonly gauges: readonly Station[]; readonly kernel: Kernel } {
  // prettier-ignore
  const gauges = domain.stations.filter(({ gauged }) => gauged);
  const kernel = openKernel({ domain, stations: gauges, stepSeconds, structure, routing });
  if (!kernel.layout.needsTemperature && !kernel.layout.network) return { gauges, kernel };
  const why = 'many basins are trained without snow and without a network inside the step';
  throw new Fault('COMMAND_INVALID', `--structure ${structure}: ${why}`);
}

const commonOf = (domain: LoadedDomain): Common => ({
  descriptors: [...domain.descriptors.keys()].sort(),
  stepSeconds: calibrationSteps(domain)[0],
});

function refuseDifferent({ basin }: LoadedDomain, { descriptors, stepSeconds }: Common, first: SampleEntry & Common): void {
  const lost = first.descriptors.find(name => !descriptors.includes(name)) ?? descriptors.find(name => !first.descriptors.includes(name));
  if (lost !== undefined) {
    const [with_, without] = descriptors.includes(lost) ? [basin, first.id] : [first.id, basin];
    throw new Fault(
      'DOMAIN_INVALID',
      `basin ${without} has no descriptor ${lost}, which ${with_} has; all basins of a sample need the same`,
      { basin: without },
    );
  }
  if (stepSeconds !== first.stepSeconds)
    throw new Fault(
      'DOMAIN_UNFIT',
      `basin ${basin} has rain every ${stepSeconds} s, ${first.id} every ${first.stepSeconds} s; a sample has one step`,
    );
}

function periodOf({ basin, record }: LoadedDomain, stepSeconds: number, { from, to, spinUpMs, windowMs }: SamplePlan) {
  const start = recordStart(record);
  const stepMs = stepSeconds * SECOND_MS;
  const period = { from: from ?? epochMs(Math.ceil((start + spinUpMs) / DAY_MS) * DAY_MS), to: to ?? floorTo(record.to, stepMs) };
  if (period.from < start || period.to > record.to)
    throw new Fault(
      'COMMAND_INVALID',
      `the period ${toIso(period.from)} to ${toIso(period.to)} is not inside the rain record of ${basin}, (${toIso(start)}, ${toIso(record.to)}]`,
    );
  if (period.to - period.from < windowMs)
    throw new Fault(
      'COMMAND_INVALID',
      `basin ${basin} has ${toIso(period.from)} to ${toIso(period.to)} to train on, less than one --window`,
    );
  return { time: timeGrid(start, period.to, stepMs), period };
}

function withBasin(domain: LoadedDomain, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new Fault('COMMAND_INVALID', `basin ${domain.basin}: ${(error as Error).message}`, { basin: domain.basin }, { cause: error });
  }
}

interface BasinParts {
  readonly domain: LoadedDomain;
  readonly kernel: Kernel;
  readonly time: TimeGrid;
  readonly plan: SamplePlan;
  readonly period: { readonly from: EpochMs; readonly to: EpochMs };
  readonly observed: Float64Array;
  readonly capacity: readonly number[];
  readonly descriptors: readonly string[];
}

function basinOf({ domain, kernel, time, plan, period, observed, capacity, descriptors }: BasinParts): PreparedBasin {
  const { layout } = kernel;
  const { parameters, initialState } = baseFields(kernel, capacity, domain);
  layout.states.forEach((id, k) => {
    const known = HOURLY_PRIORS[id];
    if (known) initialState.fill(known.value, k * layout.cellCount, (k + 1) * layout.cellCount);
  });
  const first = (period.from - time.start) / time.stepMs;
  const windows = Math.max(1, Math.round((period.to - period.from) / plan.windowMs));
  return {
    id: domain.basin,
    mesh: domain.mesh,
    reachLength: domain.settings.model.reachLength,
    stationCells: domain.stations.filter(({ gauged }) => gauged).map(({ cell }) => cell),
    stepSeconds: layout.stepSeconds,
    steps: time.count,
    windowStarts: Array.from({ length: windows + 1 }, (_, k) => first + Math.round((k * (time.count - first)) / windows)),
    spinUp: Math.round(plan.spinUpMs / time.stepMs),
    observed,
    variation: variationOf(observed, time.count),
    parameters,
    initialState,
    descriptors: descriptors.map(name => domain.descriptors.get(name)!),
  };
}

/** Σ (q − mean)² of the stamps observed, of each station. */
function variationOf(observed: Float64Array, steps: number): number[] {
  return Array.from({ length: observed.length / steps }, (_, station) => {
    const values = observed.subarray(station * steps, (station + 1) * steps).filter(value => !Number.isNaN(value));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  });
}
