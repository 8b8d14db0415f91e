import type { RasterCells } from '#forcing';
import type { PlacedGrid } from '#hydrology';
import type { RainDecoding, RainReading } from '#observation';

/** What the thread cannot find itself; projections it looks up. */
export interface RainWish extends Omit<RainReading, 'definitionOf' | 'clutterOn'> {
  /** Where the maps of clutter of this source lie, or are to lie, when its filter is on, but for the name of the grid. */
  readonly clutterFile?: string;
}

export interface RainQuestion {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly reading: RainWish;
}

/** The maps of clutter that are to be written as they are known now. */
export interface KeepClutter {
  readonly keep: string;
}

/** Another thread has the maps of clutter of this source now. */
export interface ForgetClutter {
  readonly forget: string;
}

export interface RainAnswer {
  readonly id: number;
  readonly decoding: RainDecoding;
}

/** A raster that is to be brought onto other cells. */
export interface RemapWish {
  readonly grid: PlacedGrid;
  readonly depths: Float32Array;
  readonly onto: RasterCells;
  /** proj4 text of these cells. */
  readonly definition: string;
}

export interface RemapQuestion {
  readonly id: number;
  readonly remap: RemapWish;
}

export interface RemapAnswer {
  readonly id: number;
  /** One a cell, as deep as those that were given; NaN = not seen. */
  readonly depths: Float32Array<ArrayBuffer>;
}

/** What the thread says first, when it has loaded its code. */
export const READY = 'ready';
