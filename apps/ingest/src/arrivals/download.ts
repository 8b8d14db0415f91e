import { join } from 'node:path';
import type { DownloadSettings } from '#config';
import type { EpochMs } from '#hydrology';
import { reject, type Reject } from '#observation';
import { sign } from '../http/credentials.js';
import { fetchFile, type FileAnswer, type Validators } from '../http/fetch-answer.js';
import type { Service } from '../http/service.js';
import { SourceFailure } from '../http/source-failure.js';
import { Remembered, sha256 } from '../sources/remembered.js';
import { isReadableName } from '../sources/watched-folder.js';
import { dropFile, makeFolder } from './drop-file.js';

/** Beside the contents that came, as sha256sum writes it: of an address and what says that it is another content. */
const KNOWN_ADDRESSES = 'ADDRESSES';

/** A folder that is filled from plain addresses. */
export interface DownloadedFolder {
  readonly settings: DownloadSettings;
  readonly service: Service;
  readonly folder: string;
  readonly domainFolder: string;
  readonly now: () => EpochMs;
  /** A try fetches so many files, the newest. */
  readonly mostFiles?: number;
}

/** What the three ways of polling an address share: asking within the limits of the service, dropping, remembering. */
export class Download {
  readonly #known: Remembered;

  constructor(readonly asked: DownloadedFolder) {
    this.#known = new Remembered(join(asked.folder, 'archive', KNOWN_ADDRESSES));
  }

  async begin(): Promise<void> {
    await makeFolder(this.asked.folder);
    await this.#known.load();
  }

  knows(what: string): boolean {
    return this.#known.has(sha256(what));
  }

  async remember(what: string, name = what): Promise<void> {
    await this.#known.add(sha256(what), name);
  }

  /** One conditional GET. @throws SourceFailure */
  async fetch(url: URL, known: Validators | null, signal: AbortSignal): Promise<FileAnswer> {
    const { settings, service, domainFolder, now } = this.asked;
    service.count(now());
    const signed = await sign(url, settings.credentials, domainFolder);
    return fetchFile({ ...signed, timeoutMs: settings.timeout, largestBytes: settings.largestMb * 2 ** 20, known }, signal);
  }

  async drop(name: string, bytes: Uint8Array): Promise<void> {
    await dropFile(this.asked.folder, { name, bytes, now: this.asked.now() });
  }
}

/** Of what asking again would not change: too large, or gone for good. */
export function refusedForGood(cause: unknown, subject: string): Reject | null {
  if (!(cause instanceof SourceFailure)) return null;
  if (cause.code === 'TOO_LARGE') return reject('FILE_TOO_LARGE', `${subject}: ${cause.message}`);
  return cause.code === 'REFUSED' && cause.status === 410 ? reject('FILE_UNREADABLE', `${subject}: ${cause.message}`) : null;
}

/** The same of a file that a listing, an index or a message names: one that is not there will not come. */
export function refusedAsAnnounced(cause: unknown, subject: string): Reject | null {
  const isGone = isNotThere(cause) || (cause instanceof SourceFailure && cause.status === 410);
  if (!isGone) return refusedForGood(cause, subject);
  return reject('FILE_UNREADABLE', `${subject} was announced, but is not there: ${(cause as Error).message}`);
}

export const isNotThere = (cause: unknown): boolean => cause instanceof SourceFailure && cause.code === 'REFUSED' && cause.status === 404;

/** It concerns this file alone; others of the service may be had. */
export const isOfOneFile = (cause: unknown): boolean => isNotThere(cause) || (cause instanceof SourceFailure && cause.code === 'CUT_SHORT');

/** A file's name in the folder: the end of its path as far as it can be one. */
export function nameOfAddress({ pathname }: URL): string {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1).replaceAll(/%[0-9a-f]{2}|[^\w.+=@-]/gi, '_');
  return isReadableName(last) ? last : sha256(pathname).slice(0, 16);
}

/** The same name with something before its ending: contents of one address must not lie over each other in the archive. */
export function nameWith(name: string, mark: string): string {
  const [, stem, ending] = /^(.+?)((?:\.\w{1,8}){0,2})$/.exec(name)!;
  return `${stem!.slice(0, 150)}_${mark}${ending}`;
}
