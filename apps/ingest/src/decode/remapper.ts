import { makeRemapping, remap, type Remapping } from '#forcing';
import type { RemapWish } from './rain-messages.js';

/** Sources keep their grid for years; each basin of the process has cells of its own. */
const MOST_KNOWN = 16;

/** Brings rasters onto other cells; how one lies over the other is worked out once, in tenths of a second. */
export class Remapper {
  readonly #known = new Map<string, Remapping>();

  remap({ grid, depths, onto, definition }: RemapWish): Float32Array {
    const { rows, columns, xMin, yMax, xResolution, yResolution } = onto;
    const key = JSON.stringify([grid, rows, columns, xMin, yMax, xResolution, yResolution, definition]);
    const found = this.#known.get(key) ?? makeRemapping(grid, onto, definition);
    if (!this.#known.has(key) && this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, found);
    return remap(found, depths);
  }
}
