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
  /** The last beat already settled, of a replay that is resumed. */
  readonly settled?: EpochMs;
}

/**
 * The clock of a replay. It goes from beat to beat and waits at each until everything that happens there has settled,
 * so results never depend on how fast it runs. Its time is the beat it is at.
 */
export class ReplayClock implements Clock {
  #now: EpochMs;
  #speed: ReplaySpeed;
  #paused = false;
  #finished = false;
  #wake: AbortController = new AbortController();

  constructor(
    readonly span: ReplaySpan,
    speed: ReplaySpeed,
  ) {
    this.#now = span.settled ?? span.from;
    this.#speed = speed;
  }

  now(): EpochMs {
    return this.#now;
  }

  state(): ReplayState {
    const { from, to } = this.span;
    return { now: this.#now, from, to, speed: this.#speed, paused: this.#paused, finished: this.#finished };
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
    const first = this.span.settled === undefined ? this.span.from : epochMs(this.span.settled + BEAT_MS);
    for (let time = first; time <= this.span.to; time = epochMs(time + BEAT_MS)) {
      const began = performance.now();
      if (signal.aborted) return;
      this.#now = time;
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
