import type { ErrorMemory, StationMemory } from '#assimilation';
import { HOUR_MS, cellsUpstreamOf, epochMs, floorTo, stampOf, type EpochMs, type Station, type StationId } from '#hydrology';
import type { Forcing } from '#forcing';
import { ERROR_LEADS_H, LEAD_HOURS, PAST_HOURS, type MemberInputs, type StationInputs } from '#learning';
import { assimilated, trusted } from './analyse.js';
import type { BasinModel, CycleInputs } from './inputs.js';
import type { Hydrograph } from './result.js';

/** Medians that were issued at full hours: [valid time, lead in hours, m³/s], oldest first. */
export type IssuedMedian = readonly [validTime: number, leadHours: number, median: number];

export interface KnownOfCycle {
  readonly inputs: CycleInputs;
  readonly basin: BasinModel;
  readonly forcing: Forcing;
  /** As it was before this cycle issued anything: the free run at past hours, and what earlier cycles had issued. */
  readonly memory: ErrorMemory;
  readonly hydrographs: readonly Hydrograph[];
}

/** What a cycle knew of each gauge by full hours: all that a member beside the physics may see. */
export function memberInputs(known: KnownOfCycle): MemberInputs {
  const { inputs, basin } = known;
  const hour = floorTo(inputs.issueTime, HOUR_MS);
  const gauges = basin.stations.filter(({ gauged }) => gauged);
  return { hour, stations: gauges.map(station => stationInputs(known, station, hour)) };
}

function stationInputs({ inputs, basin, forcing, memory, hydrographs }: KnownOfCycle, station: Station, hour: EpochMs): StationInputs {
  const own = memory.stations.find(one => one.station === station.id);
  const past = Array.from({ length: PAST_HOURS }, (_, k) => epochMs(hour + (k + 1 - PAST_HOURS) * HOUR_MS));
  const ahead = Array.from({ length: LEAD_HOURS }, (_, k) => epochMs(hour + (k + 1) * HOUR_MS));
  const { time, ...series } = hydrographs.find(one => one.station === station.id)!;
  const at = (values: Float64Array): number[] => ahead.map(stamp => values[Math.round((stamp - time.start) / time.stepMs) - 1]!);
  const observed = assimilated(station) ? observedByTime(inputs, station.id) : new Map<number, number>();
  const free = new Map(own?.history);
  const cells = cellsUpstreamOf(basin.mesh, station.cell);
  return {
    station: station.id,
    observed: past.map(stamp => observed.get(stamp) ?? Number.NaN),
    free: past.map(stamp => free.get(stamp) ?? Number.NaN),
    issuedBefore: ERROR_LEADS_H.map(lead => past.map(stamp => issuedFor(own, stamp, lead))),
    openLoop: at(series.openLoop),
    analysis: at(series.analysis),
    issued: at(series.q50),
    rain: [...past, ...ahead].map(stamp => catchmentRain(forcing, cells, stamp)),
  };
}

function observedByTime({ observed, issueTime, asOf }: CycleInputs, station: StationId): Map<number, number> {
  const series = observed.discharge.find(one => one.station === station);
  const known = new Map<number, number>();
  series?.times.forEach((time, k) => {
    if (time <= issueTime && time <= asOf && trusted(series.values[k]!, series.flags[k]!)) known.set(time, series.values[k]!);
  });
  return known;
}

const issuedFor = (own: StationMemory | undefined, stamp: number, lead: number): number =>
  own?.issued?.find(([validTime, leadHours]) => validTime === stamp && leadHours === lead)?.[2] ?? Number.NaN;

/** Mean depth over the cells in the hour that ends at the stamp, mm; NaN where the forcing does not reach. */
function catchmentRain({ time, rain }: Forcing, cells: Int32Array, stamp: EpochMs): number {
  const steps = HOUR_MS / time.stepMs;
  const first = (stamp - HOUR_MS - time.start) / time.stepMs;
  if (!Number.isInteger(first) || first < 0 || first + steps > time.count) return Number.NaN;
  const width = rain.length / time.count;
  let sum = 0;
  for (let step = first; step < first + steps; step++) for (const cell of cells) sum += rain[step * width + cell]!;
  return sum / cells.length;
}

/** Takes in the medians of a cycle at the leads whose errors members see, and forgets what no later cycle will look at. */
export function rememberIssued(memory: ErrorMemory, hydrographs: readonly Hydrograph[], issueTime: EpochMs): ErrorMemory {
  if (issueTime % HOUR_MS !== 0) return memory;
  const oldest = issueTime - PAST_HOURS * HOUR_MS;
  const stations = memory.stations.map((one): StationMemory => {
    const hydrograph = hydrographs.find(({ station }) => station === one.station)!;
    const steps = HOUR_MS / hydrograph.time.stepMs;
    const fresh = ERROR_LEADS_H.map((lead): IssuedMedian => {
      const step = lead * steps - 1;
      return [stampOf(hydrograph.time, step), lead, hydrograph.q50[step]!];
    });
    return { ...one, issued: [...(one.issued ?? []).filter(([validTime]) => validTime > oldest), ...fresh] };
  });
  return { ...memory, stations };
}
