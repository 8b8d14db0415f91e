import { join } from 'node:path';
import { reject, type ListedObject, type PollWindow, type Reject } from '#observation';
import { fetchFile } from '../http/fetch-answer.js';
import { signRequest } from '../http/sign-request.js';
import { Remembered, sha256 } from '../sources/remembered.js';
import { MOST_FILES, isReadableName } from '../sources/watched-folder.js';
import type { Delivery, Undelivered } from './delivery.js';
import { refusedAsAnnounced } from './download.js';
import { dropFile, makeFolder } from './drop-file.js';
import { Round, failedLast } from './fetch-each.js';
import { listBucket, type AskedBucket } from './list-bucket.js';

/** Beside the contents that came, as sha256sum writes it: of key and ETag. */
const KNOWN_OBJECTS = 'OBJECTS';

/**
 * Downloads what is new in a bucket: objects that are listed under a key and ETag that did not come before, and were changed within the time
 * that is asked for. An object that is overwritten comes again.
 */
export class BucketDelivery implements Delivery {
  readonly #known: Remembered;
  readonly #matches: RegExp;
  /** Objects that could not be had: they are fetched after the others. */
  readonly #failed = new Set<string>();
  #round: Round<ListedObject>;

  constructor(private readonly asked: AskedBucket & { readonly folder: string; readonly mostFiles?: number }) {
    this.#known = new Remembered(join(asked.folder, 'archive', KNOWN_OBJECTS));
    this.#matches = globOf(asked.settings.match);
    this.#round = this.#newRound();
  }

  async *deliver(window: PollWindow, signal: AbortSignal): AsyncIterable<Undelivered> {
    await makeFolder(this.asked.folder);
    await this.#known.load();
    this.#round = this.#newRound();
    const fresh = failedLast(this.#listFresh(window, signal), object => this.#failed.has(hashOf(object)));
    yield* this.#round.run(fresh, signal);
    for (const object of this.#round.askedInVain) this.#failed.add(hashOf(object));
    this.#round.requireService();
  }

  async taken(): Promise<void> {
    for (const object of this.#round.refused.splice(0)) await this.#known.add(hashOf(object), object.key);
  }

  behind(): boolean {
    return this.#round.behind;
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }

  #newRound(): Round<ListedObject> {
    return new Round({
      mostFiles: this.asked.mostFiles ?? MOST_FILES,
      fetch: (object, signal) => this.#take(object, signal),
      subjectOf: ({ key }) => key,
      refusalOf: refusedAsAnnounced,
    });
  }

  async *#listFresh(window: PollWindow, signal: AbortSignal): AsyncIterable<ListedObject> {
    for await (const object of listBucket(this.asked, window, signal)) {
      if (this.#isWanted(object, window) && !this.#known.has(hashOf(object))) yield object;
    }
  }

  /** Not a folder (a key that ends with a slash), of a name that is asked for, and changed since. */
  #isWanted({ key, modified }: ListedObject, { after }: PollWindow): boolean {
    return !key.endsWith('/') && this.#matches.test(nameOf(key)) && (modified === null || modified > after);
  }

  #whyNot({ key, bytes }: ListedObject): Reject | null {
    const steps = key.split('/');
    const isPlain = steps.slice(0, -1).every(step => step !== '' && step !== '.' && step !== '..');

    if (!isPlain || /[\u0000-\u001f\u007f\\]/.test(key) || !isReadableName(nameOf(key))) {
      return reject('FILE_NAME_REFUSED', `the key ${JSON.stringify(key).slice(0, 120)} is no plain path of a file`);
    }
    const largest = this.asked.settings.largestMb * 2 ** 20;
    return bytes > largest ? reject('FILE_TOO_LARGE', `${key} has ${bytes} bytes; up to ${largest} are fetched (largestMb)`) : null;
  }

  async #take(object: ListedObject, signal: AbortSignal): Promise<Reject | null> {
    const whyNot = this.#whyNot(object);
    if (whyNot !== null) return whyNot;
    await this.#fetch(object, signal);
    await this.#known.add(hashOf(object), object.key);
    this.#failed.delete(hashOf(object));
    return null;
  }

  async #fetch({ key }: ListedObject, signal: AbortSignal): Promise<void> {
    const { settings, service, domainFolder, folder, now } = this.asked;
    const url = new URL(`${settings.url.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`);
    service.count(now());
    const signed = await signRequest(url, settings, domainFolder);
    const limits = { timeoutMs: settings.timeout, largestBytes: settings.largestMb * 2 ** 20 };
    const answer = await fetchFile({ ...signed, ...limits, known: null }, signal);
    const bytes = answer.kind === 'bytes' ? answer.bytes : Buffer.alloc(0);
    await dropFile(folder, { name: nameOf(key), bytes, now: now() });
  }
}

const hashOf = ({ etag, key }: ListedObject): string => sha256(`${etag} ${key}`);
const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** * and ? stand for any characters and any one. */
function globOf(text: string): RegExp {
  const escaped = text.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 's');
}
