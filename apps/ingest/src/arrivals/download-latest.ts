import type { PollWindow } from '#observation';
import { sayUrl, type Validators } from '../http/fetch-answer.js';
import { sha256 } from '../sources/remembered.js';
import type { Delivery, Undelivered } from './delivery.js';
import { Download, nameOfAddress, nameWith, type DownloadedFolder } from './download.js';

/**
 * Polls one address whose content changes. What did not change costs a header (ETag, Last-Modified, HTTP 304); what counts is the content,
 * whatever its ETag says: the same under another one is not taken again, another one under the same is. Whatever goes wrong is a failure of
 * the source: there is no other file that could go on.
 */
export class LatestDelivery implements Delivery {
  readonly #download: Download;
  readonly #url: URL;
  /** Of the answer that is in the folder; after a restart it is asked for once more. */
  #validators: Validators | null = null;

  constructor(asked: DownloadedFolder) {
    this.#download = new Download(asked);
    this.#url = new URL(asked.settings.url);
  }

  async *deliver(_window: PollWindow, signal: AbortSignal): AsyncIterable<Undelivered> {
    await this.#download.begin();
    const answer = await this.#download.fetch(this.#url, this.#validators, signal);
    if (answer.kind === 'unchanged') return;
    const content = sha256(answer.bytes);
    const known = `${this.#url.href} ${content}`;
    if (!this.#download.knows(known)) {
      await this.#download.drop(nameWith(nameOfAddress(this.#url), content.slice(0, 8)), answer.bytes);
      await this.#download.remember(known, sayUrl(this.#url));
    }
    this.#validators = answer.validators;
  }

  taken(): Promise<void> {
    return Promise.resolve();
  }

  behind(): boolean {
    return false;
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }
}
