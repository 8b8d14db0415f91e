import { toLonLat } from '#config';
import { HOUR_MS, epochMs, toIso, type EpochMs, type RainGrid } from '#hydrology';
import { encodeOdim } from '#observation';
import { faultAt } from './feed-fault.js';
import type { SimulatedWorld } from './simulated-world.js';

export interface RainFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The files that a service makes of an accumulation, as ODIM_H5 composites: one, or as a fault has it in tenths, an hour ahead, twice, or
 * followed by a corrected one.
 */
export async function rainFilesOf(world: SimulatedWorld, grid: RainGrid): Promise<RainFile[]> {
  const has = (kind: Parameters<typeof faultAt>[1]) =>
    faultAt(world.faults, kind, { time: grid.validTime, inputs: ['rain'] }) !== undefined;
  const stamp = has('shifted-clock') ? epochMs(grid.validTime + HOUR_MS) : grid.validTime;
  const bytes = await encode(world, grid, stamp, has('wrong-unit') ? 10 : 1);
  const name = `rain_${toIso(stamp).replaceAll(/\D/g, '').slice(0, 12)}.h5`;
  const files = [{ name, bytes }];
  if (has('duplicate')) files.push({ name: name.replace('.h5', '_again.h5'), bytes });
  if (has('correction')) files.push({ name: name.replace('.h5', '_corrected.h5'), bytes: await encode(world, grid, stamp, 1.5) });
  return files;
}

function encode({ domain }: SimulatedWorld, { values, durationMs }: RainGrid, to: EpochMs, factor: number): Promise<Uint8Array> {
  const { mesh, projection } = domain;
  const depths = new Float32Array(mesh.rows * mesh.columns).fill(NaN);
  values.forEach((depth, cell) => (depths[mesh.row[cell]! * mesh.columns + mesh.column[cell]!] = depth * factor));
  return encodeOdim({
    ...{ projection: projection.definition, corner: toLonLat(projection, mesh.xMin, mesh.yMax), source: 'ORG:247' },
    ...{ rows: mesh.rows, columns: mesh.columns, xResolution: mesh.xResolution, yResolution: mesh.yResolution },
    ...{ from: epochMs(to - durationMs), to, depths },
  });
}
