import type { EpochMs } from '#hydrology';
import { SourceFailure } from './source-failure.js';

export interface ServiceLimits {
  readonly backOff: { readonly first: number; readonly longest: number };
  /** Requests within a sliding time; undefined = as many as the polls ask. */
  readonly quota?: { readonly requests: number; readonly per: number } | undefined;
}

/**
 * How a service may be asked: within its quota, and after failures ever more seldom. The wait doubles with each failure up to the
 * longest, and lies anywhere in its upper half, so that many clients do not come back at one moment.
 */
export class Service {
  #failures = 0;
  #asked: number[] = [];

  constructor(
    readonly limits: ServiceLimits,
    private readonly random: () => number = Math.random,
  ) {}

  get failures(): number {
    return this.#failures;
  }

  /** @throws SourceFailure QUOTA_SPENT, saying when there is room again. */
  count(now: EpochMs): void {
    const { quota } = this.limits;
    if (quota === undefined) return;
    this.#asked = this.#asked.filter(time => time > now - quota.per);
    if (this.#asked.length >= quota.requests) {
      const waitMs = this.#asked[0]! + quota.per - now;
      const message = `the quota of ${quota.requests} requests in ${quota.per / 60_000} min is spent; there is room in ${Math.ceil(waitMs / 1000)} s`;
      throw new SourceFailure('QUOTA_SPENT', message, { retryAfterMs: waitMs });
    }
    this.#asked.push(now);
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** @returns how long to leave the service alone, ms: by back-off, or as long as it asked for if that is longer. */
  failed(retryAfterMs: number | null): number {
    this.#failures++;
    const { first, longest } = this.limits.backOff;
    const wait = Math.min(longest, first * 2 ** Math.min(this.#failures - 1, 30));
    return Math.max(wait * (0.5 + this.random() / 2), retryAfterMs ?? 0);
  }
}
