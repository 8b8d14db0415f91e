import { HOUR_MS, epochMs, toIso, type EpochMs, type RainGrid } from '#hydrology';
import { faultAt } from './feed-fault.js';
import { EXTENSION, encodeRain } from './rain-formats.js';
import type { SimulatedWorld } from './simulated-world.js';

export interface RainFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The files that a service makes of an accumulation, in its format: one, or as a fault has it in tenths, an hour ahead, twice, or
 * followed by a corrected one.
 */
export async function rainFilesOf(world: SimulatedWorld, grid: RainGrid): Promise<RainFile[]> {
  const has = (kind: Parameters<typeof faultAt>[1]) =>
    faultAt(world.faults, kind, { time: grid.validTime, inputs: ['rain'] }) !== undefined;
  const stamp = has('shifted-clock') ? epochMs(grid.validTime + HOUR_MS) : grid.validTime;
  const bytes = await encode(world, grid, stamp, has('wrong-unit') ? 10 : 1);
  const extension = EXTENSION[world.rainFormat ?? 'odim'];
  const name = `rain_${toIso(stamp).replaceAll(/\D/g, '').slice(0, 12)}`;
  const files = [{ name: `${name}.${extension}`, bytes }];
  if (has('duplicate')) files.push({ name: `${name}_again.${extension}`, bytes });
  if (has('correction')) files.push({ name: `${name}_corrected.${extension}`, bytes: await encode(world, grid, stamp, 1.5) });
  return files;
}

function encode({ domain, rainFormat = 'odim' }: SimulatedWorld, grid: RainGrid, to: EpochMs, factor: number): Promise<Uint8Array> {
  const values = factor === 1 ? grid.values : grid.values.map(depth => depth * factor);
  return encodeRain(rainFormat, domain, { values, from: epochMs(to - grid.durationMs), to });
}
