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
  /** From this height on a value that stands out alone is a spike, m³/s. */
  readonly spikeMin: number;
  /** By this factor the volume for each km² may differ from that of the next gauge above or below. */
  readonly volumeFactor: number;
  /** From this step on the stage moves only when the river does, m. */
  readonly datumStep: number;
  /** Height between the two datums that the sender of a stage is known to use, m; null: none is known. */
  readonly datumOffset: number | null;
  /** Checks that are switched off. */
  readonly off: readonly FlagSource[];
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
 * Spike: .04 m³/s an km². The largest value of the Cance from 2006 to 2019 that stood alone by half is .019: twice that.
 * Volume: over a day the specific volumes of its gauges differed by 10.6 at most (a storm of 2007 over the Déôme): twice that, 20.
 * Stage: half a metre within six hours is a flood, and a flood moves the discharge and the neighbours.
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
    spikeMin: SPIKE_PER_KM2 * areaKm2,
    volumeFactor: 20,
    datumStep: 0.5,
    datumOffset: null,
    flatLine: { highFlow: 0.03 * areaKm2, highFlowHours: 24, lowFlowHours: 14 * 24 },
    off: [],
  };
}

/** What somebody knows better of one station; m³/s, m³/s per hour and m. */
export interface QcChoices {
  readonly softMax?: number | undefined;
  readonly hardMax?: number | undefined;
  readonly risePerHour?: number | undefined;
  readonly fallPerHour?: number | undefined;
  readonly spikeMin?: number | undefined;
  readonly volumeFactor?: number | undefined;
  readonly datumStep?: number | undefined;
  readonly datumOffset?: number | undefined;
  readonly off?: readonly FlagSource[] | undefined;
}

/** By the drained area, unless somebody knows better. */
export function limitsOfStation(areaM2: number, choices: QcChoices = {}): QcLimits {
  const limits = limitsOfArea(areaM2);
  const known = Object.entries(choices).filter(([, choice]) => choice !== undefined);
  return { ...limits, ...(Object.fromEntries(known) as Partial<QcLimits>) };
}

const SPIKE_PER_KM2 = 0.04;
const RATE_PER_KM2 = 0.5;

const francouRodier = (areaKm2: number, k: number): number => 1e6 * (areaKm2 / 1e8) ** (1 - k / 10);
