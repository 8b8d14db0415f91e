import { join } from 'node:path';
import { reject, type ListedObject, type PollWindow, type Reject } from '#observation';
import { fetchFile } from '../http/fetch-answer.js';
import { signRequest } from '../http/sign-request.js';
import { SourceFailure } from '../http/source-failure.js';
import { Remembered, sha256 } from '../sources/remembered.js';
import { MOST_FILES, isReadableName } from '../sources/watched-folder.js';
import type { Delivery, Undelivered } from './delivery.js';
import { dropFile, makeFolder } from './drop-file.js';
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
  #refused: { readonly hash: string; readonly key: string }[] = [];
  #behind = false;

  constructor(private readonly asked: AskedBucket & { readonly folder: string; readonly mostFiles?: number }) {
    this.#known = new Remembered(join(asked.folder, 'archive', KNOWN_OBJECTS));
    this.#matches = globOf(asked.settings.match);
  }

  async *deliver(window: PollWindow, signal: AbortSignal): AsyncIterable<Undelivered> {
    await makeFolder(this.asked.folder);
    await this.#known.load();
    [this.#refused, this.#behind] = [[], false];
    let room = this.asked.mostFiles ?? MOST_FILES;
    for await (const object of listBucket(this.asked, window, signal)) {
      const hash = sha256(`${object.etag} ${object.key}`);
      if (this.#known.has(hash) || !this.#isWanted(object, window)) continue;
      if (room-- <= 0) {
        this.#behind = true;
        return;
      }
      const why = this.#whyNot(object) ?? (await this.#fetch(object, signal));
      if (why === null) await this.#known.add(hash, object.key);
      else {
        this.#refused.push({ hash, key: object.key });
        yield { subject: object.key, why };
      }
    }
  }

  async taken(): Promise<void> {
    for (const { hash, key } of this.#refused) await this.#known.add(hash, key);
    this.#refused = [];
  }

  behind(): boolean {
    return this.#behind;
  }

  leave(): Promise<void> {
    return Promise.resolve();
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

  async #fetch({ key }: ListedObject, signal: AbortSignal): Promise<Reject | null> {
    const { settings, service, domainFolder, folder, now } = this.asked;
    const url = new URL(`${settings.url.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`);
    service.count(now());
    try {
      const signed = await signRequest(url, settings, domainFolder);
      const limits = { timeoutMs: settings.timeout, largestBytes: settings.largestMb * 2 ** 20 };
      const answer = await fetchFile({ ...signed, ...limits, known: null }, signal);
      const bytes = answer.kind === 'bytes' ? answer.bytes : Buffer.alloc(0);
      await dropFile(folder, { name: nameOf(key), bytes, now: now() });
      return null;
    } catch (cause) {
      const why = refusalOf(cause, key);
      if (why === null) throw cause;
      return why;
    }
  }
}

/** Of what asking again would not change. */
export function refusalOf(cause: unknown, subject: string): Reject | null {
  if (!(cause instanceof SourceFailure)) return null;
  if (cause.code === 'TOO_LARGE') return reject('FILE_TOO_LARGE', `${subject}: ${cause.message}`);
  const isGone = cause.code === 'REFUSED' && (cause.status === 404 || cause.status === 410);
  return isGone ? reject('FILE_UNREADABLE', `${subject} was announced, but is not there: ${cause.message}`) : null;
}

const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** * and ? stand for any characters and any one. */
function globOf(text: string): RegExp {
  const escaped = text.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 's');
}
