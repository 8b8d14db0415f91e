import { HOUR_MS, type StationId } from '#hydrology';
import type { UpstreamLink } from './upstream-error.js';

/** Options of the assimilation as domain.yaml states them and the calibration period estimated them. */
export interface AssimilationSettings {
  readonly windowMs: number;
  readonly rainBlockMs: number;
  readonly maxIterations: number;
  /** Standard deviations of the controls, per zone. */
  readonly priors: readonly ZonePrior[];
  /** Correlation of the log rain factors of successive blocks falls by e over this time; 0 = independent blocks. */
  readonly rainMemoryMs: number;
  /** Correlation of the same control in two zones. */
  readonly zoneCorrelation: number;
  /** Error of the observations and of the model at the gauges, in log(Q + offset). */
  readonly observationError: ObservationErrorModel;
  /** The last part of the window left out of the hold-out fit. */
  readonly holdOutMs: number;
  /** Largest cost per observation that a fit may leave, else the innovations do not fit the error model. */
  readonly maxCostPerObservation: number;
  /** Gauges whose errors foretell those of a gauge below them. */
  readonly links: readonly UpstreamLink[];
  /** Statistics that the calibration period left, per station; null starts from the defaults. */
  readonly initialStatistics: Readonly<Record<string, StationStatistics>> | null;
}

/** Standard deviations of the controls of a zone: log rain factor, logit of hp and ht, log channel discharge. */
export interface ZonePrior {
  readonly rain: number;
  readonly production: number;
  readonly transfer: number;
  readonly channel: number;
}

/**
 * Covariance of the errors of log(Q + offset) at one gauge: a sum of exponentially correlated parts and white noise.
 * The correlated parts are what the controls cannot explain (structure, timing); leaving them out overfits.
 */
export interface ObservationErrorModel {
  readonly sd: number;
  /** Share of the variance and e-folding time of each correlated part. */
  readonly parts: readonly (readonly [share: number, eFoldMs: number])[];
  /** White part, relative to sd. */
  readonly white: number;
  /** m³/s per km² of the station: relative errors of a trickle must not steer what a flood will do. */
  readonly offsetPerKm2: number;
}

/** What has been learned about the forecasts at one station; see statistics.ts. */
export interface StationStatistics {
  readonly leads: readonly LeadStatistics[];
}

export interface LeadStatistics {
  /** Exponentially forgotten number of verified forecasts. */
  readonly count: number;
  /** Sum of products of the members' errors in error space, [member × members + member]. */
  readonly products: readonly number[];
  /** Half widths of the band below q05 … above q95 in units of the scale: four, for .05 .25 .75 .95. */
  readonly widths: readonly number[];
}

/** What literature, prototypes and cross-calibrated hindcasts of the calibration period suggest before a domain is fitted. */
export function defaultSettings(zones: number): AssimilationSettings {
  return {
    windowMs: 24 * HOUR_MS,
    rainBlockMs: 6 * HOUR_MS,
    maxIterations: 12,
    priors: Array.from({ length: zones }, () => ({ rain: 0.05, production: 0.2, transfer: 0.05, channel: 0.1 })),
    rainMemoryMs: 0,
    zoneCorrelation: 0.8,
    observationError: {
      sd: 0.25,
      parts: [
        [0.4, 4 * HOUR_MS],
        [0.3, 24 * HOUR_MS],
        [0.3, 120 * HOUR_MS],
      ],
      white: 0.05,
      offsetPerKm2: 0.01,
    },
    holdOutMs: 2 * HOUR_MS,
    maxCostPerObservation: 8,
    links: [],
    initialStatistics: null,
  };
}

/** The floor that log(Q + offset) needs at a station, m³/s. */
export const offsetOf = (station: { readonly areaM2: number; readonly id: StationId }, model: ObservationErrorModel): number =>
  (station.areaM2 / 1e6) * model.offsetPerKm2;
