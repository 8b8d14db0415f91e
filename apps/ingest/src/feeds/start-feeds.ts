import type { LoadedDomain } from '#config';
import type { Pulse, Stop } from '#runtime';
import { releaseFeeds } from '#store';
import { RainDecoder } from '../decode/rain-decoder.js';
import type { Service } from '../http/service.js';
import { Feed, type FeedGround } from './feed.js';
import { openFeed } from './open-feed.js';

/** Every second each source looks whether it is due; a slow one holds up no other. */
const LOOK = '* * * * * *';

/** Forecasts wait so long for a backlog: a minute takes some thousand files of a basin. */
const CATCH_UP_MS = 60_000;

export interface RunningFeeds {
  readonly count: number;
  stop(): Promise<void>;
}

/**
 * Starts the live sources of the domains: each is asked for what there is, then polls at its own pace, by the given pulse. A backlog that takes
 * longer than `catchUpMs` is taken in the background.
 */
export async function startFeeds(
  ground: Omit<FeedGround, 'clock'>,
  domains: readonly LoadedDomain[],
  pulse: Pulse,
  catchUpMs = CATCH_UP_MS,
): Promise<RunningFeeds> {
  const decoder = new RainDecoder();
  const services = new Map<string, Service>();
  const stop = new AbortController();
  const feeds = domains.flatMap(domain => {
    const gauged = new Set<string>(domain.stations.filter(station => station.gauged).map(({ id }) => id));
    const around = { domain, decoder, services, pool: ground.pool, now: () => pulse.clock.now() };
    return domain.settings.sources.live
      .filter(({ enabled }) => enabled)
      .map(settings => new Feed(openFeed(settings, around), { ...ground, clock: pulse.clock }, { basin: domain.basin, gauged }));
  });
  await Promise.all(feeds.map(feed => feed.catchUp(stop.signal, catchUpMs)));
  const stops: Stop[] = feeds.map(feed => pulse.every(LOOK, () => feed.runIfDue(stop.signal)));
  return {
    count: feeds.length,
    stop: async () => {
      stop.abort();
      await Promise.all(stops.map(end => end()));
      await Promise.all(feeds.map(feed => feed.leave()));
      await decoder.close();
      await releaseFeeds(ground.pool, ground.owner);
    },
  };
}
