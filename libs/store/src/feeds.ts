import type { FeedView } from '#contracts';
import { MINUTE_MS, toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** An input that is older than it usually gets. */
export interface StalledInput {
  readonly input: string;
  readonly ageMinutes: number;
  readonly usualMinutes: number;
}

/** How a live source stands. */
export interface FeedRow {
  readonly basin: string;
  readonly source: string;
  readonly kind: string;
  /** URL without its query, or folder. */
  readonly address: string;
  readonly everyMs: number;
  readonly polledAt: EpochMs | null;
  readonly succeededAt: EpochMs | null;
  readonly newsAt: EpochMs | null;
  readonly nextAt: EpochMs | null;
  /** In a row. */
  readonly failures: number;
  /** Code and message of the last poll's failure. */
  readonly failure: string | null;
  readonly brought: Readonly<Record<string, number>>;
  readonly stalled: readonly StalledInput[];
}

export interface FeedLease {
  readonly basin: string;
  readonly source: string;
  readonly owner: string;
  readonly now: EpochMs;
  readonly until: EpochMs;
}

/** Names a source whose poll may begin. */
export type FeedName = Pick<FeedRow, 'basin' | 'source' | 'kind' | 'address' | 'everyMs'>;

/**
 * Takes or renews the right to poll a source, so that of several processes one does.
 * @returns how the source stands; null when another process holds it.
 */
export async function takeFeed(db: Queryable, name: FeedName, lease: Omit<FeedLease, 'basin' | 'source'>): Promise<FeedRow | null> {
  const { rows } = await db.query<FeedRecord>(
    `insert into feed as held (basin, source, kind, address, every_s, lease_owner, lease_until) values ($1, $2, $3, $4, $5, $6, $8)
     on conflict (basin, source) do update
       set kind = excluded.kind, address = excluded.address, every_s = excluded.every_s,
         lease_owner = excluded.lease_owner, lease_until = excluded.lease_until
       where held.lease_owner is null or held.lease_owner = excluded.lease_owner or held.lease_until < $7
     returning *`,
    [name.basin, name.source, name.kind, name.address, name.everyMs / 1000, lease.owner, toIso(lease.now), toIso(lease.until)],
  );
  return rows[0] === undefined ? null : rowOf(rows[0]);
}

/** Notes how a source stands after a poll. */
export async function saveFeed(db: Queryable, feed: FeedRow): Promise<void> {
  await db.query(
    `update feed set polled_at = $3, succeeded_at = $4, news_at = $5, next_at = $6, failures = $7, failure = $8, brought = $9, stalled = $10
     where basin = $1 and source = $2`,
    [
      feed.basin,
      feed.source,
      ...[feed.polledAt, feed.succeededAt, feed.newsAt, feed.nextAt].map(time => (time === null ? null : toIso(time))),
      feed.failures,
      feed.failure,
      JSON.stringify(feed.brought),
      JSON.stringify(feed.stalled),
    ],
  );
}

/** Lets another process take the sources of this one at once. */
export async function releaseFeeds(db: Queryable, owner: string): Promise<void> {
  await db.query('update feed set lease_owner = null, lease_until = null where lease_owner = $1', [owner]);
}

/** How the live sources of a basin stand. */
export async function readFeeds(db: Queryable, basin: string): Promise<FeedRow[]> {
  const { rows } = await db.query<FeedRecord>('select * from feed where basin = $1 order by source', [basin]);
  return rows.map(rowOf);
}

/** How the live sources of a basin stand, as the API shows them. */
export async function readFeedViews(db: Queryable, basin: string, now: EpochMs): Promise<FeedView[]> {
  return (await readFeeds(db, basin)).map(({ everyMs, polledAt, succeededAt, newsAt, nextAt, ...feed }) => ({
    ...feed,
    state: stateOf({ ...feed, everyMs, polledAt, nextAt }, now),
    ...{ polledAt: isoOrNull(polledAt), succeededAt: isoOrNull(succeededAt), newsAt: isoOrNull(newsAt), nextAt: isoOrNull(nextAt) },
    ...{ brought: { ...feed.brought }, stalled: [...feed.stalled] },
  }));
}

/** A poll may take its time; nobody attends to a source that was not polled this long after it was due. */
const UNATTENDED_MS = 5 * MINUTE_MS;

function stateOf(feed: Pick<FeedRow, 'everyMs' | 'polledAt' | 'nextAt' | 'failures' | 'stalled'>, now: EpochMs): FeedView['state'] {
  const { everyMs, polledAt, nextAt, failures, stalled } = feed;
  if (polledAt === null) return 'waiting';
  if (now > (nextAt ?? polledAt) + Math.max(UNATTENDED_MS, 2 * everyMs)) return 'unattended';
  if (failures > 0) return 'failing';
  return stalled.length > 0 ? 'stalled' : 'ok';
}

const isoOrNull = (time: EpochMs | null): string | null => (time === null ? null : toIso(time));

interface FeedRecord {
  readonly basin: string;
  readonly source: string;
  readonly kind: string;
  readonly address: string;
  readonly every_s: number;
  readonly polled_at: EpochMs | null;
  readonly succeeded_at: EpochMs | null;
  readonly news_at: EpochMs | null;
  readonly next_at: EpochMs | null;
  readonly failures: number;
  readonly failure: string | null;
  readonly brought: Record<string, number>;
  readonly stalled: StalledInput[];
}

function rowOf(record: FeedRecord): FeedRow {
  const { basin, source, kind, address, failures, failure, brought, stalled } = record;
  return {
    ...{ basin, source, kind, address, failures, failure, brought, stalled },
    everyMs: record.every_s * 1000,
    polledAt: record.polled_at,
    succeededAt: record.succeeded_at,
    newsAt: record.news_at,
    nextAt: record.next_at,
  };
}
