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

export interface RainAnswer {
  readonly id: number;
  readonly decoding: RainDecoding;
}

/** What the thread says first, when it has loaded its code. */
export const READY = 'ready';
