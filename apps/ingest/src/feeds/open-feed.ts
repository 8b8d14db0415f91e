import { join } from 'node:path';
import {
  arrivalsOf,
  isForecastSource,
  isRainSource,
  isTemperatureSource,
  pathFrom,
  type GaugeSettings,
  type LiveSource,
  type LoadedDomain,
  type RainFolderSettings,
} from '#config';
import type { EpochMs } from '#hydrology';
import type { ObservationSource, RainRaster } from '#observation';
import type { Pool } from '#store';
import { serviceOf, withDelivery } from '../arrivals/open-delivery.js';
import type { RainDecoder } from '../decode/rain-decoder.js';
import { sayUrl } from '../http/fetch-answer.js';
import { Service } from '../http/service.js';
import { stationCodes, type AnswerSeen } from '../sources/gauge-answers.js';
import { createGaugeFolderSource } from '../sources/gauge-folder.js';
import { createGaugeService } from '../sources/gauge-http.js';
import { MosaicKeeper } from '../sources/mosaic-keeper.js';
import { RadarCompositeSource } from '../sources/radar-composite.js';
import { createRainFolderSource, type RainFolder } from '../sources/rain-folder.js';

/** What opening a source needs besides its settings. */
export interface FeedSurroundings {
  readonly domain: LoadedDomain;
  readonly decoder: RainDecoder;
  readonly now: () => EpochMs;
  /** The services that are asked already, by origin: sources of one service share its quota and its patience. */
  readonly services: Map<string, Service>;
  /** For a check that shows what was understood. */
  readonly onAnswer?: (answer: AnswerSeen) => void;
  readonly onRaster?: (name: string, raster: RainRaster) => void;
  /** For a check that must not touch the folder of a source: what is fetched goes elsewhere, and only so much of it. */
  readonly trial?: { readonly folder: string; readonly mostFiles: number; readonly waitMs: number };
  /** Where the rain around the basin is kept for the nowcast; without it, it is not. */
  readonly pool?: Pool;
}

/** A source as operations poll it. */
export interface OpenedFeed {
  readonly settings: LiveSource;
  readonly source: ObservationSource;
  readonly service: Service;
  /** URL without its query, or folder. */
  readonly address: string;
  /** What it feeds: `rain` or stations. */
  readonly inputs: readonly string[];
  readonly overlapMs: number;
  readonly reachMs: number;
  /** It gives what is of the window alone; a folder and a broker give what waits, however old. */
  readonly isAskedByTime: boolean;
}

/** Opens a source of domain.yaml behind the port ObservationSource. Nothing is asked yet. */
export function openFeed(settings: LiveSource, around: FeedSurroundings): OpenedFeed {
  return isRainSource(settings) ? openRainFolder(settings, around) : openGauges(settings, around);
}

/** A folder that cannot be read is looked into again after this. */
const FOLDER_BACK_OFF = { first: 10_000, longest: 300_000 };

const FORMATS: Readonly<Record<RainFolderSettings['kind'], RainFolder['format']>> = {
  'rain-folder': undefined,
  'odim-folder': { name: 'ODIM_H5', product: /^(?!KNMI|NetCDF|RADOLAN|GeoTIFF|GRIB2)/ },
  'knmi-folder': { name: 'KNMI HDF5', product: /^KNMI/ },
  'netcdf-folder': { name: 'NetCDF', product: /^NetCDF/ },
  'radolan-folder': { name: 'RADOLAN', product: /^RADOLAN/ },
  'geotiff-folder': { name: 'GeoTIFF', product: /^GeoTIFF/ },
  'nwp-folder': undefined,
  'nwp-temperature-folder': undefined,
  'grib2-folder': { name: 'GRIB2', product: /^GRIB2/ },
};

/** How often each cell of a grid was wet, a gzipped file a grid; deleted, it is learned anew. */
const CLUTTER_MAP = 'CLUTTER';

function openRainFolder(settings: RainFolderSettings, around: FeedSurroundings): OpenedFeed {
  const { domain, decoder, now, onRaster } = around;
  const { id, kind, duration, composite } = settings;
  const forecasts = isForecastSource(settings);
  const folder = folderOf(settings, settings.folder, around);
  const keeper = forecasts ? null : mosaicKeeper(id, around);
  const watched: RainFolder = {
    ...{ id, folder, mesh: domain.mesh, definition: domain.projection.definition, format: FORMATS[kind], forecasts, decoder, now },
    reading: rainReading(settings, folder),
    ...(onRaster && { onRaster }),
    ...(keeper && { keepMosaic: (raster: RainRaster, receivedAt: EpochMs) => keeper.keep(raster, receivedAt) }),
  };
  const source = composite
    ? new RadarCompositeSource(watched, { radars: composite.radars, by: composite.by, everyMs: duration!, waitMs: composite.wait })
    : createRainFolderSource(watched);
  const service = new Service({ backOff: FOLDER_BACK_OFF });
  const opened = { source, service, address: folder, inputs: forecasts ? [] : ['rain'], overlapMs: 0, reachMs: 0, isAskedByTime: false };
  return { settings, ...withDelivery(settings, opened, around) };
}

/** How the files of a source are read. */
export function rainReading(settings: RainFolderSettings, folder: string): RainFolder['reading'] {
  const { variable, duration, reflectivity, minimumQuality, unitMm, polarCell, member, filters } = settings;
  return {
    ...{ reflectivity, minimumQuality, unitMm, polarCellM: polarCell, filters },
    ...(filters.clutter && { clutterFile: join(folder, 'archive', CLUTTER_MAP) }),
    ...(member !== undefined && { member }),
    ...(variable !== undefined && { variable }),
    ...(isTemperatureSource(settings) && { quantity: 'temperature' as const }),
    ...(duration !== undefined && { durationMs: duration }),
  };
}

/** Keeps the rain around the basin where a nowcast is wanted. */
function mosaicKeeper(source: string, { domain, pool, decoder }: FeedSurroundings): MosaicKeeper | null {
  const { mesh, projection, basin, settings } = domain;
  if (!settings.forcing.ladder.includes('nowcast') || pool === undefined) return null;
  return new MosaicKeeper(pool, { basin, source, mesh, decoder, definition: projection.definition });
}

/** A trial reads a folder as it is, but fetches into its own. */
function folderOf(settings: LiveSource, folder: string, { domain, trial }: FeedSurroundings): string {
  return arrivalsOf(settings).length > 0 && trial !== undefined ? trial.folder : pathFrom(domain.folder, folder);
}

function openGauges(settings: GaugeSettings, around: FeedSurroundings): OpenedFeed {
  const { domain, now, onAnswer } = around;
  const gauged = domain.stations.filter(station => station.gauged).map(({ id }) => id as string);
  const stations = stationCodes(settings, gauged, domain.rainGauges);
  const parts = { settings, stations, now, ...(onAnswer && { onAnswer }) };
  const inputs = [...stations.stationOf.values(), ...stations.gaugeOf.values()];
  const opened = { inputs, overlapMs: settings.overlap, reachMs: settings.reach };
  if (settings.url !== undefined) {
    const service = serviceOf(around, { ...settings, url: settings.url });
    const source = createGaugeService({ ...parts, service, domainFolder: domain.folder });
    return { settings, ...opened, source, service, address: sayUrl(new URL(settings.url)), isAskedByTime: true };
  }
  const folder = folderOf(settings, settings.folder!, around);
  const source = createGaugeFolderSource({ ...parts, folder });
  const service = new Service({ backOff: FOLDER_BACK_OFF });
  return { settings, ...withDelivery(settings, { ...opened, source, service, address: folder, isAskedByTime: false }, around) };
}
