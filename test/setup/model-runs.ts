import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeModelRun } from '#apps/ingest';
import type { LoadedDomain } from '#config';
import { HOUR_MS, epochMs, toIso, type EpochMs } from '#hydrology';

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
  for (let issued = from; issued <= to; issued = epochMs(issued + everyMs)) {
    const hours = Array.from({ length: leadHours }, (_, k) => rain(issued, k + 1));
    writeFileSync(join(folder, `run_${toIso(issued).replace(/\D/g, '')}.grib2`), encodeModelRun(domain, { issued, hours }));
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
