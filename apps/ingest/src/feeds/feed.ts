import type { Bus } from '#bus';
import { isRainSource } from '#config';
import { isFault } from '#errors';
import { MINUTE_MS, epochMs, toIso, type BasinId, type EpochMs } from '#hydrology';
import { isStalled, reject } from '#observation';
import type { Clock, Logger } from '#runtime';
import { readHabits, saveFeed, takeFeed, type FeedRow, type Pool, type StalledInput } from '#store';
import { collect, publishReject, type Collected, type Collection } from '../collect.js';
import { SourceFailure } from '../http/source-failure.js';
import type { OpenedFeed } from './open-feed.js';

/** What the feeds of a process work with. */
export interface FeedGround {
  readonly pool: Pool;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of this process, for the lease. */
  readonly owner: string;
  /** Freshet cannot go on. */
  readonly onDefect: (error: unknown) => void;
}

/** Longer than any poll takes: a process that died is followed by another after this. */
const LEASE_MS = 5 * MINUTE_MS;

/**
 * One live source in operations: polls when it is due, publishes what is new, learns from failures when to ask again, and says which
 * of its inputs have stopped. How it stands is in the table `feed` after every poll.
 */
export class Feed {
  readonly #opened: OpenedFeed;
  readonly #ground: FeedGround;
  readonly #collection: Collection;
  #nextAt = epochMs(0);

  constructor(opened: OpenedFeed, ground: FeedGround, of: { readonly basin: BasinId; readonly gauged: ReadonlySet<string> }) {
    this.#opened = opened;
    this.#ground = ground;
    const { id } = opened.settings;
    const { source } = opened;
    this.#collection = { bus: ground.bus, basin: of.basin, source, sourceIds: { rain: id, gauges: id }, stations: of.gauged };
  }

  /**
   * Polls until nothing is left behind, so that forecasts begin with what there is; once at least, and no poll begins after `longestMs`: what an
   * outage of weeks has left is taken beside the forecasts.
   */
  async catchUp(signal: AbortSignal, longestMs: number): Promise<void> {
    const begun = performance.now();
    do await this.runIfDue(signal);
    while (this.#nextAt <= this.#ground.clock.now() && performance.now() - begun < longestMs && !signal.aborted);
    if (this.#opened.source.behind?.() !== true || signal.aborted) return;
    const { basin } = this.#collection;
    const message = `source ${this.#opened.settings.id} has more than could be taken before the start; forecasts begin without it, the rest is taken beside them`;
    this.#ground.logger.warn({ basin, source: this.#opened.settings.id }, message);
  }

  /** Polls if it is time; one call at a time. Never rejects. */
  async runIfDue(signal: AbortSignal): Promise<void> {
    const now = this.#ground.clock.now();
    if (now < this.#nextAt) return;
    try {
      const stood = await this.#take(now);
      this.#nextAt = epochMs(now + this.#opened.settings.every);
      if (stood === null) await this.leave();
      else await this.#poll(stood, now, signal);
    } catch (error) {
      if (signal.aborted) return;
      const passes = isFault(error) && error.kind !== 'defect';
      this.#ground.logger[passes ? 'warn' : 'error']({ err: error, source: this.#opened.settings.id }, 'the poll failed');
      if (!passes) this.#ground.onDefect(error);
    }
  }

  /** Another process polls from now on, or none: connections are given up. */
  async leave(): Promise<void> {
    await this.#opened.source.leave?.();
  }

  #take(now: EpochMs): Promise<FeedRow | null> {
    const { settings, address } = this.#opened;
    const name = { basin: this.#collection.basin, source: settings.id, kind: settings.kind, address, everyMs: settings.every };
    const until = epochMs(now + Math.max(LEASE_MS, 2 * settings.every));
    return takeFeed(this.#ground.pool, name, { owner: this.#ground.owner, now, until });
  }

  async #poll(stood: FeedRow, now: EpochMs, signal: AbortSignal): Promise<void> {
    const outcome = await this.#collect(stood, now, signal);
    if (signal.aborted) return;
    const { pool, clock, logger } = this.#ground;
    const done = clock.now();
    const stalled = await this.#stalled(done);
    this.#sayChanges(stood, stalled, outcome);
    const isBehind = this.#opened.source.behind?.() === true;
    this.#nextAt = this.#whenNext(outcome, { now, done });
    const failed = outcome instanceof SourceFailure;
    const brought = failed ? null : flatOf(outcome);
    const isNews = brought !== null && brought.rain + brought.gauges > 0;
    await saveFeed(pool, {
      ...stood,
      polledAt: now,
      // what waits is of the time since the last success: it must stay within the next window
      succeededAt: failed || isBehind ? stood.succeededAt : now,
      newsAt: isNews ? now : stood.newsAt,
      nextAt: this.#nextAt,
      failures: failed ? stood.failures + 1 : 0,
      failure: failed ? `${outcome.code}: ${outcome.message}` : null,
      brought: brought !== null && (isNews || brought.rejects > 0) ? brought : stood.brought,
      stalled,
    });
    logger.debug({ source: stood.source, ...brought, failed }, 'polled');
  }

  /** A backlog goes on at once; that files cannot be put away does not hold up those that wait. */
  #whenNext(outcome: Collected | SourceFailure, { now, done }: { readonly now: EpochMs; readonly done: EpochMs }): EpochMs {
    const { service, source } = this.#opened;
    const failed = outcome instanceof SourceFailure;
    const wait = failed ? service.failed(outcome.retryAfterMs) : 0;
    if (!failed) service.succeeded();
    if ((!failed || outcome.code === 'FOLDER_UNWRITABLE') && source.behind?.() === true) return now;
    return failed ? epochMs(done + wait) : this.#nextAt;
  }

  /** Asks from the last success on, and further back as polls overlap; after a long outage as far as the source may be asked. */
  async #collect({ succeededAt }: FeedRow, now: EpochMs, signal: AbortSignal): Promise<Collected | SourceFailure> {
    const { source, reachMs, overlapMs } = this.#opened;
    const since = Math.max(succeededAt ?? -Infinity, now - reachMs);
    const window = { after: epochMs(since - overlapMs), until: now };
    try {
      const collected = await collect(this.#collection, window, signal);
      if (succeededAt === null || succeededAt >= window.after || source.behind?.() === true) return collected;
      return await this.#namePassedOver(collected, { from: succeededAt, to: window.after, now });
    } catch (error) {
      if (error instanceof SourceFailure) return error;
      throw error;
    }
  }

  /** An outage that was longer than a source may be asked back: what it had between is not asked for any more, and that is said. */
  async #namePassedOver(collected: Collected, { from, to, now }: Readonly<Record<'from' | 'to' | 'now', EpochMs>>): Promise<Collected> {
    const { settings, isAskedByTime } = this.#opened;
    if (!isAskedByTime) return collected;
    const message = `nothing was had of source ${settings.id} from ${toIso(from)} to ${toIso(to)}, further back than it is asked (reach); to fetch it after all, add a source of the same address under another id with a reach that covers it`;
    const input = isRainSource(settings) ? 'rain' : 'gauges';
    await publishReject(this.#collection, {
      ...{ kind: 'reject', input, subject: settings.id, receivedAt: now },
      ...reject('TIME_PASSED_OVER', message),
    });
    return { ...collected, rejects: collected.rejects + 1 };
  }

