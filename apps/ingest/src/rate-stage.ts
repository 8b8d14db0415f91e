import { dischargeAt, stationId, toIso, type EpochMs, type RatingCurve, type StationId } from '#hydrology';
import { EXTRAPOLATED, RATED, reject, type Reject } from '#observation';

export interface Stage {
  readonly station: string;
  readonly variable: 'Q' | 'H';
  readonly validTime: EpochMs;
  /** m; null = missing. */
  readonly value: number | null;
}

/**
 * The discharge of a stage by the station's rating curve, m³/s, with the flag sources to be stored beside it. null for what is no
 * stage or has no curve; a reject where the curve has no table for the time.
 */
export function rateStage(
  { station, variable, validTime, value }: Stage,
  ratings: ReadonlyMap<StationId, RatingCurve> | undefined,
): { readonly value: number | null; readonly sources: readonly string[] } | Reject | null {
  const curve = variable === 'H' ? ratings?.get(stationId(station)) : undefined;
  if (curve === undefined) return null;
  if (value === null) return { value: null, sources: [RATED] };
  const rated = dischargeAt(curve, value, validTime);
  if (rated === null) {
    const message = `the rating curve of ${station} has no table for ${toIso(validTime)}; add one to its file under ratings of domain.yaml`;
    return reject('RATING_MISSING', message);
  }
  return { value: rated.discharge, sources: rated.extrapolated ? [RATED, EXTRAPOLATED] : [RATED] };
}
