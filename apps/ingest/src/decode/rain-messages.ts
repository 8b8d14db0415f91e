import type { RainDecoding, RainReading } from '#observation';

/** What the thread cannot find itself; projections it looks up. */
export interface RainWish extends Omit<RainReading, 'definitionOf' | 'clutterOn'> {
  /** Where the map of clutter of this source lies, or is to lie, when its filter is on. */
  readonly clutterFile?: string;
}

export interface RainQuestion {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly reading: RainWish;
}

/** The file of a map of clutter that is to be written as it is known now. */
export interface KeepClutter {
  readonly keep: string;
}

export interface RainAnswer {
  readonly id: number;
  readonly decoding: RainDecoding;
}

/** What the thread says first, when it has loaded its code. */
export const READY = 'ready';
