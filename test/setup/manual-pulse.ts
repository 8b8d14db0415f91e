import { epochMs, toIso, type EpochMs } from '#hydrology';
import type { Clock, Job, Pulse, Stop } from '#runtime';

const MINUTE_MS = 60_000;
/** What happens every second or every minute happens at every step, in the order in which it was set up. */
const REGULAR = new Set(['* * * * * *', '* * * * *']);

/** A pulse for tests: the time stands still until it is advanced, minute by minute, each job awaited. */
export class ManualPulse implements Pulse {
  readonly #jobs: Job[] = [];
  #now: EpochMs;
  readonly clock: Clock = { now: () => this.#now };

  constructor(
    start: EpochMs,
    /** Before the jobs of each minute: the world outside. */
    private readonly world: () => Promise<unknown> = () => Promise.resolve(),
  ) {
    this.#now = start;
  }

  readonly every = (cron: string, job: Job): Stop => {
    if (REGULAR.has(cron)) this.#jobs.push(job);
    return () => {
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
      return Promise.resolve();
    };
  };

  async advance(to: EpochMs): Promise<void> {
    if (to < this.#now) throw new RangeError(`the time is ${toIso(this.#now)} already`);
    while (this.#now < to) {
      this.#now = epochMs(Math.min(to, this.#now + MINUTE_MS));
      await this.world();
      for (const job of [...this.#jobs]) await job();
    }
  }
}
