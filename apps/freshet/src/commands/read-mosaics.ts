import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { projectionOf } from '#config';
import { Fault } from '#errors';
import { HOUR_MS, epochMs, toIso, type EpochMs } from '#hydrology';
import { MARSHALL_PALMER, decodeRainFile, type RainRaster } from '#observation';

/** Mosaics of one source on one raster, in the order of time. */
export interface MosaicSequence {
  readonly rows: number;
  readonly columns: number;
  readonly cellKm: number;
  readonly stepMs: number;
  readonly mosaics: readonly { readonly to: EpochMs; readonly rates: Float32Array }[];
}

export interface MosaicFolder {
  readonly folder: string;
  readonly stepMs: number;
  /** mm of one unit of a GeoTIFF. */
  readonly unitMm: number;
}

/**
 * Reads every file of a folder, at any depth, as rain in any known format, over one step; depths become mm/h.
 * @throws Fault COMMAND_INVALID when there is no mosaic, or two lie on different rasters.
 */
export async function readMosaics({ folder, stepMs, unitMm }: MosaicFolder): Promise<MosaicSequence> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  const rasters: RainRaster[] = [];
  for (const file of files.sort()) rasters.push(...(await decode(file, stepMs, unitMm)));
  const [first] = rasters;
  if (first === undefined) throw new Fault('COMMAND_INVALID', `${folder} holds no rain of a known format`);
  const { rows, columns, xResolution, definition } = first.grid;
  const odd = rasters.find(({ grid }) => grid.rows !== rows || grid.columns !== columns);
  if (odd) throw new Fault('COMMAND_INVALID', `the mosaic of ${toIso(odd.to)} in ${folder} has another raster than the first`);
  const unit = definition.includes('+units=km') ? 1 : definition.includes('longlat') ? 111.2 : 1e-3;
  const mosaics = rasters.map(({ to, from, depths }) => ({ to, rates: depths.map(depth => (depth * HOUR_MS) / (to - from)) }));
  return { rows, columns, cellKm: xResolution * unit, stepMs, mosaics: mosaics.sort((a, b) => a.to - b.to) };
}

async function decode(file: string, durationMs: number, unitMm: number): Promise<readonly RainRaster[]> {
  const { rasters, rejects } = await decodeRainFile(await readFile(file), {
    name: basename(file),
    receivedAt: epochMs(Date.now()),
    ...{ durationMs, unitMm, reflectivity: MARSHALL_PALMER, minimumQuality: 0, polarCellM: 1000 },
    definitionOf: epsg => projectionOf(epsg).definition,
  });
  if (rasters.length === 0) for (const { message } of rejects) process.stderr.write(`${message}\n`);
  return rasters;
}
