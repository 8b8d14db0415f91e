import { fromArrayBuffer, type GeoTIFFImage } from 'geotiff';
import type { GridGeometry } from '#hydrology';
import { requirePlausibleShape } from './rain-raster.js';

/** One band of a GeoTIFF: row-major, row 0 = north; no-data is NaN. */
export interface Raster extends GridGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

const PIXEL_IS_POINT = 2;
const METRE = 9001;
const NORTH_UP = 'resample it north up, for instance with gdalwarp';

/**
 * Reads the first band of a GeoTIFF from its bytes.
 * @throws Error saying what is wrong with it; whoever knows its name adds that.
 */
export async function decodeGeoTiff(bytes: Uint8Array): Promise<Raster> {
  const image = await (await fromArrayBuffer(Uint8Array.from(bytes).buffer)).getImage();
  requirePlausibleShape(image.getHeight(), image.getWidth());
  const band = (await image.readRasters({ samples: [0] }))[0];
  if (band === undefined || typeof band === 'number') throw new Error('it holds no raster band');
  const { xOrigin, yOrigin, xResolution, yResolution } = affineOf(placeTags(image));
  const noData = image.getGDALNoData();
  const keys = image.getGeoKeys();
  const linearUnit = Number(keys?.ProjLinearUnitsGeoKey ?? METRE);
  if (linearUnit !== METRE)
    throw new Error(`its coordinates are not in metres (unit code ${linearUnit}); reproject it, for instance with gdalwarp -t_srs`);
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

interface Affine {
  readonly xOrigin: number;
  readonly yOrigin: number;
  readonly xResolution: number;
  readonly yResolution: number;
}

type PlaceTags = Partial<Record<'ModelPixelScale' | 'ModelTiepoint' | 'ModelTransformation', ArrayLike<number>>>;

const placeTags = ({ fileDirectory }: GeoTIFFImage): PlaceTags => {
  const names = ['ModelPixelScale', 'ModelTiepoint', 'ModelTransformation'] as const;
  return Object.fromEntries(names.map(name => [name, fileDirectory.getValue(name)]));
};

/** Corner and cell size, from ModelPixelScale and ModelTiepoint or from ModelTransformation (GeoTIFF 1.1, 7.1.1). */
export function affineOf({ ModelPixelScale: scale, ModelTiepoint: tie, ModelTransformation: matrix }: PlaceTags): Affine {
  if (scale !== undefined && tie?.length === 6) {
    const [column, row, , x, y] = Array.from(tie) as [number, number, number, number, number];
    return northUp({ xOrigin: x - column * scale[0]!, yOrigin: y + row * scale[1]!, xResolution: scale[0]!, yResolution: scale[1]! });
  }
  if (matrix === undefined)
    throw new Error('it does not say where it lies (neither ModelPixelScale with one ModelTiepoint nor ModelTransformation)');
  if (matrix[1] !== 0 || matrix[4] !== 0) throw new Error(`it is rotated against its projection; ${NORTH_UP}`);
  return northUp({ xOrigin: matrix[3]!, yOrigin: matrix[7]!, xResolution: matrix[0]!, yResolution: -matrix[5]! });
}

function northUp(affine: Affine): Affine {
  if (affine.xResolution > 0 && affine.yResolution > 0) return affine;
  throw new Error(`its rows run from south to north or its columns from east to west; ${NORTH_UP}`);
}
