import type { EpochMs, QualityFlag } from '#hydrology';

/** A value to be judged. */
export interface Candidate {
  readonly validTime: EpochMs;
  readonly receivedAt: EpochMs;
  /** m³/s */
  readonly value: number;
}

/** A value of the same station known before, with its flag. */
export interface KnownValue {
  readonly validTime: EpochMs;
  readonly value: number;
  readonly flag: number;
}

/** What one check found: a worse flag than reliable, and which check (flag sources of Delft-FEWS: HN HX SX ROR ROF SR …). */
export interface Finding {
  readonly flag: QualityFlag;
  readonly source: FlagSource;
}

/** HN hard minimum, HX hard maximum, SX soft maximum, ROR rate of rise, ROF rate of fall, SR same reading, TS time shift. */
export type FlagSource = 'HN' | 'HX' | 'SX' | 'ROR' | 'ROF' | 'SR' | 'TS';

export const RELIABLE = 0;
export const DOUBTFUL = 3;
/** Doubtful by how it was made (a rating curve carried on), whatever its neighbours say. */
export const DOUBTFUL_COMPLETED = 5;
export const UNRELIABLE = 6;
export const MISSING = 9;

/** Reliable, corrected or completed values may be compared with. */
export const isTrusted = (flag: number): boolean => flag < DOUBTFUL;
