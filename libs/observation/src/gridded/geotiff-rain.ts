import { epochMs, type EpochMs } from '#hydrology';
import { Refusal } from '../reject.js';
import { decodeGeoTiff } from './geotiff.js';
import { requirePlausibleInterval, type RainRaster, type RainReading } from './rain-raster.js';

/** Is it a TIFF or BigTIFF of either byte order? */
export const isTiff = (bytes: Uint8Array): boolean => {
  const order = bytes[0] === 0x49 && bytes[1] === 0x49 ? 0 : bytes[0] === 0x4d && bytes[1] === 0x4d ? 1 : -1;
  return order >= 0 && [42, 43].includes(bytes[order === 0 ? 2 : 3]!) && bytes[order === 0 ? 3 : 2] === 0;
};

/**
 * Decodes the first band of a GeoTIFF. A GeoTIFF knows neither its time nor its unit: the end of the accumulation is the last
 * time in its name (YYYYMMDDHHMM with any separators, UTC), duration and unit are the source's.
 */
export async function decodeGeoTiffRain(bytes: Uint8Array, reading: RainReading): Promise<RainRaster> {
  const to = stampOfName(reading.name);
  if (to === undefined) throw new Refusal('FIELD_MISSING', 'has no time in its name (…YYYYMMDDHHMM…), and a GeoTIFF has none inside');
  const from = epochMs(to - (reading.durationMs ?? 0));
  requirePlausibleInterval(from, to, reading.receivedAt);
  const raster = await decodeGeoTiff(bytes);
  const definition = reading.definitionOf(raster.epsg);
  if (definition === undefined) {
    throw new Refusal(
      'PROJECTION_UNUSABLE',
      `is in EPSG:${raster.epsg}, which is not known; reproject it, for instance with gdalwarp -t_srs`,
    );
  }
  const { xMin, yMax, xResolution, yResolution, rows, columns } = raster;
  const depths = Float32Array.from(raster.values, value => value * reading.unitMm);
  return {
    grid: { definition, xMin, yMax, xResolution, yResolution, rows, columns },
    ...{ from, to, depths, quality: null, product: 'GeoTIFF' },
  };
}

/** The last time written in a file name. */
export function stampOfName(name: string): EpochMs | undefined {
  const times = [...name.matchAll(/(?<!\d)(\d{4})[-_]?(\d\d)[-_]?(\d\d)[-_T]?(\d\d)[-_h:]?(\d\d)(?:\d\d)?Z?(?!\d)/g)];
  const [, year, month, day, hour, minute] = times.at(-1) ?? [];
  if (year === undefined) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}Z`);
  return Number.isNaN(ms) ? undefined : epochMs(ms);
}
