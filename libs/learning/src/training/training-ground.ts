import type { Fields } from '../mapping.js';

/** A basin of a sample as the training loop knows it. */
export interface SampleBasin {
  readonly id: string;
  /** Windows that its record is divided into. */
  readonly windows: number;
  /** Scored while the others are trained on, never trained on itself. */
  readonly heldOut: boolean;
}

/** What the mapping needs of a basin. */
export interface BasinGround {
  readonly cellCount: number;
  /** Raw values of each descriptor of the sample, in its order. */
  readonly descriptors: readonly Float64Array[];
  /** Everything that the mapping does not set: interception capacity, the stores that a record starts with. */
  readonly base: Fields;
}

/** A basin to run with these fields. */
export interface BasinTask {
  readonly basin: number;
  readonly fields: Fields;
}

/** A window of its record, from 0. */
export interface WindowTask extends BasinTask {
  readonly window: number;
}

export interface WindowGradient {
  /** Σ over the stamps of the window of squared errors, as a share of the basin's whole variance: the windows of a basin add up to its 1 − NSE. */
  readonly loss: number;
  /** ∂loss/∂θ, [parameter × cell]. */
  readonly parameters: Float64Array;
  /** Steps that the adjoint went back over, and steps that were run beside it. */
  readonly adjointSteps: number;
  readonly forwardSteps: number;
}

/** Files and threads, as the training loop sees them. Only the basins of one call are in memory, and only while it lasts. */
export interface TrainingGround {
  readonly basins: readonly SampleBasin[];
  describe(basins: readonly number[]): Promise<readonly BasinGround[]>;
  /** Runs basins through their whole records and keeps their states before each window. */
  warmUp(tasks: readonly BasinTask[]): Promise<void>;
  /** Gradients of windows from the states kept; what these runs end with is kept for the windows that follow, once all are done. */
  gradients(tasks: readonly WindowTask[]): Promise<readonly WindowGradient[]>;
  /** 1 − NSE of whole records, the mean over the gauges of each basin. */
  losses(tasks: readonly BasinTask[]): Promise<readonly number[]>;
}
