import { createRequire } from 'node:module';
import { Fault } from '#errors';
import type { VariableId } from '#hydrology';
import type { ReferenceNetwork } from './network-reference.js';
import type { NetworkSlot } from './structure.js';

/** A loop over the steps of some cells; see compiler/program.ts for its arguments. */
export interface GeneratedProgram {
  readonly call: (memory: Float64Array, network: ReferenceNetwork | undefined, ...args: number[]) => void;
  readonly arrays: readonly string[];
}

/** The programs of one step, and what it needs and keeps. */
export interface GeneratedPart {
  readonly states: readonly VariableId[];
  readonly parameters: readonly VariableId[];
  readonly geometry: readonly string[];
  /** Numbers that a step leaves on the tape. */
  readonly tapeWidth: number;
  readonly run: GeneratedProgram;
  readonly tape: GeneratedProgram;
  readonly adjoint: GeneratedProgram;
  readonly tangent: GeneratedProgram;
}

export type ProgramName = 'run' | 'tape' | 'adjoint' | 'tangent';

/** The same programs in SIMD WebAssembly, exported as `part_program`. */
export interface GeneratedSimd {
  readonly binary: () => BufferSource;
  readonly arrays: Readonly<Record<string, readonly string[]>>;
}

export interface GeneratedColumn {
  /** The network of the structure, if it has one. */
  readonly network: NetworkSlot | undefined;
  readonly simd: GeneratedSimd;
  readonly column: GeneratedPart;
  /** mm of water per unit of each store: a number, or the parameter that is its capacity. */
  readonly stores: Readonly<Record<string, string | number>>;
}

export interface GeneratedReach {
  readonly simd: GeneratedSimd;
  readonly reach: GeneratedPart;
  readonly head: GeneratedPart;
}

const require = createRequire(import.meta.url);

/** Names of the structures that were built: the files of structures/. */
export const structureNames = (): readonly string[] => (load('index') as { readonly structures: readonly string[] }).structures;

/** Names of the routings that were built: the files of routings/. */
export const routingNames = (): readonly string[] => (load('index') as { readonly routings: readonly string[] }).routings;

/** What the build wrote for a structure. */
export const loadColumn = (structure: string): GeneratedColumn => load(`column-${structure}`) as GeneratedColumn;

/** The routines of the network in SIMD WebAssembly. */
export const loadNetwork = (): Pick<GeneratedSimd, 'binary'> => load('network') as Pick<GeneratedSimd, 'binary'>;

/** What the build wrote for a routing. */
export const loadReach = (routing: string): GeneratedReach => load(`reach-${routing}`) as GeneratedReach;

function load(name: string): unknown {
  try {
    return require(`#generated/${name}.cjs`);
  } catch (cause) {
    throw new Fault('KERNEL_NOT_BUILT', `the compiled kernel "${name}" is missing`, { name }, { cause });
  }
}
