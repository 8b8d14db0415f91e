import { readFile, writeFile } from 'node:fs/promises';
import { fromArrayBuffer, writeArrayBuffer } from 'geotiff';
import { Fault } from '#errors';
import type { GridGeometry } from '#hydrology';

/** One band of a GeoTIFF: row-major, row 0 = north; no-data is NaN. */
export interface Raster extends GridGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * Reads the first band of a GeoTIFF.
 * @throws Fault FILE_UNREADABLE naming the file, whatever is wrong with it.
 */
export async function readGeoTiff(path: string): Promise<Raster> {
  try {
    const bytes = await readFile(path);
    return await decodeGeoTiff(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('FILE_UNREADABLE', `${path} is not a readable GeoTIFF: ${reason}`, { path }, { cause });
  }
}

const PIXEL_IS_POINT = 2;

async function decodeGeoTiff(buffer: ArrayBuffer): Promise<Raster> {
  const image = await (await fromArrayBuffer(buffer)).getImage();
  const band = (await image.readRasters({ samples: [0] }))[0];
  if (band === undefined || typeof band === 'number') throw new Error('it holds no raster band');
  const [xOrigin, yOrigin] = image.getOrigin() as [number, number];
  const [xResolution, yResolution] = image.getResolution().map(Math.abs) as [number, number];
  const noData = image.getGDALNoData();
  const keys = image.getGeoKeys();
  const epsg = Number(keys?.ProjectedCSTypeGeoKey ?? keys?.GeographicTypeGeoKey ?? 0);
  // The origin of a "pixel is point" raster is the centre of its first cell, not the corner (GeoTIFF 1.1, 7.1.2).
  const shift = keys?.GTRasterTypeGeoKey === PIXEL_IS_POINT ? 0.5 : 0;
  const values = Float64Array.from(band, value => (value === noData ? NaN : value));
  return {
    epsg,
    xMin: xOrigin - shift * xResolution,
    yMax: yOrigin + shift * yResolution,
    xResolution,
    yResolution,
    rows: image.getHeight(),
    columns: image.getWidth(),
    values,
  };
}

/** Writes one band as GeoTIFF in the projection of the geometry; `noData` marks the cells without a value. */
export async function writeGeoTiff(
  path: string,
  band: { readonly values: Uint8Array | Float32Array; readonly rows: number; readonly columns: number; readonly noData: number },
  geometry: GridGeometry,
): Promise<void> {
  const geographic = geometry.epsg === 4326;
  const bytes = writeArrayBuffer(band.values, {
    width: band.columns,
    height: band.rows,
    ModelPixelScale: [geometry.xResolution, geometry.yResolution, 0],
    ModelTiepoint: [0, 0, 0, geometry.xMin, geometry.yMax, 0],
    GTModelTypeGeoKey: geographic ? 2 : 1,
    GTRasterTypeGeoKey: 1,
    ...(geographic ? { GeographicTypeGeoKey: 4326 } : { ProjectedCSTypeGeoKey: geometry.epsg }),
    GDAL_NODATA: String(band.noData),
  });
  await writeFile(path, new Uint8Array(bytes));
}

/** The value of a raster at a point of its projection (nearest cell), NaN outside. */
export function valueAt(raster: Raster, x: number, y: number): number {
  const column = Math.floor((x - raster.xMin) / raster.xResolution);
  const row = Math.floor((raster.yMax - y) / raster.yResolution);
  if (row < 0 || row >= raster.rows || column < 0 || column >= raster.columns) return NaN;
  return raster.values[row * raster.columns + column]!;
}
