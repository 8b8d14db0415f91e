import { setTimeout as delay } from 'node:timers/promises';
import { BEAT_MS, MINUTE_MS, epochMs, type EpochMs } from '#hydrology';
import type { Clock } from './clock.js';

/** Simulated minutes per second; `max` = as fast as the cycles are computed. */
export type ReplaySpeed = number | 'max';

export interface ReplayState {
  readonly now: EpochMs;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly speed: ReplaySpeed;
  readonly paused: boolean;
  readonly finished: boolean;
}

export interface ReplaySpan {
  /** Issue time of the first cycle of the replay. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The last beat already settled: the one before `from`, or later when the replay is resumed. */
  readonly settled?: EpochMs;
  /** A beat is played this long after its issue time, when the cut-off of its cycle has come. */
  readonly cutOffMs?: number;
}

/**
 * The clock of a replay. It goes from beat to beat and waits at each until everything that happens there has settled,
 * so results never depend on how fast it runs. Its time is the cut-off of the beat it is at.
 */
export class ReplayClock implements Clock {
  #beat: EpochMs;
  #speed: ReplaySpeed;
  #paused = false;
  #finished = false;
  #wake: AbortController = new AbortController();

  constructor(
    readonly span: ReplaySpan,
    speed: ReplaySpeed,
  ) {
    this.#beat = span.settled ?? epochMs(span.from - BEAT_MS);
    this.#speed = speed;
  }

  now(): EpochMs {
    return epochMs(this.#beat + (this.span.cutOffMs ?? 0));
  }

  state(): ReplayState {
    const { from, to } = this.span;
    return { now: this.now(), from, to, speed: this.#speed, paused: this.#paused, finished: this.#finished };
  }

  pause(): void {
    this.#paused = true;
    this.#changed();
  }

  resume(): void {
    this.#paused = false;
    this.#changed();
  }

  setSpeed(speed: ReplaySpeed): void {
    this.#speed = speed;
    this.#changed();
  }

  /** Plays every beat that is left. Returns at the end of the replay, or after the current beat once `signal` is aborted. */
  async run(beat: (time: EpochMs) => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let time = epochMs(this.#beat + BEAT_MS); time <= this.span.to; time = epochMs(time + BEAT_MS)) {
      const began = performance.now();
      if (signal.aborted) return;
      this.#beat = time;
      await beat(time);
      await this.#waitSince(began, signal);
    }
    this.#finished = true;
  }

  /** Waits until the beat that began then has lasted as long as the speed says, and while the clock is paused. */
  async #waitSince(began: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const left = this.#paused ? FOREVER_MS : began + this.#beatLastsMs() - performance.now();
      if (left <= 0) return;
      this.#wake = new AbortController();
      await delay(left, undefined, { signal: AbortSignal.any([this.#wake.signal, signal]) }).catch(() => undefined);
    }
  }

  #beatLastsMs(): number {
    return this.#speed === 'max' ? 0 : (BEAT_MS / MINUTE_MS / this.#speed) * 1000;
  }

  #changed(): void {
    this.#wake.abort();
  }
}

/** Longest timer there is. */
const FOREVER_MS = 2 ** 31 - 1;
