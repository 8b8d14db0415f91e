import { isVector, type Node, reachable } from './graph.js';

/** One value of a cell in a named array, `[index × cells + cell]`. */
export interface CellRef {
  readonly array: string;
  readonly index: number;
}

/** A row of a named array of series, `[cell][index of count][step]`. */
export interface SeriesRef {
  readonly array: string;
  readonly index: number;
  readonly count: number;
}

/** A value handed from step to step: starts and ends in the cell arrays. */
export interface Carried {
  readonly input: Node;
  readonly next: Node;
  readonly initial: CellRef;
  readonly final: CellRef;
}

export interface NetworkSize {
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * A loop over the steps of a cell, as data for the back ends: loads before the loop, an expression graph inside it,
 * sums over the steps, and stores after it. Everything that does not change with the step is computed before the loop.
 */
export interface Program {
  readonly name: string;
  readonly direction: 'forward' | 'backward';
  readonly cells: readonly { readonly node: Node; readonly ref: CellRef }[];
  readonly carried: readonly Carried[];
  readonly seriesIn: readonly { readonly node: Node; readonly ref: SeriesRef }[];
  readonly seriesOut: readonly { readonly value: Node; readonly ref: SeriesRef }[];
  /** Values that hold for a block of steps, `array[cell][block of the step]`. */
  readonly blockIn: readonly { readonly node: Node; readonly array: string }[];
  /** Added to `array[cell][block of the step]`. */
  readonly blockAdd: readonly { readonly value: Node; readonly array: string }[];
  /** Summed over the steps; the total is the input `total` of the epilogue. */
  readonly sums: readonly { readonly value: Node; readonly total: Node }[];
  /** Stored after the loop: expressions of totals and of what does not change. */
  readonly epilogue: readonly { readonly value: Node; readonly ref: CellRef }[];
  /**
   * Calls of the neural network in the step, in order; between them runs what they depend on:
   * `network` (inputs…) gives the outputs, `networkAdjoint` (inputs…, adjoints of the outputs…) the adjoints of the inputs and adds
   * those of the weights, `networkTangent` (inputs…, their directions…) the directions of the outputs.
   */
  readonly calls: readonly Node[];
  /** How much goes into the network and comes out of it; undefined for a step without one. */
  readonly network: NetworkSize | undefined;
  /** Names of the arrays it touches; their base addresses are its arguments, in this order. */
  readonly arrays: readonly string[];
}

/** Fixed arguments before the arrays: cells from (inclusive) to (exclusive), count of all cells, steps, blocks. */
export const FIXED_ARGUMENTS = ['from', 'to', 'cells', 'steps', 'blocks'] as const;
export const BLOCK_OF_STEP = 'blockOfStep';

export type ProgramParts = Omit<Program, 'arrays' | 'calls'>;

/** Every expression a program computes. */
export const rootsOf = (parts: ProgramParts): Node[] => [...loopRoots(parts), ...parts.epilogue.map(e => e.value)];

/** The expressions a program needs at every step. */
export const loopRoots = (parts: ProgramParts): Node[] => [
  ...parts.carried.map(c => c.next),
  ...parts.seriesOut.map(s => s.value),
  ...parts.blockAdd.map(b => b.value),
  ...parts.sums.map(s => s.value),
];

/** What the calls of the network read and write beside the memory of the step; see network.ts. */
const NETWORK_ARRAYS = ['networkShape', 'networkScratch', 'weights'];

/** Completes a program by its calls of the network and the list of the arrays it touches. */
export function withArrays(parts: ProgramParts): Program {
  const calls = reachable(loopRoots(parts)).filter(isVector);
  const names = [
    ...parts.cells.map(c => c.ref.array),
    ...parts.carried.flatMap(c => [c.initial.array, c.final.array]),
    ...parts.seriesIn.map(s => s.ref.array),
    ...parts.seriesOut.map(s => s.ref.array),
    ...parts.blockIn.map(b => b.array),
    ...parts.blockAdd.map(b => b.array),
    ...parts.epilogue.map(e => e.ref.array),
    ...(calls.length > 0 ? NETWORK_ARRAYS : []),
    ...(calls.some(({ op }) => op === 'networkAdjoint') ? ['weightAdjoint'] : []),
    ...(calls.some(({ op }) => op === 'networkTangent') ? ['weightDirection'] : []),
    ...(parts.blockIn.length + parts.blockAdd.length > 0 ? [BLOCK_OF_STEP] : []),
  ];
  return { ...parts, calls, arrays: [...new Set(names)].sort() };
}
