import type { AdjustmentSummary } from '#forcing';
import type { BasinId, EpochMs, Level, StationId, TimeGrid } from '#hydrology';
import type { MassBalance } from '#kernel';
import type { MemberForecast, MemberInputs } from '#learning';
import type { CycleState } from './inputs.js';

/** Something that was not as it should be but did not stop the forecast; shown wherever the forecast is shown. */
export interface Degradation {
  readonly code:
    | 'RAIN_MISSING'
    | 'RAIN_LATE'
    | 'RAIN_SUBSTITUTED'
    | 'RAIN_UNADJUSTED'
    | 'RAIN_IMPLAUSIBLE'
    | 'PET_SUBSTITUTED'
    | 'GAUGE_SILENT'
    | 'GAUGE_LATE'
    | 'ANALYSIS_GATED'
    | 'ANALYSIS_ITERATION_LIMIT'
    | 'ANALYSIS_DIVERGED'
    | 'NO_OBSERVATIONS'
    | 'BACKGROUND_OPEN_LOOP';
  /** Source or station it is about. */
  readonly subject: string;
  /** One sentence for the operator. */
  readonly message: string;
}

/** Quantiles of the forecast discharge at one station, m³/s, each of length time.count. */
export interface Hydrograph {
  readonly station: StationId;
  readonly issueTime: EpochMs;
  readonly time: TimeGrid;
  readonly q05: Float64Array;
  readonly q25: Float64Array;
  readonly q50: Float64Array;
  readonly q75: Float64Array;
  readonly q95: Float64Array;
  /** The free run and the bare analysis, for the hydrologist and for verification. */
  readonly openLoop: Float64Array;
  readonly analysis: Float64Array;
}

/** The chance that a threshold is exceeded at some time of the forecast. */
export interface Exceedance {
  readonly station: StationId;
  readonly level: Level;
  readonly threshold: number;
  readonly probability: number;
  /** First time the median is above the threshold, null when it never is. */
  readonly firstCrossing: EpochMs | null;
}

export interface ForecastPeak {
  readonly station: StationId;
  readonly time: EpochMs;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface InputAge {
  /** `rain`, `rain-gauges` where they adjust it, or a station id. */
  readonly input: string;
  /** Valid time of its newest value at the cut-off, null when there is none in the window. */
  readonly newest: EpochMs | null;
  readonly ageMs: number | null;
}

export interface Analysis {
  readonly outcome: 'accepted' | 'gated' | 'iteration-limit' | 'diverged' | 'no-observations';
  readonly costBefore: number;
  readonly costAfter: number;
  readonly iterations: number;
  /** Operator's diagnostics in words and numbers: rain factors and store shifts per zone. */
  readonly increments: Readonly<Record<string, readonly number[]>>;
  readonly reason: string;
}

export interface MembersOfCycle {
  /** What they saw. */
  readonly inputs: MemberInputs;
  readonly forecasts: readonly MemberForecast[];
}

export interface CycleResult {
  readonly basin: BasinId;
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
  readonly outcome: 'complete' | 'degraded';
  readonly degradations: readonly Degradation[];
  readonly analysis: Analysis;
  readonly hydrographs: readonly Hydrograph[];
  readonly exceedances: readonly Exceedance[];
  readonly peaks: readonly ForecastPeak[];
  readonly inputAges: readonly InputAge[];
  /** Basin-mean rain used, mm per step, from the start of the window to the end of the forecast. */
  readonly rain: { readonly time: TimeGrid; readonly mean: Float64Array };
  /** How the radar was adjusted by rain gauges; absent where the domain does not adjust. */
  readonly rainAdjustment?: AdjustmentSummary;
  readonly massBalance: MassBalance;
  /** Of the members beside the physics, where the basin has any; they decide nothing. */
  readonly members?: MembersOfCycle;
  readonly state: CycleState;
  /** SHA-256 over the analysed state and the issued hydrographs, chained to the previous cycle's. */
  readonly stateHash: string;
}
