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
  const parts: Readonly<Record<Part, GeneratedPart>> = { ...column, ...reach };
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
