import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.js';

interface Teardown {
  readonly name: string;
  readonly stop: () => Promise<void>;
}

/** What was started, to be stopped in the opposite order. A teardown that fails or hangs does not keep the others from running. */
export class Lifecycle {
  readonly #stack: Teardown[] = [];
  #stopping: Promise<void> | null = null;

  constructor(
    readonly logger: Logger,
    /** Longest one teardown may take. */
    readonly patienceMs = 10_000,
  ) {}

  /** Remembers how to stop what was just started. */
  push(name: string, stop: () => Promise<void> | void): void {
    this.#stack.push({ name, stop: async () => stop() });
  }

  /** Stops everything once; further calls wait for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#unwind();
    return this.#stopping;
  }

  async #unwind(): Promise<void> {
    for (let teardown = this.#stack.pop(); teardown; teardown = this.#stack.pop()) {
      const { name, stop } = teardown;
      const abort = new AbortController();
      const late = delay(this.patienceMs, 'late' as const, { signal: abort.signal }).catch(() => 'stopped' as const);
      const ended = stop().catch((error: unknown) => {
        this.logger.error({ err: error, name }, 'teardown failed');
      });
      if ((await Promise.race([ended, late])) === 'late') this.logger.error({ name }, 'teardown takes too long: left behind');
      abort.abort();
    }
  }
}
