import { fillTime } from '#config';
import { DAY_MS, MINUTE_MS, epochMs, floorTo, toIso, type EpochMs } from '#hydrology';
import { reject, type PollWindow } from '#observation';
import { sayUrl } from '../http/fetch-answer.js';
import { SourceFailure } from '../http/source-failure.js';
import { sha256 } from '../sources/remembered.js';
import { MOST_FILES } from '../sources/watched-folder.js';
import type { Delivery, Undelivered } from './delivery.js';
import { Download, isOfOneFile, nameOfAddress, nameWith, refusedForGood, type DownloadedFolder } from './download.js';
import { Round, type FileFailure } from './fetch-each.js';

/** A file and its address. */
interface Timed {
  readonly time: EpochMs;
  readonly url: URL;
}

/** Addresses that a try asks for each file it may fetch. */
const TRIED_FOR_EACH = 6;
/** Files that never came are named one by one up to this many in a poll, then together. */
const NAMED_ALONE = 5;
const SHORTEST_WAIT_MS = 15_000;

/**
 * Polls an address for each time. A file that is not there yet (404) is no failure: it is asked for again when it is late by a quarter more, so
 * ever more seldom, and given up by name when it is late by `overlap`. The time is that of the window, so an outage is made up for. Where nothing of
 * all that is there, the address is wrong or the service has lost its files: that is a failure.
 */
export class TimesDelivery implements Delivery {
  readonly #download: Download;
  /** When an address that gave nothing is asked again. */
  readonly #waiting = new Map<string, EpochMs>();
  /** Of this round: refused or too late. */
  #gaveUp: Timed[] = [];
  #behind = false;

  constructor(private readonly asked: DownloadedFolder) {
    this.#download = new Download(asked);
  }

  async *deliver(window: PollWindow, signal: AbortSignal): AsyncIterable<Undelivered> {
    await this.#download.begin();
    const all = this.#timesOf(window);
    for (const href of this.#waiting.keys()) if (!all.some(({ url }) => url.href === href)) this.#waiting.delete(href);
    const { mostFiles = MOST_FILES } = this.asked;
    const due = all.filter(one => this.#isDue(one)).slice(0, this.asked.mostFiles === undefined ? undefined : mostFiles * TRIED_FOR_EACH);
    const round = new Round<Timed>({
      mostFiles,
      fetch: (one, within) => this.#fetch(one, within),
      subjectOf: ({ url }) => sayUrl(url),
      refusalOf: refusedForGood,
    });
    yield* round.run(due, signal);
    for (const one of round.askedInVain) this.#wait(one);
    if (signal.aborted) return;
    this.#behind = round.behind;
    const late = this.#tooLate(round);
    this.#gaveUp = [...round.refused, ...late.map(({ file }) => file)];
    yield* this.#giveUp(late);
    round.requireService();
    this.#requireSome(all);
  }

  async taken(): Promise<void> {
    for (const { url } of this.#gaveUp.splice(0)) await this.#download.remember(gaveUp(url), `never came: ${sayUrl(url)}`);
  }

  behind(): boolean {
    return this.#behind;
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }

  /** The times of the window that may be there, ascending; for a try descending. */
  #timesOf({ after, until }: PollWindow): Timed[] {
    const { url, step = DAY_MS, offset, delay } = this.asked.settings;
    const times: Timed[] = [];
    for (let time = floorTo(epochMs(after - offset), step) + offset; time <= until - delay; time += step) {
      if (time > after) times.push({ time: epochMs(time), url: new URL(fillTime(url, epochMs(time))) });
    }
    return this.asked.mostFiles === undefined ? times : times.reverse();
  }

  #isDue({ url }: Timed): boolean {
    if (this.#download.knows(came(url)) || this.#download.knows(gaveUp(url))) return false;
    return (this.#waiting.get(url.href) ?? 0) <= this.asked.now();
  }

  async #fetch({ url }: Timed, signal: AbortSignal): Promise<null> {
    const answer = await this.#download.fetch(url, null, signal);
    if (answer.kind !== 'bytes') throw new SourceFailure('REFUSED', `${sayUrl(url)} answers HTTP 304 to a first question`);
    const name = nameOfAddress(url);
    const isOfPath = this.asked.settings.url.split('?')[0]!.includes('{');
    await this.#download.drop(isOfPath ? name : nameWith(name, sha256(url.href).slice(0, 8)), answer.bytes);
    await this.#download.remember(came(url), sayUrl(url));
    this.#waiting.delete(url.href);
    return null;
  }

  /** As late again by a quarter; at the latest when it is given up. */
  #wait({ time, url }: Timed): void {
    const { settings, now } = this.asked;
    const late = now() - time - settings.delay;
    const wait = Math.min(Math.max(SHORTEST_WAIT_MS, late / 4), settings.backOff.longest);
    this.#waiting.set(url.href, epochMs(Math.min(now() + wait, Math.max(now() + SHORTEST_WAIT_MS, time + settings.overlap))));
  }

  /** Asked for in vain, and too long. */
  #tooLate({ failed }: Round<Timed>): FileFailure<Timed>[] {
    const { settings, now } = this.asked;
    return failed.filter(({ file, cause }) => isOfOneFile(cause) && file.time <= now() - settings.overlap);
  }

  *#giveUp(lost: readonly FileFailure<Timed>[]): Iterable<Undelivered> {
    for (const { file } of lost) this.#waiting.delete(file.url.href);
    const late = `did not come within ${Math.round(this.asked.settings.overlap / MINUTE_MS)} min (overlap)`;
    if (lost.length <= NAMED_ALONE) {
      for (const { file, cause } of lost) {
        const message = `the file of ${toIso(file.time)} ${late} and is given up: ${cause.message}`;
        yield { subject: sayUrl(file.url), why: reject('FILE_NEVER_CAME', message) };
      }
      return;
    }
    const [first, last] = [lost[0]!.file, lost.at(-1)!.file];
    const message = `${lost.length} files from ${toIso(first.time)} to ${toIso(last.time)} ${late} and are given up`;
    yield { subject: sayUrl(first.url), why: reject('FILE_NEVER_CAME', message) };
  }

  /** @throws SourceFailure NOTHING_THERE where no file of any time is there: the address is wrong or the service has lost its files */
  #requireSome(all: readonly Timed[]): void {
    if (all.length === 0 || all.some(({ url }) => this.#download.knows(came(url)))) return;
    const times = all.map(({ time }) => time);
    const [oldest, newest] = [epochMs(Math.min(...times)), epochMs(Math.max(...times))];
    const { settings, now } = this.asked;
    if (now() - oldest < settings.overlap / 2) return; // it may come yet
    const range = `from ${toIso(oldest)} to ${toIso(newest)}`;
    throw new SourceFailure('NOTHING_THERE', `no file of ${settings.url.split('?')[0]} is there ${range}; check url, step and offset`);
  }
}

const came = ({ href }: URL): string => `came ${href}`;
const gaveUp = ({ href }: URL): string => `gave up ${href}`;
