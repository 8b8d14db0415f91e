import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EpochMs } from '#hydrology';

const SETTLED_S = 10;

/**
 * Puts a file into a folder as a download does: under another name first, then renamed. It is as old as it is in the simulated time: a file that
 * has just changed is left for the next look.
 */
export async function dropFile(path: string, bytes: Uint8Array, now: EpochMs): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, bytes);
  const seconds = now / 1000 - SETTLED_S;
  await utimes(`${path}.part`, seconds, seconds);
  await rename(`${path}.part`, path);
}
