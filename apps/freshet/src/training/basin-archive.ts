import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { Fault } from '#errors';
import type { Mesh } from '#hydrology';
import type { KernelForcing } from '#kernel';

/** A basin of a sample, read, checked and laid out so that a window of it can be read alone. */
export interface PreparedBasin {
  readonly id: string;
  readonly mesh: Mesh;
  readonly reachLength: 'cell' | 'link';
  readonly stationCells: readonly number[];
  readonly stepSeconds: number;
  /** Steps of the record from its start on; windows and their warm states lie within. */
  readonly steps: number;
  /** First step of each window, and the step after the last. */
  readonly windowStarts: readonly number[];
  /** Steps that a window is run through before it. */
  readonly spinUp: number;
  /** m³/s, [station × steps + step], NaN where nothing was observed or before the first window. */
  readonly observed: Float64Array;
  /** Σ (observed − mean)² of each station over all windows. */
  readonly variation: readonly number[];
  /** [parameter × cell] of a kernel's layout, what the mapping does not set. */
  readonly parameters: Float64Array;
  /** [state × cell] at the start of the record. */
  readonly initialState: Float64Array;
  readonly descriptors: readonly Float64Array[];
}

/**
 * The prepared basins of a sample in a folder: `<id>.basin` holds everything but the forcing, `<id>.forcing` rain and PET of every step in float32,
 * [step × cell], one after the other. Nothing stays open or in memory.
 */
export class BasinArchive {
  constructor(readonly folder: string) {}

  write(basin: PreparedBasin, { rain, pet }: Pick<KernelForcing, 'rain' | 'pet'>): void {
    writeFileSync(join(this.folder, `${basin.id}.basin`), serialize(basin));
    const file = openSync(join(this.folder, `${basin.id}.forcing`), 'w');
    for (const part of [rain, pet]) writeSync(file, part);
    closeSync(file);
  }

  read(id: string): PreparedBasin {
    return deserialize(readFileSync(join(this.folder, `${id}.basin`))) as PreparedBasin;
  }

  /** Forcing of the steps [from, to). */
  forcing({ id, mesh: { cellCount }, steps }: PreparedBasin, from: number, to: number): KernelForcing {
    const file = openSync(join(this.folder, `${id}.forcing`), 'r');
    try {
      const [rain, pet] = [0, steps].map(part => {
        const values = new Float32Array((to - from) * cellCount);
        const read = readSync(file, values, { position: (part + from) * cellCount * Float32Array.BYTES_PER_ELEMENT });
        if (read < values.byteLength) throw new Fault('FILE_UNREADABLE', `${join(this.folder, id)}.forcing is cut short`);
        return values;
      }) as [Float32Array, Float32Array];
      return { steps: to - from, rain, pet };
    } finally {
      closeSync(file);
    }
  }
}
