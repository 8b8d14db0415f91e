import type { RainDecoding, RainReading } from '#observation';

/** What the thread cannot find itself; projections it looks up. */
export type RainWish = Omit<RainReading, 'definitionOf'>;

export interface RainQuestion {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly reading: RainWish;
}

export interface RainAnswer {
  readonly id: number;
  readonly decoding: RainDecoding;
}

/** What the thread says first, when it has loaded its code. */
export const READY = 'ready';
