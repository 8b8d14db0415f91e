import { constants, type BigIntStats, type Dirent } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochMs } from '#hydrology';
import { reject, type Reject } from '#observation';
import { SourceFailure } from '../http/source-failure.js';
import { isPlainName, isReadableName, isUnfinished } from './file-name.js';
import { Remembered, sha256 } from './remembered.js';

export { isReadableName };

/** A file that was changed within this time may still grow: it is taken at the next poll. */
export const SETTLED_MS = 2000;
/** Files of one poll; the others are for the next, so that a backlog does not have to fit into memory. */
export const MOST_FILES = 64;
/** In the folder `archive`, as sha256sum writes it. */
const KNOWN_CONTENTS = 'SHA256SUMS';
/** Of the folder itself; links to other disks are as good. */
const OWN = new Set(['archive', 'failed']);

/** A file of a watched folder, read; or why it is not. */
export type ReadFile =
  | { readonly name: string; readonly bytes: Buffer; readonly hash: string; readonly repeated: boolean }
  | { readonly name: string; readonly refused: Reject };

interface Fate {
  readonly name: string;
  readonly hash: string | null;
  readonly why: readonly Reject[] | null;
  /** Of the file that was read: another may have come under its name since. */
  readonly identity: string;
}

/**
 * A folder into which a partner or a download drops files. Settled files are read in the order of their names and put away to
 * `archive` or, with the reason beside them, to `failed`, when what they gave has been published. The contents that were archived are
 * remembered beside them, so that a repeat is known as one after a restart too. What cannot be put away stays where it is and is not
 * read again while this process runs; the others are not held up by it.
 */
export class WatchedFolder {
  readonly #known: Remembered;
  #behind = false;
  #fates: Fate[] = [];
  /** By name: published, but still here, since `archive` or `failed` takes nothing. */
  readonly #stuck = new Map<string, Fate>();
  readonly #identities = new Map<string, string>();

  constructor(
    readonly folder: string,
    private readonly limits: { readonly largestBytes: number; readonly now: () => EpochMs; readonly mostFiles?: number },
  ) {
    this.#known = new Remembered(join(folder, 'archive', KNOWN_CONTENTS));
  }

  /** Files that have settled; each is to get its `fate`. @throws SourceFailure FOLDER_UNREADABLE */
  async *files(signal: AbortSignal): AsyncIterable<ReadFile> {
    this.#fates = [];
    this.#identities.clear();
    await this.#known.load();
    const found = await this.#settled();
    const { mostFiles = MOST_FILES } = this.limits;
    this.#behind = found.length > mostFiles;
    for (const { name, stats } of found.slice(0, mostFiles)) {
      if (signal.aborted) return;
      const file = await this.#read(name, stats);
      if (file !== null) yield file;
    }
  }

  /** More files have settled than a poll takes. */
  get behind(): boolean {
    return this.#behind;
  }

  /** What is to become of a file: the archive, or with reasons the folder `failed`. */
  fate(name: string, hash: string | null, why: readonly Reject[] | null): void {
    this.#fates.push({ name, hash, why, identity: this.#identities.get(name) ?? '' });
  }

  /**
   * Puts the files away whose contents have been published.
   * @throws SourceFailure FOLDER_UNWRITABLE when all that can be are, and some could not.
   */
  async taken(): Promise<void> {
    const all = [...this.#stuck.values(), ...this.#fates];
    this.#fates = [];
    this.#stuck.clear();
    let failure: { readonly name: string; readonly cause: unknown } | null = null;
    for (const fate of all) {
      try {
        await this.#putAway(fate);
        if (fate.why === null && fate.hash !== null) await this.#known.add(fate.hash, fate.name);
      } catch (cause) {
        this.#stuck.set(fate.name, fate);
        failure ??= { name: fate.name, cause };
      }
    }
    if (failure !== null) throw this.#unwritable(failure.name, failure.cause);
  }

  #unwritable(name: string, cause: unknown): SourceFailure {
    const what = `${this.#stuck.size} file(s) of the folder ${this.folder}, such as ${JSON.stringify(name).slice(0, 120)},`;
    const remedy = 'make room or let Freshet write to archive and failed in it';
    return new SourceFailure('FOLDER_UNWRITABLE', `${what} were read and cannot be put away (${codeOf(cause)}); ${remedy}`);
  }

