import type { StationId } from '#hydrology';

/** Options of the assimilation as domain.yaml states them and the calibration period estimated them. */
export interface AssimilationSettings {
  readonly windowMs: number;
  readonly rainBlockMs: number;
  readonly maxIterations: number;
  /** Standard deviations of the controls. */
  readonly rainSd: number;
  readonly storeSd: number;
  readonly channelSd: number;
  /** Observation error: relative + floor (m³/s) per station. */
  readonly relativeError: number;
  readonly floorM3s: ReadonlyMap<StationId, number>;
  /** Weights of observations fall by e over this age. */
  readonly weightEFoldMs: number;
  /** The last part of the window left out of the hold-out fit. */
  readonly holdOutMs: number;
}
