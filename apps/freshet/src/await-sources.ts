import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from '#bus';
import type { LoadedDomain } from '#config';
import type { Clock, Logger } from '#runtime';
import { readFeedViews, type Pool } from '#store';
import { untilArchived } from './open-bus.js';

/** As long as ingest takes of a backlog before its own start, and as long again for its process to begin. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 500;

export interface AwaitedSources {
  readonly pool: Pool;
  readonly domains: readonly LoadedDomain[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bus: Bus;
  readonly patienceMs?: number;
}

/**
 * Waits until other processes have asked every live source since they were started, and what came of it is archived: forecasts that begin
 * together with ingest would else spin up on nothing. A source that nobody attends to is named and no longer waited for.
 */
export async function awaitSources({ pool, domains, clock, logger, bus, patienceMs = PATIENCE_MS }: AwaitedSources): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs);
  let open = await unattended(pool, domains, clock);
  while (open.length > 0 && !patience.aborted) {
    await delay(LOOK_MS);
    open = await unattended(pool, domains, clock);
  }
  if (open.length > 0) {
    const message = `forecasts begin without ${open.join(', ')}: nobody has asked these sources within ${patienceMs / 1000} s; is a process with the role ingest running?`;
    logger.warn({ sources: open }, message);
  }
  await untilArchived(bus, patience);
}

/** Sources of which nothing was taken in yet, or nothing any more; one that was asked and failed is attended to. */
async function unattended(pool: Pool, domains: readonly LoadedDomain[], clock: Clock): Promise<string[]> {
  const open = domains.map(async ({ basin, settings }) => {
    const views = await readFeedViews(pool, basin, clock.now());
    const attended = views.filter(({ state, succeededAt }) => state === 'failing' || (succeededAt !== null && state !== 'unattended'));
    const enabled = settings.sources.live.filter(source => source.enabled).map(({ id }) => id);
    return enabled.filter(id => !attended.some(({ source }) => source === id)).map(id => `${basin}/${id}`);
  });
  return (await Promise.all(open)).flat();
}
