import type { Reject } from '#observation';
import { SourceFailure } from '../http/source-failure.js';
import type { Undelivered } from './delivery.js';
import { isNotThere, isOfOneFile } from './download.js';

export interface FileFailure<T> {
  readonly file: T;
  readonly cause: SourceFailure;
}

/** How files are had of a service, and what they are called. */
export interface Fetching<T> {
  readonly mostFiles: number;
  /** null: the file is in the folder. @throws SourceFailure */
  readonly fetch: (file: T, signal: AbortSignal) => Promise<Reject | null>;
  readonly subjectOf: (file: T) => string;
  /** Of a failure that asking again would not change. */
  readonly refusalOf: (cause: unknown, subject: string) => Reject | null;
}

/** One round of downloads, and what came of it. */
export class Round<T> {
  fetched = 0;
  /** Named; they need not be asked for again once that is published. */
  readonly refused: T[] = [];
  readonly failed: FileFailure<T>[] = [];
  /** There are more than one round takes. */
  behind = false;

  constructor(private readonly fetching: Fetching<T>) {}

  /** Fetches one after another. A file that is refused or breaks off holds up no other; a service that fails ends the round. */
  async *run(files: Iterable<T> | AsyncIterable<T>, signal: AbortSignal): AsyncIterable<Undelivered> {
    for await (const file of files) {
      if (signal.aborted) return;
      if (this.fetched === this.fetching.mostFiles) {
        this.behind = true;
        return;
      }
      const outcome = await this.#outcomeOf(file, signal);
      if (outcome === null) this.fetched++;
      else if (outcome instanceof SourceFailure) {
        this.failed.push({ file, cause: outcome });
        if (!isOfOneFile(outcome)) return;
      } else {
        this.refused.push(file);
        yield { subject: this.fetching.subjectOf(file), why: outcome };
      }
    }
  }

  async #outcomeOf(file: T, signal: AbortSignal): Promise<Reject | SourceFailure | null> {
    const { fetch, subjectOf, refusalOf } = this.fetching;
    try {
      return await fetch(file, signal);
    } catch (cause) {
      const why = refusalOf(cause, subjectOf(file));
      if (why !== null) return why;
      if (!(cause instanceof SourceFailure)) throw cause;
      return cause;
    }
  }

  /** Those that were asked for in vain; what the quota left was not asked for. */
  get askedInVain(): T[] {
    return this.failed.filter(({ cause }) => cause.code !== 'QUOTA_SPENT').map(({ file }) => file);
  }

  /** @throws SourceFailure of the service, or of the first file where none could be had */
  requireService(): void {
    const failures = this.failed.map(({ cause }) => cause).filter(cause => !isNotThere(cause));
    const worst = failures.find(cause => !isOfOneFile(cause)) ?? (this.fetched === 0 ? failures[0] : undefined);
    if (worst !== undefined) throw worst;
  }
}

/** Those that broke off before come after the others, whatever order they are listed in. */
export async function* failedLast<T>(files: Iterable<T> | AsyncIterable<T>, hasFailed: (file: T) => boolean): AsyncIterable<T> {
  const later: T[] = [];
  for await (const file of files) {
    if (hasFailed(file)) later.push(file);
    else yield file;
  }
  yield* later;
}
