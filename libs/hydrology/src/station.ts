import type { StationId } from './brand.js';

/** Levels of Freshet's own thresholds, lowest first. They are never called "vigilance", a word reserved to authorities. */
export const LEVELS = ['yellow', 'orange', 'red'] as const;
export type Level = (typeof LEVELS)[number];

/** A discharge that matters at a station, with where it came from. */
export interface Threshold {
  readonly level: Level;
  /** m³/s */
  readonly discharge: number;
  readonly returnPeriodYears: number;
  /** 90 % confidence interval of the return level, m³/s. */
  readonly low: number;
  readonly high: number;
  /** Distribution, fitted years, gauge, or the area scaling that gave it. */
  readonly provenance: string;
}

/** A place on a river that is forecast and alerted. A virtual station is an ungauged cell. */
export interface Station {
  readonly id: StationId;
  readonly name: string;
  readonly river: string;
  /** Index of its cell in the mesh. */
  readonly cell: number;
  readonly gauged: boolean;
  /** May the analysis use its observations? */
  readonly assimilate: boolean;
  /** Area drained, m², as the agency gives it (gauged) or the mesh (virtual). */
  readonly areaM2: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly thresholds: readonly Threshold[];
}

/** A rain gauge; it need not stand on the mesh. */
export interface RainGauge {
  readonly id: StationId;
  readonly name: string;
  readonly longitude: number;
  readonly latitude: number;
  /** The active cell nearest to it: the radar that it is compared with. */
  readonly cell: number;
}
