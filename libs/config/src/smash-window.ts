import { join } from 'node:path';
import { disaggregatePet } from '#forcing';
import { DAY_MS, buildMesh, centreOf, epochMs, floorTo, positionOfPoint, stampOf, toIso, type Mesh, type TimeGrid } from '#hydrology';
import { Fault } from '#errors';
import { PET_FILE, RAIN_FILE } from './import-record.js';
import { readGeoTiff, type Raster } from './raster.js';
import { listRasters, readSmashDataset, readStamp, type SmashDataset } from './smash-dataset.js';

/** The first steps of a SMASH data set on the cells of its mesh, without writing a domain. */
export interface SmashWindow {
  readonly name: string;
  readonly mesh: Mesh;
  readonly time: TimeGrid;
  /** mm per step, [step × cellCount + cell]; NaN = missing. */
  readonly rain: Float32Array;
  readonly pet: Float32Array;
}

/**
 * Reads so many steps from the first 00:00 UTC of the rain on; each accumulation is shared out equally over the steps that it
 * covers, and every day has the PET of the first file.
 * @throws Fault DATASET_INVALID when the steps do not divide the rain's, COMMAND_INVALID when the rain ends before the window does.
 */
export async function readSmashWindow(
  folder: string,
  { stepMs, steps }: { readonly stepMs: number; readonly steps: number },
): Promise<SmashWindow> {
  const dataset = await readSmashDataset(folder);
  if (dataset.stepMs % stepMs !== 0)
    throw new Fault('DATASET_INVALID', `the rain of ${dataset.name} comes every ${dataset.stepMs} ms, which ${stepMs} ms do not divide`, {
      folder,
    });
  const mesh = meshOf(dataset);
  const files = await listRasters(join(folder, 'prcp'), RAIN_FILE);
  const first = readStamp(files[0]!.stamp);
  const start = epochMs(floorTo(epochMs(first + DAY_MS - 1), DAY_MS));
  const time: TimeGrid = { start, stepMs, count: steps };
  const rain = new Float32Array(steps * mesh.cellCount).fill(NaN);
  const covered = Math.max(0, Math.floor((readStamp(files.at(-1)!.stamp) - start) / stepMs));
  if (covered < steps)
    throw new Fault('COMMAND_INVALID', `the rain of ${dataset.name} after ${toIso(start)} covers ${covered} steps, not ${steps}`, {
      folder,
    });
  const covering = files.filter(({ stamp }) => readStamp(stamp) > start && readStamp(stamp) - dataset.stepMs < stampOf(time, steps - 1));
  for (const { stamp, path } of covering)
    shareOut(await readGeoTiff(path), (readStamp(stamp) - start) / stepMs, { dataset, mesh, time, rain });
  const daily = await fieldOf(join(folder, 'pet'), dataset, mesh);
  return { name: dataset.name, mesh, time, rain, pet: disaggregatePet(time, mesh.cellCount, () => daily) };
}

/** The mesh of a SMASH data set alone. */
export const readSmashMesh = async (folder: string): Promise<Mesh> => meshOf(await readSmashDataset(folder));

function meshOf({ mesh }: SmashDataset): Mesh {
  return buildMesh({ ...mesh, codes: mesh.flowDirection.map((code, k) => (mesh.active[k] === 1 ? code : 0)) }, mesh);
}

interface Target {
  readonly dataset: SmashDataset;
  readonly mesh: Mesh;
  readonly time: TimeGrid;
  readonly rain: Float32Array;
}

/** Writes one accumulation to the steps that end with step `end` (exclusive). */
function shareOut(raster: Raster, end: number, { dataset, mesh, time, rain }: Target): void {
  const parts = dataset.stepMs / time.stepMs;
  const field = cellsOf(raster, mesh, dataset.rainFactor / parts);
  for (let step = Math.max(0, end - parts); step < Math.min(time.count, end); step++) rain.set(field, step * mesh.cellCount);
}

async function fieldOf(folder: string, dataset: SmashDataset, mesh: Mesh): Promise<Float32Array> {
  const [first] = await listRasters(folder, PET_FILE);
  return cellsOf(await readGeoTiff(first!.path), mesh, dataset.petFactor);
}

/** A raster on the cells of the mesh (nearest), times a factor; NaN outside and below 0. */
function cellsOf(raster: Raster, mesh: Mesh, factor: number): Float32Array {
  return Float32Array.from({ length: mesh.cellCount }, (_, cell) => {
    const { row, column } = positionOfPoint(...centreOf(mesh, cell), raster);
    const inside = row >= 0 && row < raster.rows && column >= 0 && column < raster.columns;
    const value = inside ? raster.values[row * raster.columns + column]! : NaN;
    return value >= 0 ? value * factor : NaN;
  });
}
