import { fillTime, type BucketSettings } from '#config';
import { HOUR_MS, epochMs, floorTo, type EpochMs } from '#hydrology';
import { Refusal, decodeBucketListing, type BucketListing, type ListedObject, type PollWindow } from '#observation';
import { fetchAnswer, sayUrl } from '../http/fetch-answer.js';
import type { Service } from '../http/service.js';
import { signRequest } from '../http/sign-request.js';
import { SourceFailure } from '../http/source-failure.js';

/** A bucket as it is asked. */
export interface AskedBucket {
  readonly settings: BucketSettings;
  readonly service: Service;
  readonly domainFolder: string;
  readonly now: () => EpochMs;
}

/**
 * The objects of a bucket whose keys begin with the prefix, with the dates of the window put in, in the order of their keys.
 * @throws SourceFailure for a bucket that does not answer, lists without end (a token comes again, or more pages than are allowed) or
 * answers something else (LISTING_UNREADABLE).
 */
export async function* listBucket(asked: AskedBucket, window: PollWindow, signal: AbortSignal): AsyncIterable<ListedObject> {
  const { settings } = asked;
  let pages = 0;
  for (const prefix of prefixesOf(settings.prefix, window)) {
    const tokens = new Set<string>();
    let token: string | null = null;
    do {
      pages++;
      if (pages > settings.pages || (token !== null && tokens.has(token))) throw endless(settings, token !== null && tokens.has(token));
      if (token !== null) tokens.add(token);
      const page = await readPage(asked, addressOf(settings, { prefix, token, after: window.after }), signal);
      yield* page.objects;
      token = page.next;
    } while (token !== null);
  }
}

function endless({ url, pages }: BucketSettings, isLoop: boolean): SourceFailure {
  const why = isLoop ? 'leads back to a page that was read' : `has more than ${pages} pages; raise pages or write a longer prefix`;
  return new SourceFailure('PAGES_WITHOUT_END', `the listing of ${url} ${why}`);
}

interface PageOf {
  readonly prefix: string;
  readonly token: string | null;
  readonly after: EpochMs;
}

function addressOf(settings: BucketSettings, { prefix, token, after }: PageOf): URL {
  const url = new URL(settings.url);
  url.searchParams.set('list-type', '2');
  url.searchParams.set('encoding-type', 'url'); // keys may hold what XML cannot
  if (prefix !== '') url.searchParams.set('prefix', prefix);
  if (token !== null) url.searchParams.set('continuation-token', token);
  else if (settings.startAfter !== undefined) url.searchParams.set('start-after', fillTime(settings.startAfter, after));
  return url;
}

async function readPage({ settings, service, domainFolder, now }: AskedBucket, url: URL, signal: AbortSignal): Promise<BucketListing> {
  service.count(now());
  const signed = await signRequest(url, settings, domainFolder);
  const limits = { timeoutMs: settings.timeout, largestBytes: settings.largestMb * 2 ** 20 };
  const answer = await fetchAnswer({ ...signed, ...limits, known: null }, signal);
  try {
    return decodeBucketListing(answer.kind === 'text' ? answer.text : '');
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new SourceFailure('LISTING_UNREADABLE', `${sayUrl(url)}: ${cause.message}`);
  }
}

/** One for each hour, day, month or year of the window, as the template has it. */
export function prefixesOf(template: string, { after, until }: PollWindow): string[] {
  const prefixes = new Set<string>();
  for (let hour: number = floorTo(after, HOUR_MS); hour <= until; hour += HOUR_MS) prefixes.add(fillTime(template, epochMs(hour)));
  return [...prefixes];
}
