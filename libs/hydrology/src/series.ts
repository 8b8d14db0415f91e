import type { EpochMs, StationId } from './brand.js';
import type { TimeGrid } from './time-grid.js';

/**
 * Quality of a value as Delft-FEWS codes it: 0 original reliable, 3 doubtful, 6 unreliable, 9 missing (and 1, 4, 7
 * corrected; 2, 5, 8 completed). The check that spoke is kept beside it as a flag source.
 */
export type QualityFlag = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Irregular values of one quantity at one station; `times` are valid times in epoch ms, ascending. */
export interface PointSeries {
  readonly station: StationId;
  readonly variable: 'Q' | 'H';
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly flags: Uint8Array;
}

/** A field on every step of a grid: `values[step × cellCount + cell]`, missing is NaN. */
export interface GridSeries {
  readonly time: TimeGrid;
  readonly cellCount: number;
  readonly values: Float32Array;
}

/** Rain as it was received: an accumulation over (validTime − durationMs, validTime]. */
export interface RainGrid {
  readonly validTime: EpochMs;
  readonly durationMs: number;
  readonly receivedAt: EpochMs;
  /** mm over the duration, one value a cell; NaN = missing. */
  readonly values: Float32Array;
}

/** Depths of one rain gauge: value k fell in (times[k] − durationsMs[k], times[k]]; ascending. A dry interval is 0, a missing one is not there. */
export interface RainGaugeSeries {
  readonly gauge: StationId;
  readonly times: Float64Array;
  readonly durationsMs: Float64Array;
  /** mm over the duration. */
  readonly depths: Float64Array;
  readonly flags: Uint8Array;
}
