import { readFile, writeFile } from 'node:fs/promises';
import { writeArrayBuffer } from 'geotiff';
import { Fault } from '#errors';
import { isGeographic, type GridGeometry, type Mesh } from '#hydrology';
import { decodeGeoTiff, type Raster } from '#observation';

export type { Raster };

/**
 * Reads the first band of a GeoTIFF.
 * @throws Fault FILE_UNREADABLE naming the file, whatever is wrong with it.
 */
export async function readGeoTiff(path: string): Promise<Raster> {
  try {
    return await decodeGeoTiff(await readFile(path));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('FILE_UNREADABLE', `${path} is not a readable GeoTIFF: ${reason}`, { path }, { cause });
  }
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
