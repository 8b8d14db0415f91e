import { readFile, writeFile } from 'node:fs/promises';
import { fromArrayBuffer, writeArrayBuffer, type GeoTIFFImage } from 'geotiff';
import { Fault } from '#errors';
import { isGeographic, type GridGeometry, type Mesh } from '#hydrology';

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

const METRE = 9001;
const NORTH_UP = 'resample it north up, for instance with gdalwarp';

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

/** Writes one band as GeoTIFF in the projection of the geometry; `noData` marks the cells without a value. */
export async function writeGeoTiff(
  path: string,
  band: { readonly values: Uint8Array | Float32Array; readonly rows: number; readonly columns: number; readonly noData: number },
  geometry: GridGeometry,
): Promise<void> {
  const geographic = isGeographic(geometry.epsg);
  const bytes = writeArrayBuffer(band.values, {
    width: band.columns,
    height: band.rows,
    ModelPixelScale: [geometry.xResolution, geometry.yResolution, 0],
    ModelTiepoint: [0, 0, 0, geometry.xMin, geometry.yMax, 0],
    GTModelTypeGeoKey: geographic ? 2 : 1,
    GTRasterTypeGeoKey: 1,
    ...(geographic ? { GeographicTypeGeoKey: geometry.epsg } : { ProjectedCSTypeGeoKey: geometry.epsg }),
    GDAL_NODATA: String(band.noData),
  });
  await writeFile(path, new Uint8Array(bytes));
}

/** Writes a number of each cell of a mesh as a raster, 0 outside of the mesh. */
export async function writeCellNumbers(path: string, numbers: ArrayLike<number>, mesh: Mesh): Promise<void> {
  const values = new Float32Array(mesh.rows * mesh.columns);
  for (let cell = 0; cell < mesh.cellCount; cell++) values[mesh.row[cell]! * mesh.columns + mesh.column[cell]!] = numbers[cell]!;
  await writeGeoTiff(path, { values, rows: mesh.rows, columns: mesh.columns, noData: 0 }, mesh);
}

/** The value of a raster at a point of its projection (nearest cell), NaN outside. */
export function valueAt(raster: Raster, x: number, y: number): number {
  const column = Math.floor((x - raster.xMin) / raster.xResolution);
  const row = Math.floor((raster.yMax - y) / raster.yResolution);
  if (row < 0 || row >= raster.rows || column < 0 || column >= raster.columns) return NaN;
  return raster.values[row * raster.columns + column]!;
}
