import type { GaugeSettings } from '#config';
import type { EpochMs } from '#hydrology';
import type { ObservationSource, Reject } from '#observation';
import { sign } from '../http/credentials.js';
import { fetchAnswer, sayUrl, type Validators } from '../http/fetch-answer.js';
import type { Service } from '../http/service.js';
import { SourceFailure } from '../http/source-failure.js';
import { readAnswer, type AnswerSeen, type GaugeAnswer, type StationCodes } from './gauge-answers.js';
import { addressesOf } from './gauge-dialects.js';
import { News } from './news.js';

/** A gauge service that is asked over HTTP. */
export interface GaugeService {
  readonly settings: GaugeSettings;
  readonly stations: StationCodes;
  readonly service: Service;
  readonly domainFolder: string;
  readonly now: () => EpochMs;
  /** Told of each answer, for a check that shows what was understood. */
  readonly onAnswer?: (answer: AnswerSeen) => void;
}

/** What a service said about its answers of last time, by address; a few at once, since the beginning of the time asked for moves on. */
const MOST_KNOWN = 500;

/**
 * Asks a gauge service for the window and gives what is new in it: pages are followed, an answer that did not change costs a
 * header. A page that fails ends the poll with its failure; what came before is given. An answer that cannot be read (an error page with
 * HTTP 200) is named, the other addresses are asked, and then the poll fails: the values of that time are still to be had.
 */
export function createGaugeService(asked: GaugeService): ObservationSource {
  const news = new News(asked.settings.reach + asked.settings.overlap);
  const known = new Map<string, Validators>();
  let answered = new Map<string, Validators>();
  return {
    id: asked.settings.id,
    poll: async function* ({ after, until }, signal) {
      news.forget();
      answered = new Map();
      let failure: SourceFailure | null = null;
      for (const first of addressesOf(asked.settings, asked.stations.codes, { from: after, to: until })) {
        for await (const { url, answer, receivedAt } of pagesOf(asked, first, { known, answered, signal })) {
          const { rows, others, rejects } = answer;
          asked.onAnswer?.({ url: sayUrl(url), rows, others, rejects, unchanged: false });
          yield* news.values(answer.values);
          yield* news.values(answer.depths);
          yield* news.rejects(answer.rejects, sayUrl(url), receivedAt);
          if (answer.unreadable !== null) failure ??= failureOf(answer.unreadable, url);
        }
      }
      if (failure !== null) throw failure;
    },
    taken: () => {
      news.taken(asked.now());
      if (known.size > MOST_KNOWN) known.clear();
      for (const [url, validators] of answered) known.set(url, validators);
      return Promise.resolve();
    },
  };
}

interface Paging {
  readonly known: ReadonlyMap<string, Validators>;
  readonly answered: Map<string, Validators>;
  readonly signal: AbortSignal;
}

interface Page {
  readonly url: URL;
  readonly answer: GaugeAnswer;
  readonly receivedAt: EpochMs;
}

async function* pagesOf(asked: GaugeService, first: URL, { known, answered, signal }: Paging): AsyncIterable<Page> {
  const { settings, domainFolder, service } = asked;
  let url: URL | null = first;
  for (let page = 0; url !== null; page++) {
    if (page >= settings.pages) {
      throw new SourceFailure(
        'PAGES_WITHOUT_END',
        `${sayUrl(first)} has more than ${settings.pages} pages; raise pages or ask for fewer stations`,
      );
    }
    service.count(asked.now());
    const signed = await sign(url, settings.credentials, domainFolder);
    const limits = { timeoutMs: settings.timeout, largestBytes: settings.largestMb * 2 ** 20 };
    const answer = await fetchAnswer({ ...signed, ...limits, known: known.get(url.href) ?? null }, signal);
    if (answer.kind === 'unchanged') {
      asked.onAnswer?.({ url: sayUrl(url), rows: 0, others: 0, rejects: [], unchanged: true });
      return;
    }
    const receivedAt = asked.now();
    const read = readAnswer(answer.text, receivedAt, settings, asked.stations);
    yield { url, answer: read, receivedAt };
    // not remembered: that it did not change since would be no good news
    if (read.unreadable !== null) return;
    const next = nextPage(read.next, url);
    // the first page of several may stay the same while later ones grow: only a lone page is remembered
    if (page === 0 && next === null) answered.set(url.href, answer.validators);
    url = next;
  }
}

function failureOf({ code, message }: Reject, url: URL): SourceFailure {
  if (code === 'ANSWER_IS_AN_ERROR') return new SourceFailure(code, `${sayUrl(url)}: ${message}`);
  const why = code === 'ANSWER_UNREADABLE' ? message : `${code}: ${message}`;
  return new SourceFailure('ANSWER_UNREADABLE', `${sayUrl(url)}: ${why}`);
}

/** @throws SourceFailure MOVED for a page on another host: it would be asked with our credentials. */
function nextPage(next: string | null, url: URL): URL | null {
  if (next === null || !URL.canParse(next, url)) return null;
  const address = new URL(next, url);
  if (address.origin === url.origin) return address;
  throw new SourceFailure('MOVED', `${sayUrl(url)} names a next page on ${address.origin}; only ${url.origin} is asked`);
}
