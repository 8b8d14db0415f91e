import proj4 from 'proj4';
import { HOUR_MS, epochMs, parseIso, uniformNumbers, type Mesh, type PlacedGrid } from '#hydrology';
import { encodeOdim } from '#observation';

/** The projection and the grid of the European composite of OPERA: equal in area, cells of 2 km. */
export const EUROPE: PlacedGrid = {
  definition: '+proj=laea +lat_0=55.0 +lon_0=10.0 +x_0=1950000.0 +y_0=-2100000.0 +units=m +ellps=WGS84',
  ...{ xMin: 0, yMax: 0, xResolution: 2000, yResolution: 2000, rows: 2200, columns: 1900 },
};
const CORNER = [-39.5357864125034, 67.02283275830867] as const;

/** A stretch of the composite, in cells. */
export interface Stretch {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** 150 km a side: showers with their middles in it fall on France alone. */
export const MIDDLE_OF_FRANCE: Stretch = { top: 1480, left: 655, rows: 75, columns: 75 };

/**
 * Round showers of up to 20 mm, in whole hundredths as the file has them, with their middles in the stretch; no radar sees the
 * north-west corner beyond a line.
 */
export function rainOverEurope(count: number, { top, left, rows, columns }: Stretch, seed: number): Float32Array {
  const uniform = uniformNumbers(seed);
  const depths = new Float32Array(EUROPE.rows * EUROPE.columns);
  for (let shower = 0; shower < count; shower++) {
    const [row, column] = [top + uniform() * rows, left + uniform() * columns];
    const [peak, size] = [20 * uniform(), 2 + 10 * uniform()];
    const reach = Math.ceil(3 * size);
    for (let r = Math.max(0, Math.ceil(row - reach)); r < Math.min(EUROPE.rows, row + reach); r++) {
      for (let c = Math.max(0, Math.ceil(column - reach)); c < Math.min(EUROPE.columns, column + reach); c++) {
        const depth = peak * Math.exp(-((r - row) ** 2 + (c - column) ** 2) / (2 * size * size));
        depths[r * EUROPE.columns + c]! += Math.round(100 * depth) / 100;
      }
    }
  }
  for (let r = 0; r < 300; r++) depths.fill(NaN, r * EUROPE.columns, r * EUROPE.columns + 600 - 2 * r);
  return depths;
}

export const COMPOSITE_TO = parseIso('2024-10-17T12:00Z');

/** The composite as an ODIM_H5 file of a quarter of an hour. */
export function encodeComposite(depths: Float32Array): Promise<Uint8Array> {
  const { definition: projection, rows, columns, xResolution, yResolution } = EUROPE;
  const interval = { from: epochMs(COMPOSITE_TO - HOUR_MS / 4), to: COMPOSITE_TO };
  return encodeOdim({ projection, corner: CORNER, rows, columns, xResolution, yResolution, ...interval, depths, source: 'ORG:247' });
}

/** m³: every cell of the composite has its true area. */
export function volumeOfComposite(depths: Float32Array): number {
  let sum = 0;
  for (const depth of depths) if (depth > 0) sum += depth;
  return (sum / 1000) * EUROPE.xResolution * EUROPE.yResolution;
}

/** m³: each cell of the mesh has the area of its corners in the plane of the composite, which keeps areas. */
export function volumeOnMesh(depths: Float32Array, mesh: Mesh, definition: string): number {
  const { forward } = proj4(definition, EUROPE.definition);
  const cornersOf = (row: number) =>
    Array.from({ length: mesh.columns + 1 }, (_, column) =>
      forward([mesh.xMin + column * mesh.xResolution, mesh.yMax - row * mesh.yResolution]),
    );
  const corners = Array.from({ length: mesh.rows + 1 }, (_, row) => cornersOf(row));
  return depths.reduce((sum, depth, cell) => {
    if (!(depth > 0)) return sum;
    const [row, column] = [mesh.row[cell]!, mesh.column[cell]!];
    const [[ax, ay], [bx, by], [cx, cy], [dx, dy]] = [
      ...[corners[row]![column]!, corners[row]![column + 1]!],
      ...[corners[row + 1]![column + 1]!, corners[row + 1]![column]!],
    ] as [number, number][] as [[number, number], [number, number], [number, number], [number, number]];
    return sum + (depth / 1000) * (Math.abs((cx - ax) * (dy - by) - (dx - bx) * (cy - ay)) / 2);
  }, 0);
}
