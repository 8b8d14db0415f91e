import type { CellPosition } from './flow-direction.js';

/** Outer north-west corner and cell size of a raster, in units of its projection. */
export interface GridFrame {
  readonly xMin: number;
  readonly yMax: number;
  readonly xResolution: number;
  readonly yResolution: number;
}

/** Where a raster lies. */
export interface GridGeometry extends GridFrame {
  readonly epsg: number;
}

/**
 * A raster of any source and where it lies: outer north-west corner, cell size and shape in units of `definition`, a proj4 text
 * (metres, kilometres or degrees). Row 0 = north.
 */
export interface PlacedGrid extends GridFrame {
  readonly definition: string;
  readonly rows: number;
  readonly columns: number;
}

/** Coordinate systems in degrees: WGS 84, ETRS89, RGF93 v1, NAD83. */
const GEOGRAPHIC: ReadonlySet<number> = new Set([4326, 4258, 4171, 4269]);

/** Does the coordinate system of an EPSG code count in degrees? */
export const isGeographic = (epsg: number): boolean => GEOGRAPHIC.has(epsg);

/** Length of one degree of a meridian on the sphere that SMASH uses (R = 6 371 228 m), m. */
const METRES_PER_DEGREE = 111_199;

/**
 * Width and height of the cells of a row, m. Projected grids: the resolution. Geographic ones: dy = yres·111 199 m,
 * dx = xres·111 199 m·cos(latitude of the row's middle) (hydrology.md 11).
 */
export function cellSizeM(geometry: GridGeometry, row: number): { readonly dx: number; readonly dy: number } {
  if (!isGeographic(geometry.epsg)) return { dx: geometry.xResolution, dy: geometry.yResolution };
  const latitude = geometry.yMax - (row + 0.5) * geometry.yResolution;
  const scale = Math.cos((latitude * Math.PI) / 180);
  return { dx: geometry.xResolution * METRES_PER_DEGREE * scale, dy: geometry.yResolution * METRES_PER_DEGREE };
}

/** Centre of a cell of a raster in units of its projection. */
export const centreOfPosition = ({ row, column }: CellPosition, geometry: GridGeometry): readonly [x: number, y: number] => [
  geometry.xMin + (column + 0.5) * geometry.xResolution,
  geometry.yMax - (row + 0.5) * geometry.yResolution,
];

/** The cell of a raster in which a point lies; it may be outside of the raster. */
export const positionOfPoint = (x: number, y: number, geometry: GridGeometry): CellPosition => ({
  row: Math.floor((geometry.yMax - y) / geometry.yResolution),
  column: Math.floor((x - geometry.xMin) / geometry.xResolution),
});
