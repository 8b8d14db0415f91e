import { join } from 'node:path';
import { windowAround, type Remapping } from '#forcing';
import type { EpochMs } from '#hydrology';
import {
  MOST_BYTES,
  RAIN_FILTERS,
  type ObservationSource,
  type PollWindow,
  type RainDecoding,
  type RawObservation,
  type Reject,
} from '#observation';
import { RadarSlots, type CompositeSettings, type MadeComposite } from './radar-slots.js';
import { afterOthers, bringOntoMesh, decodeFile, keepClutterOf, type RainFolder } from './rain-folder.js';
import { WatchedFolder, type ReadFile } from './watched-folder.js';

/** Files of one poll, those that wait among them: names need not sort by time, and what belongs together must be there together. */
const MOST_FILES = 512;
/** In the folder `archive`: the composites that were made, a time a line. */
const MADE_COMPOSITES = 'COMPOSITES';

/**
 * Watches a folder into which several radars drop their polar files, and gives one field of rain an interval, composed on the raster around the basin. Files
 * stay where they are until their composite was made and taken, so a restart finds them.
 */
export class RadarCompositeSource implements ObservationSource {
  readonly id: string;
  readonly #folder: WatchedFolder;
  readonly #slots: RadarSlots;
  readonly #remappings = new Map<string, Remapping>();
  /** Of files that wait, by content. */
  readonly #decodings = new Map<string, RainDecoding>();
  #made = 0;

  constructor(
    private readonly watched: RainFolder,
    settings: CompositeSettings,
  ) {
    const { id, folder, mesh, definition, now } = watched;
    this.id = id;
    this.#folder = new WatchedFolder(folder, { largestBytes: MOST_BYTES, now, mostFiles: MOST_FILES });
    this.#slots = new RadarSlots(settings, { window: windowAround(mesh), definition, madeFile: join(folder, 'archive', MADE_COMPOSITES) });
  }

  async *poll(_window: PollWindow, signal: AbortSignal): AsyncIterable<RawObservation> {
    const receivedAt = this.watched.now();
    await this.#slots.begin();
    yield* this.#gather(receivedAt, signal);
    const due = this.#slots.due(receivedAt, this.#folder.behind);
    this.#made = due.length;
    const intervals = new Map<string, EpochMs>();
    for (const composite of due) yield* this.#give(composite, { receivedAt, intervals });
  }

  async taken(): Promise<void> {
    await this.#slots.taken();
    if (this.#made > 0) await keepClutterOf(this.watched);
    await this.#folder.taken();
  }

  behind(): boolean {
    return this.#folder.behind && this.#made > 0;
  }

  /** Reads the files; what cannot wait is put away with its reason. */
  async *#gather(receivedAt: EpochMs, signal: AbortSignal): AsyncIterable<RawObservation> {
    const seen = new Set<string>();
    for await (const file of this.#folder.files(signal)) {
      const why = await this.#take(file, receivedAt);
      if ('hash' in file) seen.add(file.hash);
      if (why === 'waits') continue;
      yield* why.map(each => said(each, file.name, receivedAt));
      this.#folder.fate(file.name, 'hash' in file ? file.hash : null, why.length > 0 ? why : null);
    }
    for (const hash of this.#decodings.keys()) if (!seen.has(hash)) this.#decodings.delete(hash);
  }

  /** Why a file of one radar gives nothing, or that it waits. */
  async #take(file: ReadFile, receivedAt: EpochMs): Promise<readonly Reject[] | 'waits'> {
    if ('refused' in file) return [file.refused];
    if (file.repeated) return [];
    const { name, hash } = file;
    const decoding = this.#decodings.get(hash) ?? (await decodeFile(this.watched, file, receivedAt));
    this.#decodings.set(hash, decoding);
    const [raster] = decoding.rasters;
    if (raster === undefined) return decoding.rejects;
    const why = this.#slots.take({ name, hash, raster });
    return why === null ? 'waits' : [why];
  }

  async *#give({ raster, files, rejects, filtered }: MadeComposite, { receivedAt, intervals }: Giving): AsyncIterable<RawObservation> {
    const arrival = { receivedAt, remappings: this.#remappings, name: raster.product };
    const brought = bringOntoMesh(this.watched, { rasters: [raster], rejects }, arrival);
    for (const { grid } of brought.rain) {
      const inOrder = afterOthers(grid, intervals);
      await this.watched.keepMosaic?.(raster, inOrder.receivedAt);
      yield { ...inOrder, filtered, alteredBy: RAIN_FILTERS.filter(name => (filtered[name] ?? 0) > 0) };
    }
    yield* brought.rejects.map(each => said(each, raster.product, receivedAt));
    for (const { name, hash } of files) this.#folder.fate(name, hash, null);
  }
}

interface Giving {
  readonly receivedAt: EpochMs;
  readonly intervals: Map<string, EpochMs>;
}

const said = (reject: Reject, subject: string, receivedAt: EpochMs): RawObservation => ({
  ...reject,
  ...{ kind: 'reject', input: 'rain', subject, receivedAt },
});
