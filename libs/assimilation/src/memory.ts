import { Fault } from '#errors';
import type { StationId } from '#hydrology';
import { newRunErrors, type RunErrors } from './run-errors.js';
import { newRunWidths, newStatistics } from './statistics.js';
import type { AssimilationSettings, StationStatistics } from './settings.js';

const VERSION = 4;

/**
 * What the post-processing remembers from cycle to cycle: the free run at recent hourly stamps (an observation may come after
 * the run has passed it), the filtered errors, forecasts not yet verified, and what verified ones have taught. Bounded in
 * size, plain numbers only.
 */
export interface ErrorMemory {
  readonly version: typeof VERSION;
  readonly stations: readonly StationMemory[];
}

export interface StationMemory {
  readonly station: StationId;
  /** Valid time and free-run discharge of the last hourly stamps, oldest first. */
  readonly history: readonly (readonly [time: number, openLoop: number])[];
  /** Errors of the free run beyond what arrives from an upstream gauge; those of an analysis belong to it alone and are filtered anew in every cycle. */
  readonly openLoop: RunErrors;
  /** Half widths of a band around the free run itself, as in LeadStatistics: what an ungauged station may expect. */
  readonly runWidths: readonly number[];
  readonly pending: readonly PendingForecast[];
  readonly statistics: StationStatistics;
  /** Valid time, lead in hours and median of what was issued lately, where members beside the physics look back at its errors. */
  readonly issued?: readonly (readonly [validTime: number, leadHours: number, median: number])[];
}

/** A forecast made at the newest observation of its time, waiting for the observation of its valid time. */
export interface PendingForecast {
  readonly validTime: number;
  /** Index in LEARNED_LEADS_H. */
  readonly lead: number;
  /** Discharge of each member, m³/s. */
  readonly members: readonly number[];
  /** Median and scale of the issued forecast, in error space. */
  readonly median: number;
  readonly scale: number;
}

export const newStationMemory = (station: StationId, settings: AssimilationSettings): StationMemory => ({
  station,
  history: [],
  openLoop: newRunErrors(),
  runWidths: newRunWidths(),
  pending: [],
  statistics: settings.initialStatistics?.[station] ?? newStatistics(),
});

export const newMemory = (stations: readonly StationId[], settings: AssimilationSettings): ErrorMemory => ({
  version: VERSION,
  stations: stations.map(station => newStationMemory(station, settings)),
});

/** JSON in UTF-8: doubles survive it exactly, and a person can read a state. */
export const encodeMemory = (memory: ErrorMemory): Uint8Array => new TextEncoder().encode(JSON.stringify(memory));

/** @throws Fault BACKGROUND_MISSING when another release of Freshet wrote it: its members are not those of this one. */
export function decodeMemory(bytes: Uint8Array): ErrorMemory {
  const memory = JSON.parse(new TextDecoder().decode(bytes)) as { readonly version: number };
  if (memory.version !== VERSION)
    throw new Fault('BACKGROUND_MISSING', `the state remembers errors in version ${memory.version}, this Freshet reads version ${VERSION}`);
  return memory as ErrorMemory;
}

/** Takes in the free run at hourly stamps and forgets what is older than `since`. */
export function rememberOpenLoop(
  memory: ErrorMemory,
  openLoop: ReadonlyMap<StationId, readonly (readonly [number, number])[]>,
  since: number,
): ErrorMemory {
  const stations = memory.stations.map(one => {
    const fresh = openLoop.get(one.station) ?? [];
    const replaced = new Set(fresh.map(([time]) => time));
    const kept = one.history.filter(([time]) => time >= since && !replaced.has(time));
    return { ...one, history: [...kept, ...fresh.filter(([time]) => time >= since)].sort((a, b) => a[0] - b[0]) };
  });
  return { ...memory, stations };
}
