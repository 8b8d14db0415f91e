import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { epochMs, type EpochMs } from '#hydrology';
import { faultAt } from './feed-fault.js';
import { rainFilesOf, type RainFile } from './rain-files.js';
import { arrivedRain, type SimulatedWorld } from './simulated-world.js';

/** Drops the rain of a simulated world into a folder as files, as a download does: under another name first, then renamed; cut short where a fault has it. */
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
        const file = { name, bytes: isCut ? bytes.subarray(0, bytes.length / 2) : bytes };
        await this.#drop(file);
        names.push(file.name);
      }
      this.writtenTo = epochMs(Math.max(this.writtenTo, grid.receivedAt));
    }
    return names;
  }

  /** As old as it is in the simulated time: a file that has just changed is left for the next look. */
  async #drop({ name, bytes }: RainFile): Promise<void> {
    const path = join(this.folder, name);
    await writeFile(`${path}.part`, bytes);
    const seconds = this.world.now() / 1000 - 10;
    await utimes(`${path}.part`, seconds, seconds);
    await rename(`${path}.part`, path);
  }
}
