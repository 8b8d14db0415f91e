import type { StationId } from '#hydrology';

/**
 * What the post-processing remembers from cycle to cycle: the free run at recent hourly stamps (an observation may come after
 * the run has passed it) and everything it has learned from verified forecasts. Bounded in size, plain numbers only.
 */
export interface ErrorMemory {
  readonly version: 1;
  readonly stations: readonly StationMemory[];
}

export interface StationMemory {
  readonly station: StationId;
  /** Valid time and free-run discharge of the last hourly stamps, oldest first. */
  readonly history: readonly (readonly [time: number, openLoop: number])[];
}

export const emptyMemory = (stations: readonly StationId[]): ErrorMemory => ({
  version: 1,
  stations: stations.map(station => ({ station, history: [] })),
});

/** JSON in UTF-8: doubles survive it exactly, and a person can read a state. */
export const encodeMemory = (memory: ErrorMemory): Uint8Array => new TextEncoder().encode(JSON.stringify(memory));

export const decodeMemory = (bytes: Uint8Array): ErrorMemory => JSON.parse(new TextDecoder().decode(bytes)) as ErrorMemory;
