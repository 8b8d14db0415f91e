import { makeRemapping, remap, type Remapping } from '#forcing';
import { MINUTE_MS, epochMs, toIso, type EpochMs, type Mesh, type PlacedGrid } from '#hydrology';
import {
  MOST_BYTES,
  RAIN_FILTERS,
  reject,
  type ObservationSource,
  type RainDecoding,
  type RainFilter,
  type RainRaster,
  type RawRainGrid,
  type RawTemperatureGrid,
  type Reject,
} from '#observation';
import type { RainDecoder } from '../decode/rain-decoder.js';
import type { RainWish } from '../decode/rain-messages.js';
import { WatchedFolder, type ReadFile } from './watched-folder.js';

/** A folder into which a partner or a download drops files of gridded rain. */
export interface RainFolder {
  readonly id: string;
  readonly folder: string;
  readonly mesh: Mesh;
  /** proj4 text of the mesh. */
  readonly definition: string;
  readonly reading: Omit<RainWish, 'name' | 'receivedAt'>;
  /** The format that files must have, by what their product is called; undefined = every format. */
  readonly format?: { readonly name: string; readonly product: RegExp } | undefined;
  /** Files are of runs of a weather model; otherwise of rain that fell. */
  readonly forecasts?: boolean;
  readonly decoder: RainDecoder;
  readonly now: () => EpochMs;
  /** Told of each raster, for a check that shows what was understood. */
  readonly onRaster?: (name: string, raster: RainRaster) => void;
  /** Keeps what a raster shows around the basin, before its rain goes on. */
  readonly keepMosaic?: (raster: RainRaster, receivedAt: EpochMs) => Promise<void>;
}

/**
 * Watches a folder: each poll takes the files that have settled, in the order of their names, and brings their rain onto the mesh.
 * The same content again is archived and gives nothing; a file that gives rain for a time that came before gives it again, which
 * the archive stores as a revision. A file moves when what it gave was taken.
 */
export function createRainFolderSource(watched: RainFolder): ObservationSource {
  const folder = new WatchedFolder(watched.folder, { largestBytes: MOST_BYTES, now: watched.now });
  const remappings = new Map<string, Remapping>();
  let clutterKept = true;
  return {
    id: watched.id,
    poll: async function* (_window, signal) {
      const inThisPoll = new Set<string>();
      const intervals = new Map<string, EpochMs>();
      for await (const file of folder.files(signal)) {
        const receivedAt = watched.now();
        const { rain, rejects } = await readRain(watched, file, { receivedAt, remappings, inThisPoll });
        if (rain.length > 0) clutterKept = false;
        for (const { raster, grid } of rain) {
          const inOrder = afterOthers(grid, intervals);
          await watched.keepMosaic?.(raster, inOrder.receivedAt);
          yield watched.reading.quantity === 'temperature' ? temperatureOf(inOrder) : inOrder;
        }
        yield* rejects.map(each => ({ ...each, kind: 'reject' as const, input: 'rain' as const, subject: file.name, receivedAt }));
        folder.fate(file.name, 'hash' in file ? file.hash : null, rain.length > 0 || rejects.length === 0 ? null : rejects);
      }
    },
    taken: async () => {
      if (!clutterKept) await keepClutterOf(watched);
      clutterKept = true;
      await folder.taken();
    },
    behind: () => folder.behind,
  };
}

const temperatureOf = ({ validTime, issued, receivedAt, values }: RawRainGrid): RawTemperatureGrid => ({
  ...{ kind: 'temperature', validTime, issued: issued!, receivedAt, values },
});

/** Writes what the filter of clutter has learned, where it is on. */
export async function keepClutterOf({ decoder, reading: { clutterFile } }: RainFolder): Promise<void> {
  if (clutterFile !== undefined) await decoder.keepClutter(clutterFile);
}

/** The archive keeps times of receipt in ms, and of two of one time the first. */
const NEXT_MS = 1;

/** A file that gives an interval again in the same poll corrects the one before: it counts as received after it. */
export function afterOthers(grid: RawRainGrid, intervals: Map<string, EpochMs>): RawRainGrid {
  const key = `${grid.issued ?? ''}/${grid.validTime}/${grid.durationMs}`;
  const receivedAt = epochMs(Math.max(grid.receivedAt, (intervals.get(key) ?? -Infinity) + NEXT_MS));
  intervals.set(key, receivedAt);
  return { ...grid, receivedAt };
}

interface Arrival {
  readonly receivedAt: EpochMs;
  readonly remappings: Map<string, Remapping>;
  /** Hashes of the contents that this poll has read. */
  readonly inThisPoll: Set<string>;
}

