import { createHash } from 'node:crypto';
import { DAY_MS, epochMs, toIso, type EpochMs } from '#hydrology';
import type { SimulatedAnswer } from './http-dialects.js';
import { rainFilesOf } from './rain-files.js';
import { arrivedRain, type SimulatedWorld } from './simulated-world.js';

export interface StoredFile {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly modified: EpochMs;
}

/** How far back the bucket holds files. */
const KEPT_MS = 2 * DAY_MS;
const MOST_KEYS = 1000;

/** Files of each world that were made already, by the stamp of their rain: a listing names the size of each. */
const made = new WeakMap<SimulatedWorld, Map<number, Promise<StoredFile[]>>>();

/** A bucket of the rain under radar/yyyy/MM/dd/: its listing as ListObjectsV2 gives it, and its objects. */
export async function answerBucket(world: SimulatedWorld, url: URL, key: string): Promise<SimulatedAnswer> {
  const files = await storedFiles(world);
  if (key === '') return { status: 200, type: 'application/xml', body: listing(files, url.searchParams) };
  const found = files.findLast(file => file.key === key); // the newest of a name lies over the others
  if (found !== undefined) return { status: 200, type: 'application/octet-stream', body: Buffer.from(found.bytes) };
  return { status: 404, type: 'application/xml', body: '<Error><Code>NoSuchKey</Code></Error>' };
}

/** The files of rain that a service holds now, by their keys. */
export async function storedFiles(world: SimulatedWorld): Promise<StoredFile[]> {
  const known = made.get(world) ?? new Map<number, Promise<StoredFile[]>>();
  made.set(world, known);
  const grids = arrivedRain(world, epochMs(world.now() - KEPT_MS));
  const stored = grids.map(grid => {
    const files = known.get(grid.validTime) ?? makeFiles(world, grid);
    known.set(grid.validTime, files);
    return files;
  });
  return (await Promise.all(stored)).flat().sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function makeFiles(world: SimulatedWorld, grid: ReturnType<typeof arrivedRain>[number]): Promise<StoredFile[]> {
  const folder = `radar/${toIso(grid.validTime).slice(0, 10).replaceAll('-', '/')}`;
  const files = await rainFilesOf(world, grid);
  return files.map(({ name, bytes }) => ({ key: `${folder}/${name}`, bytes, modified: grid.receivedAt }));
}

function listing(files: readonly StoredFile[], asked: URLSearchParams): string {
  const prefix = asked.get('prefix') ?? '';
  const after = asked.get('continuation-token') ?? asked.get('start-after') ?? '';
  const wanted = files.filter(({ key }) => key.startsWith(prefix) && key > after);
  const page = wanted.slice(0, Math.min(MOST_KEYS, Number(asked.get('max-keys') ?? MOST_KEYS)));
  const isTruncated = page.length < wanted.length;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)?.key ?? ''}</NextContinuationToken>` : '';
  const contents = page.map(({ key, bytes, modified }) => {
    const etag = createHash('md5').update(bytes).digest('hex');
    return `<Contents><Key>${key}</Key><LastModified>${toIso(modified)}</LastModified><ETag>"${etag}"</ETag><Size>${bytes.length}</Size></Contents>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}
