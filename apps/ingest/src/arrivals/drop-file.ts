import { access, mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochMs } from '#hydrology';
import { SourceFailure } from '../http/source-failure.js';
import { sha256 } from '../sources/remembered.js';
import { SETTLED_MS } from '../sources/watched-folder.js';

/** @throws SourceFailure FOLDER_UNREADABLE */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? 'no reason';
    throw new SourceFailure('FOLDER_UNREADABLE', `the folder ${folder} cannot be made (${why}); correct folder`);
  });
}

/** A file that was fetched, for a watched folder. */
export interface FetchedFile {
  /** A readable one; see `isReadableName`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly now: EpochMs;
}

/**
 * Puts a file into a watched folder in one step, as settled: it is whole. Where one of its name waits already, it gets a name of its own.
 * @throws SourceFailure FOLDER_UNREADABLE for a folder that takes no files.
 */
export async function dropFile(folder: string, { name, bytes, now }: FetchedFile): Promise<void> {
  try {
    const waits = await access(join(folder, name)).then(
      () => true,
      () => false,
    );
    const own = waits ? `${name}.${sha256(bytes).slice(0, 8)}` : name;
    const unfinished = join(folder, `.${own}.part`);
    await writeFile(unfinished, bytes);
    const settled = (now - SETTLED_MS) / 1000;
    await utimes(unfinished, settled, settled);
    await rename(unfinished, join(folder, own));
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'no reason';
    throw new SourceFailure(
      'FOLDER_UNREADABLE',
      `${name} cannot be written into the folder ${folder} (${why}); make room or correct folder`,
    );
  }
}
