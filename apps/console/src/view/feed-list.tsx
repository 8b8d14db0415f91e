import type { FeedView } from '#contracts';
import { formatDuration, formatStamp } from '../format.js';
import type { Situation } from '../situation.js';

/** How the live sources stand: which one has stopped, fails or is attended by nobody, and why, in words. */
export function FeedList({ feeds, refused, now }: FeedListProps) {
  return (
    <>
      <FeedTable feeds={feeds} now={now} />
      {refused.count > 0 && (
        <details class="refused" data-test="refused">
          <summary>{refused.count} refused in 24 h</summary>
          <ul>
            {refused.newest.slice(0, SHOWN).map(({ source, code, message, receivedAt }) => (
              <li key={`${source}${receivedAt}${message}`}>
                {formatStamp(Date.parse(receivedAt), now)} {source}: {code}, {message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

interface FeedListProps {
  readonly feeds: readonly FeedView[];
  readonly refused: Situation['refused'];
  readonly now: number;
}

/** The newest are enough to act on; the API has more. */
const SHOWN = 8;

function FeedTable({ feeds, now }: Omit<FeedListProps, 'refused'>) {
  return (
    <table class="inputs" data-test="feeds">
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col">Last news</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {feeds.map(feed => (
          <FeedRow key={feed.source} feed={feed} now={now} />
        ))}
      </tbody>
    </table>
  );
}

const STATES: Readonly<Record<FeedView['state'], string>> = {
  ok: '✓ comes',
  stalled: '! stalled',
  failing: '! fails',
  waiting: '? not polled yet',
  unattended: '? nobody polls it',
};

/** What each filter of rain counts. */
const FILTERED = { spokes: 'rays of spokes', clutter: 'cells of clutter', spikes: 'spikes', speckle: 'cells of speckle' };

function FeedRow({ feed, now }: { readonly feed: FeedView; readonly now: number }) {
  const newsAt = feed.newsAt === null ? null : Date.parse(feed.newsAt);
  const takenOut = Object.entries(FILTERED).flatMap(([filter, what]) => {
    const count = feed.brought[filter] ?? 0;
    return count > 0 ? [`${count} ${what}`] : [];
  });
  const isFresh = feed.state === 'ok' && newsAt !== null;
  return (
    <tr class={isFresh ? 'is-fresh' : 'is-late'} data-feed={feed.source} data-state={feed.state} title={feed.address}>
      <th scope="row">
        {feed.source}
        {feed.failure !== null && <small>{feed.failure}</small>}
        {feed.stalled.map(({ input, ageMinutes, usualMinutes }) => (
          <small key={input}>
            {input}: {formatDuration(ageMinutes * 60_000)} old, usually up to {formatDuration(usualMinutes * 60_000)}
          </small>
        ))}
        {takenOut.length > 0 && <small>taken out as no rain: {takenOut.join(', ')}</small>}
      </th>
      <td>{newsAt === null ? '–' : formatStamp(newsAt, now)}</td>
      <td class="state">{feed.state === 'ok' && newsAt === null ? '? nothing yet' : STATES[feed.state]}</td>
    </tr>
  );
}
