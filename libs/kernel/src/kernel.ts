import type { VariableId } from '#hydrology';

/** What a compiled structure needs and keeps, in the order of its arrays. */
export interface KernelLayout {
  readonly structure: string;
  readonly routing: string;
  /** Stores first, then the channel states of the routing (kw: q, qtl; lr: hlr; lag0: none). */
  readonly states: readonly VariableId[];
  readonly parameters: readonly VariableId[];
  readonly cellCount: number;
  readonly stationCount: number;
  readonly stepSeconds: number;
  readonly precision: 'f64' | 'f32';
  /** The network of the structure, if it has one. */
  readonly network?: NetworkLayout;
  /** Length of a reach: the cell's x size where absent, or the true link. */
  readonly reachLength?: 'cell' | 'link';
  /** The structure has a snow slot: its forcing must bring the temperature. */
  readonly needsTemperature?: boolean;
}

/** A network inside the step: what goes in and comes out, and the sizes between; network.ts says how its weights lie. */
export interface NetworkLayout {
  readonly inputs: readonly string[];
  readonly hidden: readonly number[];
  readonly outputs: readonly string[];
  readonly weightCount: number;
}

/**
 * Rain and PET of a window in mm per step, `[step × cellCount + cell]`; a value below 0 or NaN is missing. The mean air temperature in °C,
 * NaN where it is missing, is read by structures with a snow slot only and must be there for them: what falls at an unknown
 * temperature counts as rain, and nothing melts or freezes. Rain and snow come together, as the depth of water that fell.
 * The kernel packs a forcing once for as long as the next request brings the same arrays: do not write into arrays
 * that a request has carried, bring new ones.
 */
export interface KernelForcing {
  readonly steps: number;
  readonly rain: Float32Array;
  readonly pet: Float32Array;
  readonly temperature?: Float32Array;
}

/** Multiplies the rain of a window: the factor of a cell at a step is values[zoneOfCell[cell] × blocks + blockOfStep[step]]. */
export interface RainFactors {
  readonly zoneOfCell: Int32Array;
  readonly blockOfStep: Int32Array;
  readonly blocks: number;
  readonly values: Float64Array;
}

export interface RunRequest {
  readonly forcing: KernelForcing;
  /** [parameter × cellCount + cell], units of the register at the kernel's step. */
  readonly parameters: Float64Array;
  /** [state × cellCount + cell] at the start of the window. */
  readonly initialState: Float64Array;
  readonly rainFactors?: RainFactors;
  /** Of the network, for a structure that has one: layer by layer the matrix [output × inputs + input], then the biases [output]. */
  readonly weights?: Float64Array;
  /** Ask for the discharge of every cell, m³/s [step × cellCount + cell]; costs memory. */
  readonly everyCell?: boolean;
  /** Threads for this request alone, at most those of the kernel: to measure what they bring. */
  readonly threads?: number;
}

/** Water of a run in mm averaged over the cells; error = in − out − stored, relative to the rain (to 1 mm at least). */
export interface MassBalance {
  readonly rain: number;
  readonly evaporation: number;
  readonly exchange: number;
  readonly runoff: number;
  readonly storageChange: number;
  readonly relativeError: number;
}

export interface RunResult {
  /** m³/s, [station × steps + step], at the end of each step. */
  readonly discharge: Float64Array;
  readonly finalState: Float64Array;
  readonly massBalance: MassBalance;
  readonly everyCell?: Float64Array;
}

/** A scalar cost of the discharge at the stations. Returns J and fills `adjoint` with ∂J/∂Q, [station × steps + step]. */
export type Cost = (discharge: Float64Array, adjoint: Float64Array) => number;

export interface GradientResult {
  readonly cost: number;
  readonly discharge: Float64Array;
  readonly finalState: Float64Array;
  /** ∂J/∂(initial state), [state × cellCount + cell]. */
  readonly initialState: Float64Array;
  /** ∂J/∂θ, [parameter × cellCount + cell]. */
  readonly parameters: Float64Array;
  /** ∂J/∂(rain factors), as RainFactors.values; empty when the request has none. */
  readonly rainFactors: Float64Array;
  /** ∂J/∂(weights), as RunRequest.weights; empty for a structure without a network. */
  readonly weights: Float64Array;
}

/** A direction in the space of inputs; absent parts are zero. */
export interface Perturbation {
  readonly initialState?: Float64Array;
  readonly parameters?: Float64Array;
  readonly rainFactors?: Float64Array;
  readonly weights?: Float64Array;
}

export interface TangentResult {
  readonly discharge: Float64Array;
  /** Directional derivative of the discharge, [station × steps + step]. */
  readonly derivative: Float64Array;
}

/**
 * A structure compiled for one mesh, its stations and one time step. Synchronous and deterministic: the same request
 * gives the same bits. The caller owns every array of the request; results are fresh arrays.
 */
export interface Kernel {
  readonly layout: KernelLayout;
  run(request: RunRequest): RunResult;
  gradient(request: RunRequest, cost: Cost): GradientResult;
  tangent(request: RunRequest, direction: Perturbation): TangentResult;
  /** Ends the worker threads of a kernel that has any; it cannot be used afterwards. */
  close(): void;
}
