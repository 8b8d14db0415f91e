import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { arrival, askingInTime } from './arrival-settings.js';
import { Address, asking } from './asking-settings.js';
import { Duration } from './duration.js';

/** Folders of gridded rain. The first name takes every format that Freshet reads, the others one only; the last two those of weather models. */
export const RAIN_KINDS = [
  'rain-folder',
  'odim-folder',
  'knmi-folder',
  'netcdf-folder',
  'radolan-folder',
  'geotiff-folder',
  'grib2-folder',
  'nwp-folder',
  'nwp-temperature-folder',
] as const;
/** Gauge services and formats, over HTTP or as files in a folder. */
export const GAUGE_KINDS = ['hubeau', 'vigicrues', 'ea', 'ea-xml', 'usgs', 'usgs-waterml', 'waterml2', 'pi-xml', 'pi-json', 'csv'] as const;
export type RainKind = (typeof RAIN_KINDS)[number];
export type GaugeKind = (typeof GAUGE_KINDS)[number];

/** Not so short that a service is hammered by a slip of the pen. */
const interval = (otherwise: string) => Duration.prefault(otherwise).refine(ms => ms >= 1000, 'must be at least 1s');

const common = {
  /** Under this name the archive, the feeds page and the log know the source. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be up to 40 small letters, digits and hyphens, the first a letter'),
  enabled: z.boolean().default(true),
};

const Reflectivity = z.strictObject({
  a: z.number().positive().default(200),
  b: z.number().positive().default(1.6),
  floorDbz: z.number().default(7),
  capDbz: z.number().default(53),
});

const share = (otherwise: number) => z.number().gt(0).max(1).default(otherwise);
const times = (otherwise: number) => z.number().gt(1).default(otherwise);
const rate = (otherwise: number) => z.number().positive().default(otherwise);
const count = (most: number, otherwise: number) => z.number().int().min(2).max(most).default(otherwise);

/** Each is off unless it is named; `speckle: {}` switches it on as it is. */
const RainFilters = z.strictObject({
  spokes: z.strictObject({ share: share(0.7), factor: times(2) }).optional(),
  clutter: z.strictObject({ frequency: share(0.25), contrast: times(3), rasters: count(4000, 200), wet: rate(0.1) }).optional(),
  spikes: z.strictObject({ least: rate(20), factor: times(8) }).optional(),
  speckle: z.strictObject({ cells: count(100, 3), wet: rate(0.1) }).optional(),
});

/** Polar files of several radars become one field. */
const Composite = z.strictObject({
  /** As their files name them: NOD, else RAD, else WMO of what/source. */
  radars: z.array(z.string().min(1)).min(2),
  by: z.enum(['distance', 'maximum']).default('distance'),
  /** After the end of an interval what has not come is done without. */
  wait: Duration.prefault('10min'),
});

const RainFolderSource = z
  .strictObject({
    ...common,
    ...arrival,
    kind: z.enum(RAIN_KINDS),
    /** Absolute, or from the domain's folder. */
    folder: z.string().min(1),
    every: interval('1min'),
    /** ODIM quantity or NetCDF variable, where a file holds several. */
    variable: z.string().min(1).optional(),
    /** Of files that hold a rate or an instant without a beginning. */
    duration: Duration.optional(),
    reflectivity: Reflectivity.prefault({}),
    /** Cells of a lower quality index become missing. */
    minimumQuality: z.number().min(0).max(1).default(0),
    /** mm of one unit of a raster that has no unit of its own (GeoTIFF). */
    unitMm: z.number().positive().default(1),
    /** Side of the cells onto which polar data are brought, m. */
    polarCell: z.number().min(100).max(10_000).default(1000),
    /** What takes out echoes that are no rain, and counts them. */
    filters: RainFilters.prefault({}),
    composite: Composite.optional(),
    /** Of an ensemble of a weather model, 0 unless set. */
    member: z.number().int().min(0).max(255).optional(),
  })
  .check(context => {
    const { composite, duration } = context.value;
    if (composite === undefined || duration !== undefined) return;
    const message = 'is missing: a composite is made once in it, such as 5min';
    context.issues.push({ code: 'custom', path: ['duration'], message, input: context.value });
  });

const column = z.strictObject({ column: z.string().min(1) });
const Csv = z.strictObject({
  separator: z.string().length(1).default(','),
  decimal: z.enum(['.', ',']).default('.'),
  time: z.string().min(1),
  timeFormat: z.enum(['iso', 'dmy', 'seconds', 'milliseconds']).default('iso'),
  value: z.string().min(1),
  unit: z.string().min(1),
  station: z.union([column, z.strictObject({ fixed: z.string().min(1) })], 'must be { column: name } or { fixed: station }'),
  variable: z.union([column, z.strictObject({ fixed: z.enum(['Q', 'H', 'P']) })], 'must be { column: name } or { fixed: Q, H or P }'),
  missing: z.array(z.string()).default([]),
});

/** Services of rivers alone, and formats that do not say how long an accumulation of rain is. */
const RAINLESS: ReadonlySet<string> = new Set(['hubeau', 'vigicrues']);
const SAY_NO_DURATION: ReadonlySet<string> = new Set(['usgs', 'usgs-waterml', 'csv']);

const GaugeSource = z
  .strictObject({
    ...common,
    ...asking,
    ...askingInTime,
    ...arrival,
    kind: z.enum(GAUGE_KINDS),
    url: Address.optional(),
    folder: z.string().min(1).optional(),
    every: interval('5min'),
    /** Station of stations.csv: what the service calls it. Absent: every gauged station under its own id. */
    stations: z.record(z.string(), z.string().min(1)).optional(),
    quantities: z
      .array(z.enum(['Q', 'H', 'P']))
      .min(1)
      .default(['Q', 'H']),
    /** How rain gauges stamp their depths, and over how long they collect where a format does not say it. */
    rain: z.strictObject({ duration: Duration.optional(), stampedAt: z.enum(['end', 'start']).default('end') }).optional(),
    /** Minutes east of Greenwich of times without a zone. */
    zoneMinutes: z
      .number()
      .int()
      .min(-14 * 60)
      .max(14 * 60)
      .default(0),
    /** Quantity of a service's own parameter names (Delft-FEWS). */
    parameters: z.record(z.string(), z.enum(['Q', 'H', 'P'])).default({}),
    csv: Csv.optional(),
  })
  .check(context => {
    const { url, folder, kind, csv } = context.value;
    const refuse = (path: string, message: string) => {
      context.issues.push({ code: 'custom', path: [path], message, input: context.value });
    };
    if ((url === undefined) === (folder === undefined)) refuse('url', 'give either url, to ask a service, or folder, to take files');
    if (url !== undefined && arrivalsOf(context.value).length > 0)
      refuse('url', 'cannot stand beside bucket, notifications or download: they fill a folder');
    if (kind === 'csv' && csv === undefined) refuse('csv', 'is missing: say which column is what (time, value, unit, station, variable)');
    if (kind !== 'csv' && csv !== undefined) refuse('csv', `is for sources of kind csv, not ${kind}`);
    if (!context.value.quantities.includes('P')) return;
    if (RAINLESS.has(kind)) refuse('quantities', `P: ${kind} has no rain gauges`);
    if (SAY_NO_DURATION.has(kind) && context.value.rain?.duration === undefined)
      refuse('rain.duration', `is missing: ${kind} does not say over how long a depth was collected, such as 15min`);
  });

/** One source that is asked or watched in operations. */
export const LiveSource = z.discriminatedUnion('kind', [RainFolderSource, GaugeSource], {
  error: `must have a kind, one of ${[...RAIN_KINDS, ...GAUGE_KINDS].join(', ')}`,
});
export type LiveSource = z.infer<typeof LiveSource>;
export type RainFolderSettings = z.infer<typeof RainFolderSource>;
export type GaugeSettings = z.infer<typeof GaugeSource>;

export const isRainSource = (source: LiveSource): source is RainFolderSettings => (RAIN_KINDS as readonly string[]).includes(source.kind);

/** What fills the folder of a source, by its key. */
export const arrivalsOf = (source: Pick<LiveSource, keyof typeof arrival>): (keyof typeof arrival)[] =>
  (['bucket', 'notifications', 'download'] as const).filter(way => source[way] !== undefined);

/** What a weather model expects, not rain that fell. */
export const isForecastSource = (source: LiveSource): boolean => source.kind === 'nwp-folder' || isTemperatureSource(source);
export const isTemperatureSource = (source: LiveSource): boolean => source.kind === 'nwp-temperature-folder';

/** A folder of the runs of a weather model that domain.yaml says nothing of, with every setting as it is unless set. */
export const forecastFolder = (folder: string): RainFolderSettings => RainFolderSource.parse({ id: 'nwp', kind: 'nwp-folder', folder });

/** Mistakes between sources, by key: two of one name, two of rain (which would be added up), stations that are no gauges of the domain. */
export function checkLiveSources(sources: readonly LiveSource[], gauged: readonly string[]): string[] {
  const ids = sources.map(({ id }) => id);
  const twice = ids.filter((id, k) => ids.indexOf(id) !== k);
  const gridded = sources.filter(source => source.enabled && isRainSource(source));
  const models = gridded.filter(source => isForecastSource(source) && !isTemperatureSource(source));
  const warmth = gridded.filter(isTemperatureSource);
  const rain = gridded.filter(source => !isForecastSource(source));
  const strangers = sources.flatMap((source, k) =>
    isRainSource(source)
      ? []
      : Object.keys(source.stations ?? {})
          .filter(id => !gauged.includes(id))
          .map(id => `sources.live.${k}.stations: ${id} is no gauged station of stations.csv; it has ${gauged.join(', ') || 'none'}`),
  );
  return [
    ...sources.flatMap((source, k) => {
      const ways = arrivalsOf(source);
      return ways.length < 2 ? [] : [`sources.live.${k}: has ${ways.join(' and ')}; keep one`];
    }),
    ...twice.map(id => `sources.live: two sources are called ${id}`),
    ...(rain.length > 1 ? [`sources.live: ${rain.map(({ id }) => id).join(' and ')} both bring rain; enable one`] : []),
    ...(models.length > 1 ? [`sources.live: ${models.map(({ id }) => id).join(' and ')} are both of weather models; enable one`] : []),
    ...(warmth.length > 1 ? [`sources.live: ${warmth.map(({ id }) => id).join(' and ')} both bring temperature; enable one`] : []),
    ...strangers,
  ];
}

/** Asks for rain gauges. */
export const hasRainGauges = (source: LiveSource): source is GaugeSettings => !isRainSource(source) && source.quantities.includes('P');

/** A path of domain.yaml that may lie anywhere: absolute, or from the domain's folder. */
export const pathFrom = (domainFolder: string, path: string): string => (isAbsolute(path) ? path : resolve(domainFolder, path));
