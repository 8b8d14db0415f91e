import type { Field } from './fill-cells.js';

export interface SpikeSettings {
  /** Nothing below this rate is a spike, mm/h. */
  readonly least: number;
  /** A spike is so many times the third largest of its eight neighbours. */
  readonly factor: number;
}

/** The largest two neighbours may belong to the spike. */
const COUNTS = 3;

/**
 * Cells of `least` or more that are `factor` times the third largest of the eight cells around them. The core of a shower is wider: its third
 * neighbour is as wet as a fraction of it.
 */
export function findSpikes({ rows, columns, values }: Field, { least, factor }: SpikeSettings, hours: number): Uint32Array {
  const lowest = least * hours;
  const found: number[] = [];
  const around = new Float32Array(8);
  for (let cell = 0; cell < values.length; cell++) {
    const value = values[cell]!;
    if (!(value >= lowest)) continue;
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    let seen = 0;
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
        const neighbour = values[r * columns + c]!;
        if ((r !== row || c !== column) && neighbour === neighbour) around[seen++] = neighbour;
      }
    }
    if (seen < COUNTS) continue; // nothing to compare with
    const third = around.subarray(0, seen).sort()[seen - COUNTS]!;
    if (value > factor * third) found.push(cell);
  }
  return Uint32Array.from(found);
}