interface ReadRain {
  /** Each raster and what of it lies over the basin. */
  readonly rain: readonly { readonly raster: RainRaster; readonly grid: RawRainGrid }[];
  readonly rejects: readonly Reject[];
}

async function readRain(watched: RainFolder, file: ReadFile, arrival: Arrival): Promise<ReadRain> {
  if ('refused' in file) return { rain: [], rejects: [file.refused] };
  const { name, hash, repeated } = file;
  if (repeated || arrival.inThisPoll.has(hash)) return { rain: [], rejects: [] };
  const read = bringOntoMesh(watched, await decodeFile(watched, file, arrival.receivedAt), { ...arrival, name });
  if (read.rain.length > 0) arrival.inThisPoll.add(hash);
  return read;
}

/** Decodes a file and refuses what is not of the format that the source is set to. */
export async function decodeFile(
  watched: RainFolder,
  { name, bytes }: Extract<ReadFile, { readonly bytes: Buffer }>,
  receivedAt: EpochMs,
): Promise<RainDecoding> {
  return refuseOtherFormats(await watched.decoder.decode(bytes, { ...watched.reading, name, receivedAt }), watched, name);
}

function refuseOtherFormats(decoded: RainDecoding, { format, id }: RainFolder, name: string): RainDecoding {
  if (format === undefined) return decoded;
  const others = decoded.rasters.filter(({ product }) => !format.product.test(product));
  const refused = others.map(({ product }) =>
    reject('FORMAT_UNKNOWN', `${name} is ${product}, but ${id} is set to ${format.name}; correct its kind`),
  );
  return { rasters: decoded.rasters.filter(each => !others.includes(each)), rejects: [...decoded.rejects, ...refused] };
}

/** Clocks differ by a little; rain that fell does not end after it was received. */
const CLOCK_TOLERANCE_MS = 10 * MINUTE_MS;

export function bringOntoMesh(
  watched: RainFolder,
  { rasters, rejects }: RainDecoding,
  { name, receivedAt, remappings }: Omit<Arrival, 'inThisPoll'> & { readonly name: string },
): ReadRain {
  const refused: Reject[] = [];
  const rain = rasters.flatMap(raster => {
    const { grid, from, to, depths, issued } = raster;
    if (watched.forecasts === true && issued === undefined) {
      refused.push(reject('FIELD_MISSING', `${name} says of (${toIso(from)}, ${toIso(to)}] no time of issue before it; it is no forecast`));
      return [];
    }
    if (watched.forecasts !== true && issued !== undefined) {
      refused.push(
        reject('FORECAST_NOT_OBSERVED', `${name} is a forecast of ${toIso(issued)} for (${toIso(from)}, ${toIso(to)}], no rain that fell`),
      );
      return [];
    }
    if (watched.forecasts !== true && to > receivedAt + CLOCK_TOLERANCE_MS) {
      const ahead = Math.round((to - receivedAt) / MINUTE_MS);
      const message = `${name} ends at ${toIso(to)}, ${ahead} min after it was received; the clock or the time zone of its sender is wrong`;
      refused.push(reject('OBSERVATION_FROM_THE_FUTURE', message));
      return [];
    }
    watched.onRaster?.(name, raster);
    const remapping = remappingFor(watched, grid, remappings);
    const values = remap(remapping, depths);
    if (values.every(Number.isNaN)) {
      refused.push(reject('RAIN_WRONG_GRID', `${name} has no value over the basin in (${toIso(from)}, ${toIso(to)}]; it lies elsewhere`));
      return [];
    }
    const altered = raster.filtered && whatFiltersDid(raster.filtered, remapping);
    const times = { validTime: to, durationMs: to - from, receivedAt: epochMs(receivedAt), ...(issued !== undefined && { issued }) };
    return [{ raster, grid: { kind: 'rain' as const, ...times, values, ...altered } }];
  });
  return { rain, rejects: [...rejects, ...refused] };
}

/** How many cells each filter took out, and which of them altered a cell of the basin; a spoke may lie anywhere. */
function whatFiltersDid(filtered: NonNullable<RainRaster['filtered']>, { index }: Remapping): Pick<RawRainGrid, 'filtered' | 'alteredBy'> {
  const on = RAIN_FILTERS.filter(name => filtered[name] !== undefined);
  const alters = (name: RainFilter): boolean => {
    if (name === 'spokes' || filtered[name]!.length === 0) return filtered[name]!.length > 0;
    const cells = new Set(filtered[name]);
    return index.some(cell => cells.has(cell));
  };
  return { filtered: Object.fromEntries(on.map(name => [name, filtered[name]!.length])), alteredBy: on.filter(alters) };
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
