declare const brand: unique symbol;

/** A primitive that must not be mixed up with another of the same kind; costs nothing at run time. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type BasinId = Brand<string, 'BasinId'>;
export type StationId = Brand<string, 'StationId'>;
/** Milliseconds since 1970-01-01T00:00:00Z. All times inside Freshet are these; ISO 8601 only at the edges. */
export type EpochMs = Brand<number, 'EpochMs'>;

export const basinId = (id: string): BasinId => id as BasinId;
export const stationId = (id: string): StationId => id as StationId;
export const epochMs = (ms: number): EpochMs => ms as EpochMs;
