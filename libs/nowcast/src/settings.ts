/** What was tuned, and on what is in the README. */
export interface NowcastSettings {
  /** Nothing moves faster, km/h. */
  readonly fastestKmH: number;
  /** Rain may appear within this of rain at once, km … */
  readonly rimKm: number;
  /** … and so much farther each hour, km/h. */
  readonly rimGrowthKmH: number;
  /** Rain grows and decays as it did. */
  readonly trend: boolean;
  /** Size of the members' errors of motion, 1 as published. */
  readonly motionSpread: number;
}

export const DEFAULT_SETTINGS: NowcastSettings = { fastestKmH: 140, rimKm: 10, rimGrowthKmH: 20, trend: true, motionSpread: 0.5 };
