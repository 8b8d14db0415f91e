import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { composeRadars, makeRemapping, remap, type ComposeBy, type RainWindow, type Remapping } from '#forcing';
import { SECOND_MS, epochMs, parseIso, toIso, type EpochMs, type PlacedGrid } from '#hydrology';
import { RAIN_FILTERS, reject, type RainFilter, type RainRaster, type Reject } from '#observation';

export interface CompositeSettings {
  /** Radars of the composite, as their files name them. */
  readonly radars: readonly string[];
  readonly by: ComposeBy;
  /** From one composite to the next. */
  readonly everyMs: number;
  /** After the end of an interval what has not come is done without. */
  readonly waitMs: number;
}

/** Where composites come to lie. */
export interface CompositePlace {
  readonly window: RainWindow;
  /** proj4 text of the window. */
  readonly definition: string;
  /** Which composites were made, kept across restarts. */
  readonly madeFile: string;
}

/** A file of a radar that waits for those of the others. */
export interface WaitingFile {
  readonly name: string;
  readonly hash: string;
  readonly raster: RainRaster;
}

/** A composite and what it was made of. */
export interface MadeComposite {
  readonly raster: RainRaster;
  readonly files: readonly WaitingFile[];
  /** What is to be said of it: radars that are missing. */
  readonly rejects: readonly Reject[];
  readonly filtered: Readonly<Partial<Record<RainFilter, number>>>;
}

/** Lines that are remembered: a week of every five minutes. */
const MOST_MADE = 2016;

/**
 * Files of several radars by the interval they belong to. An interval is composed when every radar has come, or when waiting for the others is over; a
 * file that comes after that is too late: composed alone it would replace the fuller composite.
 */
export class RadarSlots {
  readonly #slots = new Map<number, Map<string, WaitingFile>>();
  readonly #sights = new Map<string, { readonly remapping: Remapping; readonly distanceKm: Float32Array }>();
  #made: Set<number> | null = null;
  #news: number[] = [];

  constructor(
    private readonly settings: CompositeSettings,
    private readonly place: CompositePlace,
  ) {}

  /** Begins a poll: what waits is told again. */
  async begin(): Promise<void> {
    this.#made ??= await readMade(this.place.madeFile);
    this.#slots.clear();
    this.#news = [];
  }

  /** Lets a file wait; says why it cannot. Of two scans of a radar the lower counts, of two of one elevation the later. */
  take(file: WaitingFile): Reject | null {
    const { radar, to } = file.raster;
    const { radars, everyMs } = this.settings;
    if (radar === undefined || !radars.includes(radar.id)) {
      const whose = radar === undefined ? 'no polar file' : `of the radar ${radar.id}`;
      return reject('RADAR_UNKNOWN', `${file.name} is ${whose}; composite.radars lists ${radars.join(', ')}`);
    }
    const slot = Math.ceil(to / everyMs) * everyMs;
    if (this.#made!.has(slot)) {
      return reject('RADAR_LATE', `${file.name} came after the composite of ${toIso(epochMs(slot))} was made; raise composite.wait`);
    }
    const waiting = this.#slots.get(slot) ?? new Map<string, WaitingFile>();
    const known = waiting.get(radar.id);
    const isBetter =
      known === undefined ||
      radar.elevation < known.raster.radar!.elevation ||
      (radar.elevation === known.raster.radar!.elevation && to >= known.raster.to);
    waiting.set(isBetter ? radar.id : `${radar.id} ${file.name}`, file);
    if (isBetter && known !== undefined) waiting.set(`${radar.id} ${known.name}`, known);
    this.#slots.set(slot, waiting);
    return null;
  }

  /**
   * Composites that are due now, in the order of time. While more files lie there than were read (`behind`), the rest of an interval may be
   * among them: then those that are whole come first.
   */
  due(now: EpochMs, behind: boolean): MadeComposite[] {
    const { radars, waitMs } = this.settings;
    const inOrder = [...this.#slots].sort(([a], [b]) => a - b);
    const whole = inOrder.filter(([, waiting]) => radars.every(radar => waiting.has(radar)));
    const due = behind && whole.length > 0 ? whole : inOrder.filter(entry => whole.includes(entry) || now >= entry[0] + waitMs);
    this.#news = due.map(([slot]) => slot);
    return due.map(([slot, waiting]) => this.#compose(epochMs(slot), waiting));
  }

  /** What was made is published: a file that comes now is late. */
  async taken(): Promise<void> {
    if (this.#news.length === 0) return;
    const { madeFile } = this.place;
    await mkdir(dirname(madeFile), { recursive: true });
    await appendFile(madeFile, this.#news.map(slot => `${toIso(epochMs(slot))}\n`).join(''));
    for (const slot of this.#news) this.#made!.add(slot);
    this.#news = [];
  }

  #compose(to: EpochMs, waiting: ReadonlyMap<string, WaitingFile>): MadeComposite {
    const { radars, by, everyMs } = this.settings;
    const present = radars.flatMap(radar => waiting.get(radar) ?? []);
    const missing = radars.filter(radar => !waiting.has(radar));
    const views = present.map(({ raster }) => {
      const { remapping, distanceKm } = this.#sightOf(raster.grid);
      return { depths: remap(remapping, raster.depths), quality: raster.quality && remap(remapping, raster.quality), distanceKm };
    });
    const { window, definition } = this.place;
    const { rows, columns, xMin, yMax, xResolution, yResolution } = window;
    const ids = present.map(({ raster }) => raster.radar!.id).join(', ');
    return {
      raster: {
        grid: { definition, rows, columns, xMin, yMax, xResolution, yResolution },
        ...{ from: epochMs(to - everyMs), to, depths: composeRadars(views, by), quality: null, product: `composite of ${ids}` },
      },
      files: [...waiting.values()],
      rejects: missing.map(radar =>
        reject('RADAR_MISSING', `no file of ${radar} came for the composite of ${toIso(to)}; it was made without`),
      ),
      filtered: sumFiltered(present),
    };
  }

  #sightOf(grid: PlacedGrid): { readonly remapping: Remapping; readonly distanceKm: Float32Array } {
    const key = JSON.stringify(grid);
    const { window, definition } = this.place;
    let sight = this.#sights.get(key);
    if (sight === undefined) {
      const remapping = makeRemapping(grid, window, definition);
      sight = { remapping, distanceKm: remap(remapping, distancesOf(grid)) };
      this.#sights.set(key, sight);
    }
    return sight;
  }
}

/** km from the radar, which stands where a polar grid has x = y = 0. */
function distancesOf({ rows, columns, xMin, yMax, xResolution, yResolution }: PlacedGrid): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, k) => {
    const [row, column] = [Math.floor(k / columns), k % columns];
    return Math.hypot(xMin + (column + 0.5) * xResolution, yMax - (row + 0.5) * yResolution) / 1000;
  });
}

function sumFiltered(files: readonly WaitingFile[]): MadeComposite['filtered'] {
  const on = RAIN_FILTERS.filter(name => files.some(({ raster }) => raster.filtered?.[name] !== undefined));
  const sumOf = (name: RainFilter): number => files.reduce((sum, { raster }) => sum + (raster.filtered?.[name]?.length ?? 0), 0);
  return Object.fromEntries(on.map(name => [name, sumOf(name)]));
}

async function readMade(file: string): Promise<Set<number>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cause;
  });
  const lines = text.split('\n').filter(line => /^\d{4}-.*Z$/.test(line));
  return new Set(lines.slice(-MOST_MADE).map(line => Math.round(parseIso(line) / SECOND_MS) * SECOND_MS));
}
