import { closeSync, copyFileSync, openSync, readSync, writeSync } from 'node:fs';
import type { SampleBasin } from '#learning';

/** The states before each window of each basin, in a file: float32, which is what the kernel computes in, so nothing is lost. */
export class WarmStates {
  private readonly file: number;
  /** Where the states of a basin begin, in numbers; a state of one basin always has the same length. */
  private readonly places: readonly { readonly from: number; readonly size: number }[];

  /** `from` is a copy to go on from. */
  constructor(path: string, basins: readonly (SampleBasin & { readonly stateSize: number })[], from?: string) {
    if (from !== undefined) copyFileSync(from, path);
    this.file = openSync(path, from === undefined ? 'w+' : 'r+');
    let end = 0;
    this.places = basins.map(({ windows, heldOut, stateSize: size }) => {
      const place = { from: end, size };
      if (!heldOut) end += windows * size;
      return place;
    });
  }

  read(basin: number, window: number): Float64Array {
    const { from, size } = this.places[basin]!;
    const values = new Float32Array(size);
    readSync(this.file, values, { position: (from + window * size) * Float32Array.BYTES_PER_ELEMENT });
    return Float64Array.from(values);
  }

  write(basin: number, window: number, state: Float64Array): void {
    const { from, size } = this.places[basin]!;
    writeSync(this.file, Float32Array.from(state), 0, size * Float32Array.BYTES_PER_ELEMENT, (from + window * size) * Float32Array.BYTES_PER_ELEMENT); // prettier-ignore
  }

  close(): void {
    closeSync(this.file);
  }
}
