import { type GeneratedColumn, type GeneratedPart, type GeneratedReach, loadNetwork, type ProgramName } from './generated-module.js';
import type { NetworkMemory, NetworkShape } from './network.js';
import { referenceNetwork } from './network-reference.js';
import { simdNetwork } from './network-simd.js';

export type Part = 'column' | 'reach' | 'head';

/** Where the compiled loops run: one memory of elements, and calls by name with addresses in elements. */
export interface Backend {
  readonly lanes: number;
  /** Elements at the start of the memory that belong to the back end. */
  readonly reserved: number;
  /** Where it keeps the network of the columns, if they have one. */
  readonly network: NetworkMemory | undefined;
  readonly elementBytes: number;
  /** The memory cannot be larger. */
  readonly largestBytes: number;
  /** What holds the memory: other kernels may compute in it too, one at a time. */
  readonly owner: object;
  /** The memory with room for so many elements; its contents survive only while it does not have to grow. */
  memory(elements: number): Float64Array | Float32Array;
  arrays(part: Part, program: ProgramName): readonly string[];
  /** What an address counts, in units of an element: 1 for elements, their bytes otherwise. */
  readonly addressUnit: number;
  /** The compiled loop. Arguments: from, to, units, steps, blocks, then an address for each of `arrays`. */
  program(part: Part, program: ProgramName): (...args: number[]) => void;
  /** target[t] += source[t] for the steps of one lane. */
  accumulate(target: number, source: number, steps: number): void;
}

/** The generated JavaScript on a Float64Array. */
export function javaScriptBackend(column: GeneratedColumn, reach: GeneratedReach, shape?: NetworkShape): Backend {
  const parts: Readonly<Record<Part, GeneratedPart>> = { column: column.column, reach: reach.reach, head: reach.head };
  const network = shape && referenceNetwork(shape);
  let memory = new Float64Array(0);
  return {
    lanes: 1,
    reserved: 0,
    network,
    elementBytes: 8,
    largestBytes: LARGEST_ARRAY_BYTES,
    owner: {},
    memory(elements) {
      if (memory.length < elements) memory = new Float64Array(elements);
      return memory;
    },
    arrays: (part, program) => parts[part][program].arrays,
    addressUnit: 1,
    program(part, program) {
      const { call } = parts[part][program];
      return (...args) => {
        call(memory, network, ...args);
      };
    },
    accumulate(target, source, steps) {
      for (let t = 0; t < steps; t++) memory[target + t]! += memory[source + t]!;
    },
  };
}

/** Float64Arrays of some GiB cost more than a machine of a forecaster has; the reference is for small problems. */
const LARGEST_ARRAY_BYTES = 2 ** 33;

const LANES = 4;
const FLOAT_BYTES = 4;
const PAGE_BYTES = 65536;
const MAXIMUM_PAGES = 65536;
/** Constants of the columns, the reaches and the network, at the start of the memory (compiler/constant-pool.ts). */
const RESERVED_BYTES = 3 * 4096;

type Functions = Record<string, (...args: number[]) => void>;

/** What threads need to compute on one memory: the memory, the modules compiled, each after those whose functions it calls, and the arrays of each program. */
export interface Sharing {
  readonly memory: WebAssembly.Memory;
  readonly modules: readonly WebAssembly.Module[];
  readonly arrays: Readonly<Record<string, readonly string[]>>;
  readonly shape: NetworkShape | undefined;
}

/** Grows with what is computed in it, to 4 GiB, and never shrinks. */
export const computingMemory = (): WebAssembly.Memory => new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });

/** The generated WebAssembly, four cells side by side in float32, in a memory that threads may share. */
export function shareSimd(column: GeneratedColumn, reach: GeneratedReach, shape?: NetworkShape, memory = computingMemory()): Sharing {
  const network = shape ? [loadNetwork()] : [];
  return {
    memory,
    modules: [...network, reach.simd, column.simd].map(({ binary }) => new WebAssembly.Module(binary())),
    arrays: { ...column.simd.arrays, ...reach.simd.arrays },
    shape,
  };
}

/** A back end of one thread on a shared memory. */
export function sharedBackend({ memory, modules, arrays, shape }: Sharing): Backend {
  const functions: Functions = {};
  for (const module of modules) Object.assign(functions, new WebAssembly.Instance(module, { env: { memory, ...functions } }).exports);
  const accumulate = functions['accumulate']!;
  let view = new Float32Array(memory.buffer);
  return {
    lanes: LANES,
    reserved: RESERVED_BYTES / FLOAT_BYTES,
    network: shape && simdNetwork(shape),
    elementBytes: FLOAT_BYTES,
    largestBytes: MAXIMUM_PAGES * PAGE_BYTES,
    owner: memory,
    memory(elements) {
      const missing = elements * FLOAT_BYTES - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
      if (view.buffer.byteLength !== memory.buffer.byteLength) view = new Float32Array(memory.buffer);
      return view;
    },
    arrays: (part, program) => arrays[`${part}_${program}`]!,
    addressUnit: FLOAT_BYTES,
    program: (part, program) => functions[`${part}_${program}`]!,
    accumulate(target, source, steps) {
      accumulate(target * FLOAT_BYTES, source * FLOAT_BYTES, steps);
    },
  };
}
