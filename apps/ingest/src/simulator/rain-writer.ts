import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { epochMs, type EpochMs } from '#hydrology';
import { dropFile } from './drop-simulated.js';
import { faultAt } from './feed-fault.js';
import { rainFilesOf } from './rain-files.js';
import { arrivedRain, type SimulatedWorld } from './simulated-world.js';

/** Drops the rain of a simulated world into a folder as files, cut short where a fault has it. */
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
      const isCut = faultAt(this.world.faults, 'truncated', { time: grid.validTime, inputs: ['rain'] }) !== undefined;
      for (const { name, bytes } of await rainFilesOf(this.world, grid)) {
        await dropFile(join(this.folder, name), isCut ? bytes.subarray(0, bytes.length / 2) : bytes, this.world.now());
        names.push(name);
      }
      this.writtenTo = epochMs(Math.max(this.writtenTo, grid.receivedAt));
    }
    return names;
  }
}