  /** The inputs of this source that are older than they usually get. */
  async #stalled(now: EpochMs): Promise<StalledInput[]> {
    const habits = await readHabits(this.#ground.pool, this.#collection.basin, now);
    return habits
      .filter(({ input, newest, usualAgeMs }) => this.#opened.inputs.includes(input) && isStalled(now - newest, usualAgeMs))
      .map(({ input, newest, usualAgeMs }) => ({
        input,
        ageMinutes: Math.round((now - newest) / MINUTE_MS),
        usualMinutes: Math.round(usualAgeMs! / MINUTE_MS),
      }));
  }

  #sayChanges(stood: FeedRow, stalled: readonly StalledInput[], outcome: Collected | SourceFailure): void {
    const { logger } = this.#ground;
    const { source, basin } = stood;
    const before = new Set(stood.stalled.map(({ input }) => input));
    for (const { input, ageMinutes, usualMinutes } of stalled.filter(one => !before.has(one.input))) {
      const message = `${input} of source ${source} has stopped: its newest value is ${ageMinutes} min old, usually up to ${usualMinutes}`;
      logger.warn({ basin, source, input }, message);
    }
    for (const input of before) {
      if (!stalled.some(one => one.input === input)) logger.info({ basin, source, input }, `${input} of source ${source} comes again`);
    }
    if (outcome instanceof SourceFailure) {
      if (stood.failures === 0) logger.warn({ basin, source, code: outcome.code }, `source ${source}: ${outcome.message}`);
    } else if (stood.failures > 0) logger.info({ basin, source }, `source ${source} answers again after ${stood.failures} failure(s)`);
  }
}

/** What a poll brought as the feeds page counts it: cells that a filter took out under the filter's name. */
const flatOf = ({ filtered, ...counts }: Collected) => ({ ...filtered, ...counts });
