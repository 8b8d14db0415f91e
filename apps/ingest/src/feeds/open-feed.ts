import { join } from 'node:path';
import { isRainSource, pathFrom, type GaugeSettings, type LiveSource, type LoadedDomain, type RainFolderSettings } from '#config';
import type { EpochMs } from '#hydrology';
import type { ObservationSource, RainRaster } from '#observation';
import type { Pool } from '#store';
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
}

/** Opens a source of domain.yaml behind the port ObservationSource. Nothing is asked yet. */
export function openFeed(settings: LiveSource, around: FeedSurroundings): OpenedFeed {
  return isRainSource(settings) ? openRainFolder(settings, around) : openGauges(settings, around);
}

/** A folder that cannot be read is looked into again after this. */
const FOLDER_BACK_OFF = { first: 10_000, longest: 300_000 };

const FORMATS: Readonly<Record<RainFolderSettings['kind'], RainFolder['format']>> = {
  'rain-folder': undefined,
  'odim-folder': { name: 'ODIM_H5', product: /^(?!KNMI|NetCDF|RADOLAN|GeoTIFF)/ },
  'knmi-folder': { name: 'KNMI HDF5', product: /^KNMI/ },
  'netcdf-folder': { name: 'NetCDF', product: /^NetCDF/ },
  'radolan-folder': { name: 'RADOLAN', product: /^RADOLAN/ },
  'geotiff-folder': { name: 'GeoTIFF', product: /^GeoTIFF/ },
};

/** How often each cell of a grid was wet, a gzipped file a grid; deleted, it is learned anew. */
const CLUTTER_MAP = 'CLUTTER';

function openRainFolder(settings: RainFolderSettings, { domain, decoder, now, onRaster, pool }: FeedSurroundings): OpenedFeed {
  const { id, kind, variable, duration, reflectivity, minimumQuality, unitMm, polarCell, filters, composite } = settings;
  const folder = pathFrom(domain.folder, settings.folder);
  const { mesh, projection, basin } = domain;
  const wanted = domain.settings.forcing.ladder.includes('nowcast');
  const keeper = wanted && pool ? new MosaicKeeper(pool, { basin, source: id, mesh, definition: projection.definition }) : null;
  const watched: RainFolder = {
    ...{ id, folder, mesh, definition: projection.definition, format: FORMATS[kind], decoder, now },
    reading: {
      ...{ reflectivity, minimumQuality, unitMm, polarCellM: polarCell, filters },
      ...(filters.clutter && { clutterFile: join(folder, 'archive', CLUTTER_MAP) }),
      ...(variable !== undefined && { variable }),
      ...(duration !== undefined && { durationMs: duration }),
    },
    ...(onRaster && { onRaster }),
    ...(keeper && { keepMosaic: (raster: RainRaster, receivedAt: EpochMs) => keeper.keep(raster, receivedAt) }),
  };
  const source = composite
    ? new RadarCompositeSource(watched, { radars: composite.radars, by: composite.by, everyMs: duration!, waitMs: composite.wait })
    : createRainFolderSource(watched);
  return {
    settings,
    source,
    service: new Service({ backOff: FOLDER_BACK_OFF }),
    address: folder,
    inputs: ['rain'],
    overlapMs: 0,
    reachMs: 0,
  };
}

function openGauges(settings: GaugeSettings, { domain, now, services, onAnswer }: FeedSurroundings): OpenedFeed {
  const gauged = domain.stations.filter(station => station.gauged).map(({ id }) => id as string);
  const stations = stationCodes(settings, gauged);
  const parts = { settings, stations, domainFolder: domain.folder, now, ...(onAnswer && { onAnswer }) };
  const opened = { settings, inputs: [...stations.stationOf.values()], overlapMs: settings.overlap, reachMs: settings.reach };
  if (settings.url === undefined) {
    const address = pathFrom(domain.folder, settings.folder!);
    return { ...opened, source: createGaugeFolderSource(parts), service: new Service({ backOff: FOLDER_BACK_OFF }), address };
  }
  const url = new URL(settings.url);
  const service = services.get(url.origin) ?? new Service({ backOff: settings.backOff, quota: settings.quota });
  services.set(url.origin, service);
  return { ...opened, source: createGaugeService({ ...parts, service }), service, address: sayUrl(url) };
}
