import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { forecastFolder, pathFrom, type LoadedDomain, type RainFolderSettings } from '#config';
import { Fault } from '#errors';
import type { Remapping } from '#forcing';
import { DAY_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import type { ObservationSource, RawRainGrid, Reject } from '#observation';
import { RainDecoder } from '../decode/rain-decoder.js';
import { rainReading } from '../feeds/open-feed.js';
import { bringOntoMesh, decodeFile, type RainFolder } from './rain-folder.js';
import { sha256 } from './remembered.js';
import { isReadableName } from './watched-folder.js';

/** A grid of a run, received as long after the issue as the model takes to be published. */
export type RecordedRunGrid = RawRainGrid & { readonly issued: EpochMs };

/** The runs of a weather model that a folder keeps, for the past to be played with them. */
export interface RecordedRuns {
  /** Name of the source in the archive. */
  readonly id: string;
  readonly delayMs: number;
  /** Ascending by receipt, of one run by the end of their interval; of an interval the first. */
  readonly grids: readonly RecordedRunGrid[];
  /** What was in the folder and could not be used. */
  readonly rejects: readonly Reject[];
  /** SHA-256 over names and contents of all files: a replay goes on with the same only. */
  readonly hash: string;
}

export interface RunsWanted {
  /** Files of runs, in any format of an nwp-folder; absent = what the live source of the domain has archived. */
  readonly folder?: string | undefined;
  /** From the issue of a run to its receipt. */
  readonly delayMs: number;
  /** First issue time and last cut-off of the cycles that are to see them. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** No model looks farther ahead. */
const LONGEST_LEAD_MS = 20 * DAY_MS;
/** Files were received long ago: when, their run and the delay say. */
const LATER_THAN_ALL = parseIso('2200-01-01');
/** What a watched folder keeps in its archive beside the files. */
const LEDGERS = /^(SHA256SUMS|COMPOSITES|CLUTTER)/;

/**
 * Reads the runs of a folder onto the mesh, as its live source of a weather model reads them (variable, member). Nothing is moved.
 * @throws Fault COMMAND_INVALID when the folder cannot be read or holds no run that a cycle of the period could see
 */
export async function readRecordedRuns(domain: LoadedDomain, wanted: RunsWanted): Promise<RecordedRuns> {
  const live = domain.settings.sources.live.find((source): source is RainFolderSettings => source.kind === 'nwp-folder');
  const folder = wanted.folder ?? (live && join(pathFrom(domain.folder, live.folder), 'archive'));
  if (folder === undefined)
    throw new Fault('COMMAND_INVALID', 'rain of a weather model needs its runs: give --runs FOLDER with their files');
  const names = await filesOf(folder);
  const decoder = new RainDecoder();
  try {
    const { read, rejects, hash } = await readFiles(names, watchedAs(live ?? forecastFolder(folder), { domain, folder, decoder }));
    const grids = select(read, wanted);
    if (grids.length === 0) throw noRun(folder, wanted, rejects);
    return { id: live?.id ?? 'nwp', delayMs: wanted.delayMs, grids, rejects, hash };
  } finally {
    await decoder.close();
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'no reason';
    throw new Fault('COMMAND_INVALID', `the folder of runs ${folder} cannot be read (${code}); give --runs FOLDER`, {}, { cause });
  });
  const names = entries.filter(entry => entry.isFile() && isReadableName(entry.name) && !LEDGERS.test(entry.name)).map(({ name }) => name);
  return names.sort();
}

function watchedAs(
  settings: RainFolderSettings,
  { domain, folder, decoder }: { readonly domain: LoadedDomain; readonly folder: string; readonly decoder: RainDecoder },
): RainFolder {
  const place = { id: settings.id, folder, mesh: domain.mesh, definition: domain.projection.definition };
  return { ...place, forecasts: true, reading: rainReading(settings, folder), decoder, now: () => LATER_THAN_ALL };
}

interface ReadFiles {
  readonly read: readonly RawRainGrid[];
  readonly rejects: readonly Reject[];
  readonly hash: string;
}

async function readFiles(names: readonly string[], watched: RainFolder): Promise<ReadFiles> {
  const hash = createHash('sha256');
  const read: RawRainGrid[] = [];
  const rejects: Reject[] = [];
  const remappings = new Map<string, Remapping>();
  for (const name of names) {
    const bytes = await readFile(join(watched.folder, name));
    const content = sha256(bytes);
    hash.update(`${name} ${content}\n`);
    const decoded = await decodeFile(watched, { name, bytes, hash: content, repeated: false }, LATER_THAN_ALL);
    const found = bringOntoMesh(watched, decoded, { name, receivedAt: LATER_THAN_ALL, remappings });
    read.push(...found.rain.map(({ grid }) => grid));
    rejects.push(...found.rejects);
  }
  return { read, rejects, hash: hash.digest('hex') };
}

/** Of each interval of a run the first; of runs those that a cycle of the period may see. */
function select(read: readonly RawRainGrid[], { delayMs, from, to }: RunsWanted): RecordedRunGrid[] {
  const first = new Map<string, RecordedRunGrid>();
  for (const grid of read) {
    const { issued, validTime, durationMs } = grid;
    const key = `${issued}/${validTime}/${durationMs}`;
    if (issued === undefined || issued < from - LONGEST_LEAD_MS || issued + delayMs > to || first.has(key)) continue;
    first.set(key, { ...grid, issued, receivedAt: epochMs(issued + delayMs) });
  }
  return [...first.values()].sort((a, b) => a.issued - b.issued || a.validTime - b.validTime || a.durationMs - b.durationMs);
}

function noRun(folder: string, { from, to }: RunsWanted, rejects: readonly Reject[]): Fault {
  const why = rejects[0] === undefined ? '' : `; the first of ${rejects.length} files or fields that were refused: ${rejects[0].message}`;
  return new Fault(
    'COMMAND_INVALID',
    `${folder} holds no run of a weather model that had come by ${toIso(to)} and is not more than 20 days older than ${toIso(from)}${why}`,
  );
}

/** Gives each run when it was received. */
export function createRunsSource({ id, grids }: RecordedRuns): ObservationSource {
  return {
    id,
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous; the runs are in memory
    poll: async function* ({ after, until }) {
      yield* grids.filter(({ receivedAt }) => receivedAt > after && receivedAt <= until);
    },
  };
}
