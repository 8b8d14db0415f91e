import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochMs } from '#hydrology';
import { reject, type Reject } from '#observation';
import { SourceFailure } from '../http/source-failure.js';
import { Remembered, sha256 } from './remembered.js';

/** Names of files that are still being written, by the habits of rsync, curl, browsers and FTP servers; hidden ones too. */
const UNFINISHED = /^\.|\.(tmp|part|partial|filepart|crdownload|lock)$|~$/i;
/** A file that was changed within this time may still grow: it is taken at the next poll. */
export const SETTLED_MS = 2000;
const SAFE_NAME = /^[\w][\w.+=@-]{0,199}$/;
/** A file of this name would be read. */
export const isReadableName = (name: string): boolean => SAFE_NAME.test(name) && !UNFINISHED.test(name);
/** Files of one poll; the others are for the next, so that a backlog does not have to fit into memory. */
export const MOST_FILES = 64;
/** In the folder `archive`, as sha256sum writes it. */
const KNOWN_CONTENTS = 'SHA256SUMS';

/** A file of a watched folder, read; or why it is not. */
export type ReadFile =
  | { readonly name: string; readonly bytes: Buffer; readonly hash: string; readonly repeated: boolean }
  | { readonly name: string; readonly refused: Reject };

/**
 * A folder into which a partner or a download drops files. Settled files are read in the order of their names and put away to
 * `archive` or, with the reason beside them, to `failed`, when what they gave has been published. The contents that were archived are
 * remembered beside them, so that a repeat is known as one after a restart too.
 */
export class WatchedFolder {
  readonly #known: Remembered;
  #behind = false;
  #fates: { readonly name: string; readonly hash: string | null; readonly why: readonly Reject[] | null }[] = [];

  constructor(
    readonly folder: string,
    private readonly limits: { readonly largestBytes: number; readonly now: () => EpochMs; readonly mostFiles?: number },
  ) {
    this.#known = new Remembered(join(folder, 'archive', KNOWN_CONTENTS));
  }

  /** Files that have settled; each is to get its `fate`. @throws SourceFailure FOLDER_UNREADABLE */
  async *files(signal: AbortSignal): AsyncIterable<ReadFile> {
    this.#fates = [];
    await this.#known.load();
    const names = await this.#settled();
    const { mostFiles = MOST_FILES } = this.limits;
    this.#behind = names.length > mostFiles;
    for (const name of names.slice(0, mostFiles)) {
      if (signal.aborted) return;
      yield await this.#read(name);
    }
  }

  /** More files have settled than a poll takes. */
  get behind(): boolean {
    return this.#behind;
  }

  /** What is to become of a file: the archive, or with reasons the folder `failed`. */
  fate(name: string, hash: string | null, why: readonly Reject[] | null): void {
    this.#fates.push({ name, hash, why });
  }

  /** Puts the files away whose contents have been published. */
  async taken(): Promise<void> {
    for (const { name, hash, why } of this.#fates) {
      await this.#putAway(name, why);
      if (why === null && hash !== null) await this.#known.add(hash, name);
    }
    this.#fates = [];
  }

  async #settled(): Promise<string[]> {
    const entries = await readdir(this.folder, { withFileTypes: true }).catch((cause: unknown) => {
      const { code } = cause as NodeJS.ErrnoException;
      throw new SourceFailure(
        'FOLDER_UNREADABLE',
        `the folder ${this.folder} cannot be read (${code ?? 'no reason'}); make it or correct folder`,
      );
    });
    const names = entries.filter(entry => entry.isFile() && !UNFINISHED.test(entry.name)).map(entry => entry.name); // no links, no folders
    const settled = await Promise.all(
      names.map(async name => this.limits.now() - (await changedAt(join(this.folder, name))) >= SETTLED_MS),
    );
    return names.filter((_, k) => settled[k]).sort();
  }

  async #read(name: string): Promise<ReadFile> {
    const refused = (code: Reject['code'], message: string): ReadFile => ({ name, refused: reject(code, message) });
    if (!SAFE_NAME.test(name)) return refused('FILE_NAME_REFUSED', `${JSON.stringify(name).slice(0, 120)} is no plain file name`);
    const { largestBytes } = this.limits;
    const path = join(this.folder, name);
    try {
      const { size } = await stat(path);
      if (size > largestBytes) return refused('FILE_TOO_LARGE', `${name} has ${size} bytes; up to ${largestBytes} are read`);
      const bytes = await readFile(path);
      const hash = sha256(bytes);
      return { name, bytes, hash, repeated: this.#known.has(hash) };
    } catch (cause) {
      return refused('FILE_UNREADABLE', `${name} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? 'no reason'}`);
    }
  }

  /** Moves a file within its folder; a name that cannot be written plainly goes under its hash. */
  async #putAway(name: string, why: readonly Reject[] | null): Promise<void> {
    const target = join(this.folder, why === null ? 'archive' : 'failed');
    await mkdir(target, { recursive: true });
    const safe = SAFE_NAME.test(name) ? name : sha256(name).slice(0, 16);
    await rename(join(this.folder, name), join(target, safe)).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause; // somebody took it back
    });
    if (why !== null) await writeFile(join(target, `${safe}.txt`), `${why.map(({ code, message }) => `${code}: ${message}`).join('\n')}\n`);
  }
}

async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity, // gone again: not for this poll
  );
}
