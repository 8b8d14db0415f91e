import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeRemapping, remap, type Remapping } from '#forcing';
import { epochMs, toIso, type EpochMs, type Mesh, type PlacedGrid } from '#hydrology';
import { MOST_BYTES, reject, type ObservationSource, type RainDecoding, type RawObservation, type Reject } from '#observation';
import type { RainDecoder } from '../decode/rain-decoder.js';
import type { RainWish } from '../decode/rain-messages.js';

/** A folder into which a partner or a download drops files of gridded rain. */
export interface RainFolder {
  readonly id: string;
  readonly folder: string;
  readonly mesh: Mesh;
  /** proj4 text of the mesh. */
  readonly definition: string;
  readonly reading: Omit<RainWish, 'name' | 'receivedAt'>;
  readonly decoder: RainDecoder;
  readonly now: () => EpochMs;
}

/** Names of files that are still being written, by the habits of rsync, curl, browsers and FTP servers; hidden ones too. */
const UNFINISHED = /^\.|\.(tmp|part|partial|filepart|crdownload|lock)$|~$/i;
/** A file that was changed within this time may still grow: it is taken at the next poll. */
const SETTLED_MS = 2000;
const SAFE_NAME = /^[\w][\w.+=@-]{0,199}$/;

/**
 * Watches a folder: each poll takes the files that have settled, in the order of their names, brings their rain onto the mesh and
 * moves them to `archive` or, with the reason beside them, to `failed`. The same content again is archived and gives nothing; a file
 * that gives rain for a time that came before gives it again, which the archive stores as a revision. What was read in one poll
 * is yielded before the file is moved, so a crash in between reads it again.
 */
export function createRainFolderSource(watched: RainFolder): ObservationSource {
  const seen = new Set<string>();
  const remappings = new Map<string, Remapping>();
  return {
    id: watched.id,
    poll: async function* (_window, signal) {
      for (const name of await settledFiles(watched)) {
        if (signal.aborted) return;
        const { rain, rejects } = await readFileOf(watched, name, { seen, remappings });
        yield* rain;
        yield* rejects.map(each => ({
          ...each,
          kind: 'reject' as const,
          input: 'rain' as const,
          subject: name,
          receivedAt: watched.now(),
        }));
        await putAway(watched.folder, name, rain.length > 0 || rejects.length === 0 ? null : rejects);
      }
    },
  };
}

async function settledFiles({ folder, now }: RainFolder): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter(entry => entry.isFile() && !UNFINISHED.test(entry.name)).map(entry => entry.name); // no links, no folders
  const changed = await Promise.all(names.map(async name => (await stat(join(folder, name))).mtimeMs));
  return names.filter((_, k) => now() - changed[k]! >= SETTLED_MS).sort();
}

interface Memory {
  /** Hashes of the contents that were read. */
  readonly seen: Set<string>;
  readonly remappings: Map<string, Remapping>;
}

interface ReadFile {
  readonly rain: readonly RawObservation[];
  readonly rejects: readonly Reject[];
}

async function readFileOf(watched: RainFolder, name: string, memory: Memory): Promise<ReadFile> {
  const path = join(watched.folder, name);
  if (!SAFE_NAME.test(name)) return failed('FILE_NAME_REFUSED', `${JSON.stringify(name).slice(0, 120)} is no plain file name`);
  const { size } = await stat(path);
  if (size > MOST_BYTES) return failed('FILE_TOO_LARGE', `${name} has ${size} bytes; up to ${MOST_BYTES} are read`);
  const bytes = await readFile(path);
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (memory.seen.has(hash)) return { rain: [], rejects: [] };
  const receivedAt = watched.now();
  const decoded = await watched.decoder.decode(bytes, { ...watched.reading, name, receivedAt });
  const read = bringOntoMesh(watched, decoded, { name, receivedAt, remappings: memory.remappings });
  if (read.rain.length > 0) memory.seen.add(hash);
  return read;
}

const failed = (code: Reject['code'], message: string): ReadFile => ({ rain: [], rejects: [reject(code, message)] });

interface Arrival {
  readonly name: string;
  readonly receivedAt: EpochMs;
  readonly remappings: Map<string, Remapping>;
}

function bringOntoMesh(watched: RainFolder, { rasters, rejects }: RainDecoding, { name, receivedAt, remappings }: Arrival): ReadFile {
  const outside: Reject[] = [];
  const rain = rasters.flatMap(({ grid, from, to, depths }) => {
    const values = remap(remappingFor(watched, grid, remappings), depths);
    if (values.every(Number.isNaN)) {
      outside.push(reject('RAIN_WRONG_GRID', `${name} has no value over the basin in (${toIso(from)}, ${toIso(to)}]; it lies elsewhere`));
      return [];
    }
    return [{ kind: 'rain' as const, validTime: to, durationMs: to - from, receivedAt: epochMs(receivedAt), values }];
  });
  return { rain, rejects: [...rejects, ...outside] };
}

/** Sources keep their grid for years; a few at once are versions of one. */
const MOST_REMAPPINGS = 4;

function remappingFor({ mesh, definition }: RainFolder, grid: PlacedGrid, known: Map<string, Remapping>): Remapping {
  const key = JSON.stringify(grid);
  const found = known.get(key) ?? makeRemapping(grid, mesh, definition);
  if (!known.has(key) && known.size >= MOST_REMAPPINGS) known.clear();
  known.set(key, found);
  return found;
}

/** Moves a file within its folder; a name that cannot be written plainly goes under its hash. */
async function putAway(folder: string, name: string, why: readonly Reject[] | null): Promise<void> {
  const target = join(folder, why === null ? 'archive' : 'failed');
  await mkdir(target, { recursive: true });
  const safe = SAFE_NAME.test(name) ? name : createHash('sha256').update(name).digest('hex').slice(0, 16);
  await rename(join(folder, name), join(target, safe));
  if (why !== null) await writeFile(join(target, `${safe}.txt`), `${why.map(({ code, message }) => `${code}: ${message}`).join('\n')}\n`);
}
