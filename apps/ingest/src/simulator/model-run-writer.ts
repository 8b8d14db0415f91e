import { join } from 'node:path';
import { Fault } from '#errors';
import { HOUR_MS, epochMs, floorTo, toIso, type EpochMs } from '#hydrology';
import { dropFile } from './drop-simulated.js';
import { faultAt, type FeedFaultKind } from './feed-fault.js';
import { encodeModelRun } from './model-run.js';
import type { SimulatedWorld } from './simulated-world.js';

/** How a weather model publishes. */
export interface ModelSchedule {
  /** Between two issues, from midnight UTC. */
  readonly everyMs: number;
  /** From the issue to the file. */
  readonly delayMs: number;
  readonly leadHours: number;
}

/** As a convective model of a national centre. */
export const MODEL_SCHEDULE: ModelSchedule = { everyMs: 6 * HOUR_MS, delayMs: 3 * HOUR_MS, leadHours: 36 };

/** Depths of a wrong unit: tenths for millimetres. */
const TENTHS = 10;

/**
 * Writes the runs of a weather model into a folder when they would be published: what the record says fell after the issue, so a model that is
 * right. Of the faults, `stall`, `503` and `truncated` hold by the time of publication and `wrong-unit` by the issue, of the input `model`.
 */
export class ModelRunWriter {
  constructor(
    private readonly world: SimulatedWorld,
    private readonly folder: string,
    /** Runs published until then are not written. */
    private writtenTo: EpochMs,
    private readonly schedule: ModelSchedule = MODEL_SCHEDULE,
  ) {
    const { rainStepMs } = world.domain.record;
    if (rainStepMs !== null && rainStepMs <= HOUR_MS && HOUR_MS % rainStepMs === 0) return;
    throw new Fault('COMMAND_INVALID', '--model-runs: runs are made of rain by the hour, and the record has none; leave it out');
  }

  /** Writes what was published since the last call. @returns the names. */
  async writeDue(): Promise<string[]> {
    const { everyMs, delayMs } = this.schedule;
    const now = this.world.now();
    const names: string[] = [];
    if (this.#has('stall', now) || this.#has('503', now)) return names; // published when it is over
    for (let issued = floorTo(epochMs(now - delayMs), everyMs); issued + delayMs > this.writtenTo; issued = epochMs(issued - everyMs)) {
      const bytes = this.#encode(issued);
      if (bytes === null) continue;
      const name = `run_${toIso(issued).replaceAll(/\D/g, '').slice(0, 12)}.grib2`;
      const isCut = this.#has('truncated', issued + delayMs);
      await dropFile(join(this.folder, name), isCut ? bytes.subarray(0, bytes.length / 2) : bytes, now);
      names.unshift(name);
    }
    this.writtenTo = now;
    return names;
  }

  #has(kind: FeedFaultKind, time: number): boolean {
    return faultAt(this.world.faults, kind, { time, inputs: ['model'] }) !== undefined;
  }

  /** null where the record does not hold a single hour after the issue. */
  #encode(issued: EpochMs): Uint8Array | null {
    const factor = this.#has('wrong-unit', issued) ? TENTHS : 1;
    const hours: Float32Array[] = [];
    for (let lead = 0; lead < this.schedule.leadHours; lead++) {
      const depths = this.#rainOfHour(epochMs(issued + lead * HOUR_MS));
      if (depths === null) break; // beyond the record: a shorter run, not a dry one
      hours.push(factor === 1 ? depths : depths.map(depth => depth * factor));
    }
    return hours.length === 0 ? null : encodeModelRun(this.world.domain, { issued, hours });
  }

  /** mm of the hour after `from`; null where the record lacks a part of it. */
  #rainOfHour(from: EpochMs): Float32Array | null {
    const { domain, shiftMs } = this.world;
    const start = epochMs(from - shiftMs);
    const grids = domain.record.rain(start, epochMs(start + HOUR_MS));
    if (grids.reduce((covered, { durationMs }) => covered + durationMs, 0) < HOUR_MS) return null;
    return grids[0]!.values.map((_, cell) => grids.reduce((sum, { values }) => sum + values[cell]!, 0));
  }
}
