import type { EpochMs, StationId } from '#hydrology';

/** Hours before the issue time that a network sees, the last one the full hour at or before it. */
export const PAST_HOURS = 12;
/** Hours that it forecasts. */
export const LEAD_HOURS = 12;
/** Leads whose past errors it sees, hours. */
export const ERROR_LEADS_H = [1, 3, 6] as const;

/** What one cycle knew of one gauge, by full hours, m³/s and mm; nothing in it came after the cut-off but rain that was expected. */
export interface StationInputs {
  readonly station: StationId;
  /** [past hour], oldest first; NaN where no trusted value was known. */
  readonly observed: readonly number[];
  /** [past hour] of the free run; NaN where it is not remembered. */
  readonly free: readonly number[];
  /** [index in ERROR_LEADS_H][past hour]: the median that had been issued that many hours before; NaN where none was. */
  readonly issuedBefore: readonly (readonly number[])[];
  /** [lead hour] of the free run, the analysis and the issued median. */
  readonly openLoop: readonly number[];
  readonly analysis: readonly number[];
  readonly issued: readonly number[];
  /** [past hour, then lead hour], mean over the catchment, mm per hour; expected rain in the lead hours, NaN before the window. */
  readonly rain: readonly number[];
}

/** What a member sees of one cycle: everything that it may know, and nothing else. */
export interface MemberInputs {
  /** The full hour at or before the issue time: past hours end there, lead hours count from there. */
  readonly hour: EpochMs;
  readonly stations: readonly StationInputs[];
}
