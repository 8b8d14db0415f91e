import type { StationId } from '#hydrology';

/** Options of the assimilation as domain.yaml states them and the calibration period estimated them. */
export interface AssimilationSettings {
  readonly windowMs: number;
  readonly rainBlockMs: number;
  readonly maxIterations: number;
  /** Standard deviations of the controls, per zone. */
  readonly priors: readonly ZonePrior[];
  /** Correlation of the log rain factors of neighbouring blocks falls by e over this time; 0 = independent blocks. */
  readonly rainMemoryMs: number;
  /** Correlation of the same control in two zones. */
  readonly zoneCorrelation: number;
  /** Observation error: relative + floor (m³/s) per station. */
  readonly relativeError: number;
  readonly floorM3s: ReadonlyMap<StationId, number>;
  /** Weights of observations fall by e over this age. */
  readonly weightEFoldMs: number;
  /** The last part of the window left out of the hold-out fit. */
  readonly holdOutMs: number;
  /** Error memory that the calibration period left, as encodeMemory writes it; null starts from the defaults. */
  readonly initialMemory: string | null;
}

/** Standard deviations of the controls of a zone: log rain factor, logit of hp and ht, log channel discharge. */
export interface ZonePrior {
  readonly rain: number;
  readonly production: number;
  readonly transfer: number;
  readonly channel: number;
}

const HOUR_MS = 3_600_000;

/** What the literature and the prototypes suggest before anything has been estimated. */
export function defaultSettings(
  stations: readonly { readonly id: StationId; readonly areaM2: number }[],
  zones: number,
): AssimilationSettings {
  return {
    windowMs: 24 * HOUR_MS,
    rainBlockMs: 6 * HOUR_MS,
    maxIterations: 12,
    priors: Array.from({ length: zones }, () => ({ rain: 0.1, production: 0.05, transfer: 0.05, channel: 0.1 })),
    rainMemoryMs: 0,
    zoneCorrelation: 0,
    relativeError: 0.1,
    floorM3s: new Map(stations.map(({ id, areaM2 }) => [id, Math.max(0.02, (areaM2 / 1e6) * 8e-4)])),
    weightEFoldMs: 8 * HOUR_MS,
    holdOutMs: 2 * HOUR_MS,
    initialMemory: null,
  };
}
