import type {
  BasinId,
  EpochMs,
  GridSeries,
  Mesh,
  PointSeries,
  RainGauge,
  RainGaugeSeries,
  RainGrid,
  RatingCurve,
  Station,
  StationId,
  TimeGrid,
} from '#hydrology';
import type { DomainSettings, DomainYaml } from './domain-schema.js';
import type { Projection } from './projection.js';

/** A rain gauge as domain.yaml has it. */
export interface DomainRainGauge extends RainGauge {
  /** The live source that has it; undefined where only the record does. */
  readonly source: string | undefined;
  /** What the source calls it. */
  readonly code: string;
  /** Checks that are switched off, and limits of its own. */
  readonly quality: DomainYaml['rainGauges'][number]['quality'];
}

/** A domain folder, read and checked. Nothing of it changes while Freshet runs. */
export interface LoadedDomain {
  readonly basin: BasinId;
  readonly name: string;
  readonly folder: string;
  readonly mesh: Mesh;
  readonly stations: readonly Station[];
  /** Those of domain.yaml, in its order. */
  readonly rainGauges: readonly DomainRainGauge[];
  /** Sub-basin of each cell (the nearest gauged station downstream), 0 … zoneCount − 1, and the station that names it; −1 without gauges. */
  readonly zoneOfCell: Int32Array;
  readonly zoneStations: readonly StationId[];
  /** Physical descriptors per cell, by name (slope, drainage_density). */
  readonly descriptors: ReadonlyMap<string, Float64Array>;
  /** Rating curves by which the stage of a station becomes discharge. */
  readonly ratings: ReadonlyMap<StationId, RatingCurve>;
  /** Hash of domain.yaml and of the mesh, by content. */
  readonly configHash: string;
  readonly meshHash: string;
  readonly record: DomainRecord;
  /** Everything of domain.yaml that the rooms are set by; durations in ms. */
  readonly settings: DomainSettings;
  /** For longitudes and latitudes of cells: `toLonLat(projection, x, y)`. */
  readonly projection: Projection;
}

/** The historical record that a replay, a hindcast and a calibration read. Intervals are (from, to]. */
export interface DomainRecord {
  /** First and last stamp of the rain record; 1970 both where there is none (`requireRecord` refuses that by name). */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Duration of each accumulation of the rain record; null without one. */
  readonly rainStepMs: number | null;
  /** Accumulations as received, `receivedAt` = stamp + the source's latency; an hour absent from the record is absent here, a negative depth is missing. */
  rain(from: EpochMs, to: EpochMs): RainGrid[];
  /** Discharge of a gauged station, missing and negative values left out. */
  discharge(station: StationId, from: EpochMs, to: EpochMs): PointSeries;
  /** Depths of a rain gauge stamped in (from, to]; absent where domain.yaml names no record.rainGauges. */
  readonly rainGauge?: (gauge: StationId, from: EpochMs, to: EpochMs) => RainGaugeSeries;
  /** The same as a source would send it: impossible values too, for quality control to refuse by name. */
  readonly sent: Pick<DomainRecord, 'rain' | 'discharge'>;
  /** PET on any grid of whole divisions of a day, mm per step. */
  pet(time: TimeGrid): GridSeries;
  /** Mean air temperature on any grid, °C, NaN where the record lacks it; absent where domain.yaml names no record.temperature. */
  readonly temperature?: (time: TimeGrid) => GridSeries;
}