  async #settled(): Promise<Seen[]> {
    const entries = await readdir(this.folder, { withFileTypes: true }).catch((cause: unknown) => {
      throw new SourceFailure(
        'FOLDER_UNREADABLE',
        `the folder ${this.folder} cannot be read (${codeOf(cause)}); make it or correct folder`,
      );
    });
    const names = entries.filter(concerns).map(({ name }) => name);
    const seen = await Promise.all(names.map(async name => ({ name, stats: await statOf(join(this.folder, name)) })));
    return seen
      .filter((one): one is Seen => one.stats !== null && this.#hasSettled(one.stats) && !this.#isStuck(one.name, one.stats))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A stamp that the sender set ahead of time does not count: the file would wait for that day in silence. */
  #hasSettled({ mtimeMs, ctimeMs }: BigIntStats): boolean {
    return this.limits.now() - Number(mtimeMs < ctimeMs ? mtimeMs : ctimeMs) >= SETTLED_MS;
  }

  #isStuck = (name: string, stats: BigIntStats): boolean => this.#stuck.get(name)?.identity === identityOf(stats);

  /** Null for a file that is gone, or that changes while it is read: it is for a later poll. */
  async #read(name: string, stats: BigIntStats): Promise<ReadFile | null> {
    this.#identities.set(name, identityOf(stats));
    const refused = (code: Reject['code'], message: string): ReadFile => ({ name, refused: reject(code, message) });
    if (!isPlainName(name)) return refused('FILE_NAME_REFUSED', `${JSON.stringify(name).slice(0, 120)} is no plain file name`);
    if (!stats.isFile()) return refused('FILE_UNREADABLE', `${name} is ${kindOf(stats)}, no file; put the file itself there`);
    const { largestBytes } = this.limits;
    if (stats.size > largestBytes) return refused('FILE_TOO_LARGE', `${name} has ${stats.size} bytes; up to ${largestBytes} are read`);
    try {
      const bytes = await readUnchanged(join(this.folder, name), stats);
      if (bytes === null) return null;
      const hash = sha256(bytes);
      return { name, bytes, hash, repeated: this.#known.has(hash) };
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return null; // somebody took it back
      return refused('FILE_UNREADABLE', `${name} cannot be read: ${codeOf(cause)}`);
    }
  }

  /**
   * Moves a file within its folder; a name that cannot be written plainly goes under its hash. One that was replaced since it was read
   * stays: it was not read.
   */
  async #putAway({ name, why, identity }: Fate): Promise<void> {
    const target = join(this.folder, why === null ? 'archive' : 'failed');
    await mkdir(target, { recursive: true });
    const [from, safe] = [join(this.folder, name), isPlainName(name) ? name : sha256(name).slice(0, 16)];
    // the reason first: a file in `failed` without one could not be understood
    if (why !== null) await writeAnew(join(target, `${safe}.txt`), `${why.map(({ code, message }) => `${code}: ${message}`).join('\n')}\n`);
    const stands = await statOf(from);
    if (stands === null || identityOf(stands) !== identity) return; // taken back, or another file
    await rename(from, join(target, safe));
    const moved = await statOf(join(target, safe));
    if (moved !== null && identityOf(moved) !== identity) await rename(join(target, safe), from); // replaced at the last moment
  }
}

interface Seen {
  readonly name: string;
  readonly stats: BigIntStats;
}

/** Files, and what is named like one and is none: links, pipes, folders with an ending; not what is hidden or unfinished. */
function concerns(entry: Dirent): boolean {
  if (isUnfinished(entry.name) || OWN.has(entry.name)) return false;
  return !entry.isDirectory() || /\.[a-z]\w{0,7}$/i.test(entry.name);
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'a link';
  return stats.isDirectory() ? 'a folder' : 'a pipe or device';
}

/** Of a file and its content; to move it changes neither. */
const identityOf = ({ dev, ino, size, mtimeNs }: BigIntStats): string => `${dev}/${ino}/${size}/${mtimeNs}`;

/** Of a link itself; null where nothing is, or nothing more. */
async function statOf(path: string): Promise<BigIntStats | null> {
  return lstat(path, { bigint: true }).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return null;
    throw cause;
  });
}

/** Links are not followed and pipes not waited for, whatever took the place of the file since it was looked at. */
const AS_IT_IS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK; // undefined on Windows, and 0 in the sum

/** The bytes; null for a file that is no more the one that was looked at, or changes while it is read. */
async function readUnchanged(path: string, seen: BigIntStats): Promise<Buffer | null> {
  const file: FileHandle = await open(path, AS_IT_IS);
  try {
    const isSame = async () => identityOf(await file.stat({ bigint: true })) === identityOf(seen);
    if (!(await isSame())) return null;
    const bytes = await file.readFile();
    return (await isSame()) ? bytes : null;
  } finally {
    await file.close();
  }
}

/** As a whole, and in place of a link that somebody may have laid there. */
async function writeAnew(path: string, text: string): Promise<void> {
  const unfinished = `${path}.tmp`;
  await rm(unfinished, { force: true });
  await writeFile(unfinished, text, { flag: 'wx' });
  await rename(unfinished, path);
}

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? 'no reason';
