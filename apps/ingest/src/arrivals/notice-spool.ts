import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochMs } from '#hydrology';
import type { Reject } from '#observation';

/** A message that waits, by when it came. */
export interface Notice {
  /** Of its file. */
  readonly name: string;
  readonly cameAt: EpochMs;
}

/**
 * Messages of a broker on disk, from their receipt until what they announce is in the folder: the broker is told that a message was
 * received when it lies here, so that none is lost with the process.
 */
export class NoticeSpool {
  #count = 0;

  /** Hidden, so that it is no file of the watched folder. */
  constructor(private readonly folder: string) {}

  async put(payload: Uint8Array, now: EpochMs): Promise<void> {
    await mkdir(this.#path(), { recursive: true });
    const name = `${String(now).padStart(15, '0')}-${String(++this.#count).padStart(9, '0')}.json`;
    await writeFile(this.#path(`.${name}.part`), payload);
    await rename(this.#path(`.${name}.part`), this.#path(name));
  }

  /** The oldest first. */
  async waiting(): Promise<Notice[]> {
    const names = await readdir(this.#path()).catch((): string[] => []); // no message has come yet
    return names
      .filter(name => /^\d{15}-\d{9}\.json$/.test(name))
      .sort()
      .map(name => ({ name, cameAt: Number(name.slice(0, 15)) as EpochMs }));
  }

  read({ name }: Notice): Promise<string> {
    return readFile(this.#path(name), 'utf8');
  }

  done({ name }: Notice): Promise<void> {
    return rm(this.#path(name), { force: true });
  }

  /** Keeps a message of which nothing came, with the reason beside it, where the watched folder keeps its failed files. */
  async refuse({ name }: Notice, { code, message }: Reject): Promise<void> {
    const failed = join(this.folder, 'failed');
    await mkdir(failed, { recursive: true });
    await rename(this.#path(name), join(failed, name));
    await writeFile(join(failed, `${name}.txt`), `${code}: ${message}\n`);
  }

  #path(name = ''): string {
    return join(this.folder, '.notices', name);
  }
}
