import { modelRainOf, nowcastRain, withModel, type RainChoice } from '#apps/forecast';
import type { RecordedRunGrid } from '#apps/ingest';
import type { LoadedDomain } from '#config';
import { adjustGrids } from '#forcing';
import { computeCycle, spinUp, type BasinModel, type CycleInputs, type CycleResult, type CycleState, type FutureRain } from '#cycle';
import {
  DAY_MS,
  HOUR_MS,
  epochMs,
  parseIso,
  timeGrid,
  type EpochMs,
  type GridSeries,
  type Mesh,
  type PointSeries,
  type RainGrid,
} from '#hydrology';
import type { Kernel } from '#kernel';
import { adjustRecord } from './adjust-record.js';
import { recordStart } from './record-inputs.js';

export interface HindcastPlan {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  readonly rain: RainChoice;
  /** Of a weather model, for rain that is expected of one. */
  readonly runs?: readonly RecordedRunGrid[];
  /** With the latencies of domain.yaml, or as if every value came at its stamp. */
  readonly latency: 'domain' | 'none';
  /** The record's rain, disturbed or not, in the order of time. */
  readonly record: readonly RainGrid[];
}

/** Rain a little before the window: an hourly grid may begin before it. */
const MARGIN_MS = 3 * HOUR_MS;

/**
 * Computes the cycles with issue times in [from, to], one after the other, each with what was known at its cut-off and
 * nothing else; the same computeCycle as in operations.
 */
export function* runHindcast(plan: HindcastPlan, domain: LoadedDomain, basin: BasinModel, kernel: Kernel): Generator<CycleResult> {
  const pet = petOf(plan, domain, basin);
  const received = plan.record.map(grid => (plan.latency === 'none' ? { ...grid, receivedAt: grid.validTime } : grid));
  const states = new Map<EpochMs, CycleState>();
  const before = { from: spinUpStart(domain), to: plan.from, issueTime: plan.from, asOf: plan.from };
  const spunUp = adjustRecord({ ...plan, domain, received }, before);
  const rain = spunUp === null ? received : adjustGrids(received, spunUp);
  for (const state of spinUp({ ...before, rain, pet }, basin, kernel)) states.set(state.issueTime, state);
  let previous = [...states.values()].at(-1)!;
  for (let time = plan.from; time <= plan.to; time = epochMs(time + plan.everyMs)) {
    const background = states.get(epochMs(time - basin.assimilation.windowMs)) ?? [...states.values()][0]!;
    const result = computeCycle(inputsOf(plan, { domain, basin, pet, received }, { time, background, previous }), basin, kernel);
    previous = result.state;
    states.set(time, previous);
    for (const old of states.keys()) if (old <= time - basin.assimilation.windowMs) states.delete(old);
    yield result;
  }
}

/** Cycles that know no run which says anything of the time before them. */
export function countWithoutRun(plan: HindcastPlan, domain: LoadedDomain, { leadMs }: BasinModel): number {
  let without = 0;
  for (let time = plan.from; time <= plan.to; time = epochMs(time + plan.everyMs)) {
    const { rain } = modelRainOf(plan.runs ?? [], { issueTime: time, asOf: cutOffOf(plan, domain, time), end: epochMs(time + leadMs) });
    if (!rain.some(({ validTime }) => validTime > time)) without++;
  }
  return without;
}

function cutOffOf({ latency }: HindcastPlan, { settings }: LoadedDomain, time: EpochMs): EpochMs {
  return latency === 'none' ? time : epochMs(time + settings.forecast.cutOff);
}

interface Record {
  readonly domain: LoadedDomain;
  readonly basin: BasinModel;
  readonly pet: GridSeries;
  readonly received: readonly RainGrid[];
}

function inputsOf(
  plan: HindcastPlan,
  { domain, basin, pet, received }: Record,
  { time, background, previous }: { time: EpochMs; background: CycleState; previous: CycleState },
): CycleInputs {
  const { sources } = domain.settings;
  const asOf = cutOffOf(plan, domain, time);
  const since = epochMs(background.analysis.validTime - MARGIN_MS);
  const until = epochMs(time + basin.leadMs);
  const span = { from: background.analysis.validTime, to: until, issueTime: time, asOf };
  const adjustment = adjustRecord({ ...plan, domain, received }, span);
  const raw = received.filter(({ validTime }) => validTime > since && validTime <= until);
  const near = adjustment === null ? raw : adjustGrids(raw, adjustment);
  const lateness = plan.latency === 'none' ? 0 : sources.gauges.latency;
  const rain = near.filter(({ receivedAt, validTime }) => receivedAt <= asOf && validTime <= time);
  const gauges = basin.stations.filter(({ gauged, assimilate }) => gauged && assimilate);
  return {
    basin: basin.basin,
    issueTime: time,
    asOf,
    background,
    previous,
    observed: {
      rain,
      ...(adjustment && { rainAdjustment: adjustment.summary }),
      discharge: gauges.map(({ id }): PointSeries => domain.record.discharge(id, since, epochMs(asOf - lateness))),
      pet,
    },
    futureRain: futureRainOf(plan, { mesh: domain.mesh, known: near, received: rain, issueTime: time, asOf, end: until }),
  };
}

interface KnownRain {
  readonly mesh: Mesh;
  readonly known: readonly RainGrid[];
  readonly received: readonly RainGrid[];
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
  readonly end: EpochMs;
}

function futureRainOf({ rain, runs = [] }: HindcastPlan, { mesh, known, received, ...times }: KnownRain): FutureRain {
  if (rain === 'known') return { kind: 'known', rain: known };
  if (rain === 'nwp') return withModel({ kind: 'persistence' }, modelRainOf(runs, times));
  if (rain === 'nowcast') return nowcastRain(mesh, received, times);
  return rain === 'nowcast,nwp' ? withModel(nowcastRain(mesh, received, times), modelRainOf(runs, times)) : { kind: rain };
}

/** PET from the start of the spin-up to the end of the last forecast; it is a climatology, known in advance. */
function petOf(plan: HindcastPlan, domain: LoadedDomain, basin: BasinModel): GridSeries {
  return domain.record.pet(timeGrid(spinUpStart(domain), epochMs(plan.to + basin.leadMs + DAY_MS), basin.stepMs));
}

const spinUpStart = ({ settings, record }: LoadedDomain): EpochMs =>
  settings.model.spinUpFrom === undefined ? recordStart(record) : parseIso(settings.model.spinUpFrom);
