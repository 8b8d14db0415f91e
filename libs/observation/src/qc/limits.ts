import type { FlagSource } from './verdict.js';

/** What is plausible for the discharge of a station; m³/s and m³/s per hour. */
export interface QcLimits {
  readonly hardMin: number;
  /** Above it a value is doubtful. */
  readonly softMax: number;
  /** Above it a value cannot be true. */
  readonly hardMax: number;
  readonly risePerHour: number;
  readonly fallPerHour: number;
  readonly flatLine: FlatLineLimits;
  /** Checks that are switched off; none unless given. */
  readonly off?: readonly FlagSource[];
}

/** What a station sets itself; the rest goes by its area. */
export interface OwnLimits {
  readonly off?: readonly FlagSource[] | undefined;
  readonly softMax?: number | undefined;
  readonly hardMax?: number | undefined;
  readonly risePerHour?: number | undefined;
  readonly fallPerHour?: number | undefined;
}

/** Limits by the drained area, unless the station says otherwise. */
export function limitsOfStation(areaM2: number, own: OwnLimits = {}): QcLimits {
  const limits = limitsOfArea(areaM2);
  return {
    ...limits,
    softMax: own.softMax ?? limits.softMax,
    hardMax: own.hardMax ?? limits.hardMax,
    risePerHour: own.risePerHour ?? limits.risePerHour,
    fallPerHour: own.fallPerHour ?? limits.fallPerHour,
    off: own.off ?? [],
  };
}

/** How long the same reading may last; low flow stands still for days, a flood does not. */
export interface FlatLineLimits {
  /** m³/s from which a river is not at low flow. */
  readonly highFlow: number;
  readonly highFlowHours: number;
  readonly lowFlowHours: number;
}

/**
 * Limits from the drained area alone, so that a station needs no tuning.
 *
 * Discharge: Francou & Rodier (1967), Q = 10⁶ (A / 10⁸)^(1 − K/10) with A in km². K = 6 envelops the floods of the
 * world (hard maximum); K = 5 those of the French Mediterranean but for a handful (soft maximum).
 * Rates: .5 m³/s an hour and km². The largest true rise of the Cance from 2006 to October 2014 is .16 at the outlet
 * (61.5 m³/s, 2014-10-13), .19 and .24 at the headwaters: the limit lies at twice the steepest.
 * Same reading: in those years the gauges stood still for up to a day from .03 m³/s an km² up, for ten days at low flow.
 */
export function limitsOfArea(areaM2: number): QcLimits {
  const areaKm2 = areaM2 / 1e6;
  return {
    hardMin: 0,
    softMax: francouRodier(areaKm2, 5),
    hardMax: francouRodier(areaKm2, 6),
    risePerHour: RATE_PER_KM2 * areaKm2,
    fallPerHour: RATE_PER_KM2 * areaKm2,
    flatLine: { highFlow: 0.03 * areaKm2, highFlowHours: 24, lowFlowHours: 14 * 24 },
  };
}

const RATE_PER_KM2 = 0.5;

const francouRodier = (areaKm2: number, k: number): number => 1e6 * (areaKm2 / 1e8) ** (1 - k / 10);
