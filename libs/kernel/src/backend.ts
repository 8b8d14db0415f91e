import type { GeneratedColumn, GeneratedPart, GeneratedReach, ProgramName } from './generated-module.js';

export type Part = 'column' | 'reach' | 'head';

/** Where the compiled loops run: one memory of elements, and calls by name with addresses in elements. */
export interface Backend {
  readonly lanes: number;
  /** Elements at the start of the memory that belong to the back end. */
  readonly reserved: number;
  /** The memory with room for so many elements; its contents survive only while it does not have to grow. */
  memory(elements: number): Float64Array | Float32Array;
  arrays(part: Part, program: ProgramName): readonly string[];
  /** Arguments: from, to, units, steps, blocks, then an address for each of `arrays`. */
  call(part: Part, program: ProgramName, args: readonly number[]): void;
  /** target[t] += source[t] for the steps of one lane. */
  accumulate(target: number, source: number, steps: number): void;
}

/** The generated JavaScript on a Float64Array. */
export function javaScriptBackend(column: GeneratedColumn, reach: GeneratedReach): Backend {
  const parts: Readonly<Record<Part, GeneratedPart>> = { column: column.column, reach: reach.reach, head: reach.head };
  let memory = new Float64Array(0);
  return {
    lanes: 1,
    reserved: 0,
    memory(elements) {
      if (memory.length < elements) memory = new Float64Array(elements);
      return memory;
    },
    arrays: (part, program) => parts[part][program].arrays,
    call(part, program, args) {
      parts[part][program].call(memory, ...args);
    },
    accumulate(target, source, steps) {
      for (let t = 0; t < steps; t++) memory[target + t]! += memory[source + t]!;
    },
  };
}

const LANES = 4;
const FLOAT_BYTES = 4;
const PAGE_BYTES = 65536;
const MAXIMUM_PAGES = 65536;
/** Constants of the two modules, at the start of the memory (compiler/emit-wasm.ts). */
const RESERVED_BYTES = 8192;

/** The generated WebAssembly, four cells side by side in float32. */
export function simdBackend(column: GeneratedColumn, reach: GeneratedReach): Backend {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES });
  const exportsOf = ({ simd }: GeneratedColumn | GeneratedReach) =>
    new WebAssembly.Instance(new WebAssembly.Module(simd.binary()), { env: { memory } }).exports as Record<
      string,
      (...args: number[]) => void
    >;
  const functions = { ...exportsOf(column), ...exportsOf(reach) };
  const arrays = { ...column.simd.arrays, ...reach.simd.arrays };
  let view = new Float32Array(memory.buffer);
  return {
    lanes: LANES,
    reserved: RESERVED_BYTES / FLOAT_BYTES,
    memory(elements) {
      const missing = elements * FLOAT_BYTES - memory.buffer.byteLength;
      if (missing > 0) {
        memory.grow(Math.ceil(missing / PAGE_BYTES));
        view = new Float32Array(memory.buffer);
      }
      return view;
    },
    arrays: (part, program) => arrays[`${part}_${program}`]!,
    call(part, program, args) {
      functions[`${part}_${program}`]!(...args.map((value, i) => (i < FIXED_ARGUMENT_COUNT ? value : value * FLOAT_BYTES)));
    },
    accumulate(target, source, steps) {
      functions['accumulate']!(target * FLOAT_BYTES, source * FLOAT_BYTES, steps);
    },
  };
}

/** from, to, units, steps, blocks. */
const FIXED_ARGUMENT_COUNT = 5;
