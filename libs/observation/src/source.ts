import type { EpochMs } from '#hydrology';
import type { RainFilter } from './gridded/filters/rain-filters.js';
import type { Reject } from './reject.js';

/** One value of a gauge as a source gave it, before any check. */
export interface RawGaugeValue {
  readonly kind: 'gauge';
  readonly station: string;
  readonly variable: 'Q' | 'H';
  readonly validTime: EpochMs;
  readonly receivedAt: EpochMs;
  /** null = the source says that it is missing. */
  readonly value: number | null;
  /** As the source writes it. */
  readonly unit: string;
}

/** One accumulation of one rain gauge, before any check. */
export interface RawRainDepth {
  readonly kind: 'rain-gauge';
  readonly station: string;
  /** End of the accumulation. */
  readonly validTime: EpochMs;
  readonly durationMs: number;
  readonly receivedAt: EpochMs;
  /** mm over the duration; null = the source says that it is missing. */
  readonly value: number | null;
}

/** One accumulation on the active cells of the basin, clipped to it, before any check. */
export interface RawRainGrid {
  readonly kind: 'rain';
  /** End of the accumulation. */
  readonly validTime: EpochMs;
  readonly durationMs: number;
  /** Of the run of a weather model; absent where the rain was measured. */
  readonly issued?: EpochMs;
  readonly receivedAt: EpochMs;
  /** mm over the duration, one value a cell; NaN = missing. */
  readonly values: Float32Array;
  /** Cells of the whole file (of spokes: rays) that each filter took out, where filters are on. */
  readonly filtered?: Readonly<Partial<Record<RainFilter, number>>>;
  /** Filters that altered cells of the basin. */
  readonly alteredBy?: readonly RainFilter[];
}

/** Air temperature at 2 m at one time, as a run of a weather model expects it, on the active cells of the basin. */
export interface RawTemperatureGrid {
  readonly kind: 'temperature';
  readonly validTime: EpochMs;
  readonly issued: EpochMs;
  readonly receivedAt: EpochMs;
  /** °C, one value a cell; NaN = missing. */
  readonly values: Float32Array;
}

/** Something a source received that is no observation, by name; what it was goes along for whoever looks into it. */
export interface RawReject extends Reject {
  readonly kind: 'reject';
  readonly input: 'rain' | 'gauges';
  /** File, address or row. */
  readonly subject: string;
  readonly receivedAt: EpochMs;
}

export type RawObservation = RawGaugeValue | RawRainDepth | RawRainGrid | RawTemperatureGrid | RawReject;

/** What is asked of a source: everything it received in (after, until]. */
export interface PollWindow {
  readonly after: EpochMs;
  readonly until: EpochMs;
}

/**
 * Where observations come from. Polls overlap, since data come late and in packets; whoever archives them drops what it
 * has. Values come in the order of their receipt.
 */
export interface ObservationSource {
  readonly id: string;
  poll(window: PollWindow, signal: AbortSignal): AsyncIterable<RawObservation>;
  /**
   * What the last poll gave has been published, so it need not be given again: files move to the archive, values count as known.
   * A process that dies before leaves everything as it was.
   */
  taken?(): Promise<void>;
  /** The last poll left something behind that can be had at once. */
  behind?(): boolean;
  /** It is not polled any more, or not now: connections are given up, to be made again by the next poll. */
  leave?(): Promise<void>;
}
