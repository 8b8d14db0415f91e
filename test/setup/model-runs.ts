import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toLonLat, type LoadedDomain } from '#config';
import { HOUR_MS, centreOf, epochMs, toIso, type EpochMs } from '#hydrology';
import { encodeGrib2 } from '#observation';

/** Of a model that sees the basins of the Cance, in degrees. */
const GRID = { rows: 24, columns: 32, xMin: 4.2, yMax: 45.4, xResolution: 0.02, yResolution: 0.02 };

export interface ModelRuns {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  readonly leadHours: number;
  /** mm of the hour that ends `hours` after the issue, on the mesh. */
  readonly rain: (issued: EpochMs, hours: number) => Float32Array;
}

/** Writes runs issued in [from, to] into a folder: a file of GRIB2 a run, with sums since the issue as most centres write them. */
export function writeModelRuns(folder: string, domain: LoadedDomain, { from, to, everyMs, leadHours, rain }: ModelRuns): void {
  const spread = spreader(domain);
  for (let issued = from; issued <= to; issued = epochMs(issued + everyMs)) {
    const sum = new Float32Array(domain.mesh.cellCount);
    const messages = Array.from({ length: leadHours }, (_, k) => {
      rain(issued, k + 1).forEach((depth, cell) => (sum[cell] = sum[cell]! + depth));
      return encodeGrib2({ grid: GRID, issued, from: issued, to: epochMs(issued + (k + 1) * HOUR_MS), depths: spread(sum) });
    });
    writeFileSync(join(folder, `run_${toIso(issued).replace(/\D/g, '')}.grib2`), Buffer.concat(messages));
  }
}

/** What the record says fell, given out by a model that errs by a factor. */
export const rainOfRecord =
  ({ record, mesh }: LoadedDomain, factor = 1) =>
  (issued: EpochMs, hours: number): Float32Array => {
    const to = epochMs(issued + hours * HOUR_MS);
    const grid = record.rain(epochMs(to - 1), to).find(({ validTime }) => validTime === to);
    return grid === undefined ? new Float32Array(mesh.cellCount) : grid.values.map(depth => depth * factor);
  };

/** The mean of the cells of the mesh that lie in each cell of the grid, and the nearest one's where none does. */
function spreader({ mesh, projection }: LoadedDomain): (values: Float32Array) => Float32Array {
  const places = Array.from({ length: mesh.cellCount }, (_, cell) => {
    const [longitude, latitude] = toLonLat(projection, ...centreOf(mesh, cell));
    return [(longitude - GRID.xMin) / GRID.xResolution - 0.5, (GRID.yMax - latitude) / GRID.yResolution - 0.5] as const;
  });
  const members = Array.from({ length: GRID.rows * GRID.columns }, (_, k) => {
    const [row, column] = [Math.floor(k / GRID.columns), k % GRID.columns];
    const distance = places.map(([x, y]) => Math.max(Math.abs(x - column), Math.abs(y - row)));
    const inside = distance.flatMap((far, cell) => (far <= 0.5 ? [cell] : []));
    return inside.length > 0 ? inside : [distance.indexOf(Math.min(...distance))];
  });
  return values => Float32Array.from(members, cells => cells.reduce((sum, cell) => sum + values[cell]!, 0) / cells.length);
}
