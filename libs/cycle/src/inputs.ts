import type { AssimilationSettings } from '#assimilation';
import type { ForecastMember } from '#learning';
import type { AdjustmentSummary, ExpectedRain } from '#forcing';
import type { BasinId, EpochMs, GridSeries, Mesh, PointSeries, RainGrid, Station, StationId } from '#hydrology';

/** Everything that does not change from cycle to cycle: made once when a basin is loaded, kept warm beside its kernel. */
export interface BasinModel {
  readonly basin: BasinId;
  readonly mesh: Mesh;
  /** In the order of the kernel's stations. */
  readonly stations: readonly Station[];
  /** Sub-basin of each cell: 0 … zoneCount − 1; the unit of rain factors and store shifts. */
  readonly zoneOfCell: Int32Array;
  readonly zoneCount: number;
  /** The gauged station that names each zone. */
  readonly zoneStations: readonly StationId[];
  /** [parameter × cellCount + cell] at the step of the model (ci included). */
  readonly parameters: Float64Array;
  /** Of the network inside the step, at the step of the model, for a structure that has one. */
  readonly weights?: Float64Array;
  /** [state × cellCount + cell]: where a spin-up starts, calibrated with the parameters. */
  readonly initialState: Float64Array;
  readonly stepMs: number;
  readonly leadMs: number;
  readonly assimilation: AssimilationSettings;
  /** How substituted rain fades and when rain that does not come is given up. */
  readonly forcing: { readonly persistenceFadeMs: number; readonly giveUpAfterMs: number };
  /** Trained networks that forecast beside the physics; absent where none is wanted, empty where only what they would see is. */
  readonly members?: readonly ForecastMember[];
  /** Contents that decided the result: model, parameters, mesh, configuration. */
  readonly versions: Versions;
}

export interface Versions {
  readonly model: string;
  readonly parameters: string;
  readonly mesh: string;
  readonly config: string;
  /** Hash of the file of each member. */
  readonly [member: `member.${string}`]: string;
}

/** What was known at the cut-off. */
export interface ObservedWindow {
  /** Received grids that reach into the window, in any order. */
  readonly rain: readonly RainGrid[];
  /** How `rain` was adjusted by rain gauges; absent where the domain does not adjust. */
  readonly rainAdjustment?: AdjustmentSummary;
  /** Discharge of the gauged stations with quality, in the window and a little before. */
  readonly discharge: readonly PointSeries[];
  /** PET of the window and of the forecast, mm per model step. */
  readonly pet: GridSeries;
}

/** Model state at one time: [state × cellCount + cell] as in the kernel's layout. */
export interface StateVector {
  readonly validTime: EpochMs;
  readonly values: Float64Array;
}

/** What a cycle leaves for later ones. The analysed state is the background of the cycle one window later. */
export interface CycleState {
  readonly issueTime: EpochMs;
  /** Analysed state at the last time whose rain was fully known (`validTime` ≤ issueTime). */
  readonly analysis: StateVector;
  /** Free run at the same time: never assimilated. */
  readonly openLoop: StateVector;
  /** Controls of the analysis, only ever a first guess for the next one. */
  readonly controls: Float64Array;
  /** Error memory of the post-processing: unverified forecasts and running statistics, as the assimilation library encodes it. */
  readonly memory: Uint8Array;
  /** State hash of the cycle that left it, '' for a spin-up: the chain. */
  readonly hash: string;
}

export interface CycleInputs {
  readonly basin: BasinId;
  readonly issueTime: EpochMs;
  /** Cut-off: nothing received later was seen. */
  readonly asOf: EpochMs;
  /** State left by the cycle at issueTime − window; of the spin-up where that cycle does not exist. */
  readonly background: CycleState;
  /** State left by the cycle just before: open loop, first guess, memory. */
  readonly previous: CycleState;
  readonly observed: ObservedWindow;
  /** Rain after the last received grid: persistence fading over 1 h, zero, or the grids given as known. */
  readonly futureRain: FutureRain;
  /** Why PET is not what the domain is set to; absent where it is. */
  readonly petBecause?: string;
}

/** Rain after the last received grid: persistence, zero, or grids given as known. */
export type FutureRain = ExpectedRain;
