import { fillTime, namePattern, type NamePattern } from '#config';
import { HOUR_MS, type EpochMs } from '#hydrology';
import { Refusal, decodeDirectoryIndex, reject, type IndexedFile, type PollWindow, type Reject } from '#observation';
import { sayUrl } from '../http/fetch-answer.js';
import { SourceFailure } from '../http/source-failure.js';
import { MOST_FILES, isReadableName } from '../sources/watched-folder.js';
import type { Delivery, Undelivered } from './delivery.js';
import { Download, isNotThere, refusedAsAnnounced, type DownloadedFolder } from './download.js';
import { Round, failedLast } from './fetch-each.js';
import { prefixesOf } from './list-bucket.js';

/** A file of an index. */
interface Listed extends IndexedFile {
  readonly url: URL;
  /** It came when this is known: the address, and the date and size beside it. */
  readonly known: string;
}

/** Indexes say the local time of their server, whatever that is. */
const LOCAL_TIME_MS = 14 * HOUR_MS;
const MOST_NAMED = 60;

/**
 * Polls the index of a folder and downloads what is new in it: a name that did not come before, or came with another date or size. A name's time, else
 * the date beside it, says whether it is of the time that is made up for.
 */
export class IndexDelivery implements Delivery {
  readonly #download: Download;
  readonly #pattern: NamePattern;
  /** Files that broke off: they are fetched after the others. */
  readonly #failed = new Set<string>();
  #round: Round<Listed>;

  constructor(private readonly asked: DownloadedFolder) {
    this.#download = new Download(asked);
    this.#pattern = namePattern(asked.settings.match!);
    this.#round = this.#newRound();
  }

  async *deliver(window: PollWindow, signal: AbortSignal): AsyncIterable<Undelivered> {
    await this.#download.begin();
    this.#round = this.#newRound();
    const found = await this.#list(window, signal);
    const fresh = found.filter(one => !this.#download.knows(one.known));
    yield* this.#round.run(
      failedLast(fresh, one => this.#failed.has(one.known)),
      signal,
    );
    for (const { known } of this.#round.askedInVain) this.#failed.add(known);
    this.#round.requireService();
  }

  async taken(): Promise<void> {
    for (const { known, url } of this.#round.refused.splice(0)) await this.#download.remember(known, sayUrl(url));
  }

  behind(): boolean {
    return this.#round.behind;
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }

  #newRound(): Round<Listed> {
    const { mostFiles = MOST_FILES } = this.asked;
    return new Round({
      mostFiles,
      fetch: (one, signal) => this.#take(one, signal),
      subjectOf: ({ url }) => sayUrl(url),
      refusalOf: refusedAsAnnounced,
    });
  }

  /**
   * What the indexes name and is asked for, by name; for a try the last names first.
   * @throws SourceFailure NOTHING_THERE where no name fits: the pattern or the address is wrong
   */
  async #list(window: PollWindow, signal: AbortSignal): Promise<Listed[]> {
    const { settings, now } = this.asked;
    const oldest = (now() - settings.reach - settings.overlap) as EpochMs;
    const listed = await this.#readIndexes(
      prefixesOf(settings.url, window).map(address => new URL(address)),
      signal,
    );
    const named = listed.filter(({ name }) => this.#pattern.matches(name));
    if (named.length === 0) {
      const others =
        listed.length === 0 ? 'it names no file' : `it names ${listed.length} others, such as ${listed.at(-1)!.name.slice(0, MOST_NAMED)}`;
      throw new SourceFailure(
        'NOTHING_THERE',
        `the index ${fillTime(settings.url.split('?')[0]!, window.until)} names no file of ${settings.match}: ${others}; check url and match`,
      );
    }
    const wanted = named.filter(({ name, modified }) => {
      const time = this.#pattern.timeOf(name);
      return time === null ? modified === null || modified > oldest - LOCAL_TIME_MS : time > oldest;
    });
    const sorted = wanted.sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.asked.mostFiles === undefined ? sorted : sorted.reverse();
  }

  /** A folder of a day or an hour may not be there yet, and older ones no longer, as long as one is. */
  async #readIndexes(addresses: readonly URL[], signal: AbortSignal): Promise<Listed[]> {
    const listed: Listed[] = [];
    let absent: SourceFailure | null = null;
    let read = 0;
    for (const base of addresses) {
      try {
        listed.push(...(await this.#readIndex(base, signal)));
        read++;
      } catch (cause) {
        if (!(cause instanceof SourceFailure) || !isNotThere(cause)) throw cause;
        absent = cause;
      }
    }
    if (read === 0 && absent !== null) throw absent;
    return listed;
  }

  async #readIndex(base: URL, signal: AbortSignal): Promise<Listed[]> {
    const answer = await this.#download.fetch(base, null, signal);
    const text = answer.kind === 'bytes' ? new TextDecoder().decode(answer.bytes) : '';
    try {
      const files = decodeDirectoryIndex(text, base);
      return files.map(file => {
        const url = new URL(encodeURIComponent(file.name), new URL('.', base));
        return { ...file, url, known: `${url.href} ${file.said}` };
      });
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      throw new SourceFailure('LISTING_UNREADABLE', `${sayUrl(base)}: ${cause.message}`);
    }
  }

  async #take({ name, url, known }: Listed, signal: AbortSignal): Promise<Reject | null> {
    if (!isReadableName(name)) {
      return reject('FILE_NAME_REFUSED', `the index names ${JSON.stringify(name).slice(0, 120)}, which is no plain file name`);
    }
    const answer = await this.#download.fetch(url, null, signal);
    if (answer.kind !== 'bytes') throw new SourceFailure('REFUSED', `${sayUrl(url)} answers HTTP 304 to a first question`);
    await this.#download.drop(name, answer.bytes);
    await this.#download.remember(known, sayUrl(url));
    this.#failed.delete(known);
    return null;
  }
}
