import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toLonLat } from '#config';
import { HOUR_MS, epochMs, toIso, type EpochMs, type RainGrid } from '#hydrology';
import { encodeOdim } from '#observation';
import { faultAt } from './feed-fault.js';
import { arrivedRain, type SimulatedWorld } from './simulated-world.js';

/**
 * Drops the rain of a simulated world into a folder as ODIM_H5 composites, as a download does: under another name first, then
 * renamed. Files that a fault touches are cut short, in tenths, an hour ahead, dropped twice, or followed by a corrected one.
 */
export class RainWriter {
  constructor(
    private readonly world: SimulatedWorld,
    private readonly folder: string,
    private writtenTo: EpochMs,
  ) {}

  /** Writes what came since the last call. @returns the names. */
  async writeDue(): Promise<string[]> {
    await mkdir(this.folder, { recursive: true });
    const names: string[] = [];
    for (const grid of arrivedRain(this.world, this.writtenTo)) {
      names.push(...(await this.#write(grid)));
      this.writtenTo = epochMs(Math.max(this.writtenTo, grid.receivedAt));
    }
    return names;
  }

  async #write(grid: RainGrid): Promise<string[]> {
    const has = (kind: Parameters<typeof faultAt>[1]) =>
      faultAt(this.world.faults, kind, { time: grid.validTime, inputs: ['rain'] }) !== undefined;
    const stamp = has('shifted-clock') ? epochMs(grid.validTime + HOUR_MS) : grid.validTime;
    const factor = has('wrong-unit') ? 10 : 1;
    const bytes = await this.#encode(grid, stamp, factor);
    const name = `rain_${toIso(stamp).replaceAll(/\D/g, '').slice(0, 12)}.h5`;
    const files = [{ name, bytes: has('truncated') ? bytes.subarray(0, bytes.length / 2) : bytes }];
    if (has('duplicate')) files.push({ name: name.replace('.h5', '_again.h5'), bytes });
    if (has('correction')) files.push({ name: name.replace('.h5', '_corrected.h5'), bytes: await this.#encode(grid, stamp, 1.5) });
    for (const file of files) await this.#drop(file.name, file.bytes);
    return files.map(file => file.name);
  }

  #encode({ values, durationMs }: RainGrid, to: EpochMs, factor: number): Promise<Uint8Array> {
    const { mesh, projection } = this.world.domain;
    const depths = new Float32Array(mesh.rows * mesh.columns).fill(NaN);
    values.forEach((depth, cell) => (depths[mesh.row[cell]! * mesh.columns + mesh.column[cell]!] = depth * factor));
    return encodeOdim({
      ...{ projection: projection.definition, corner: toLonLat(projection, mesh.xMin, mesh.yMax), source: 'ORG:247' },
      ...{ rows: mesh.rows, columns: mesh.columns, xResolution: mesh.xResolution, yResolution: mesh.yResolution },
      ...{ from: epochMs(to - durationMs), to, depths },
    });
  }

  /** As old as it is in the simulated time: a file that has just changed is left for the next look. */
  async #drop(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.folder, name);
    await writeFile(`${path}.part`, bytes);
    const seconds = this.world.now() / 1000 - 10;
    await utimes(`${path}.part`, seconds, seconds);
    await rename(`${path}.part`, path);
  }
}
