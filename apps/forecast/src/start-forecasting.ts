import type { Bus } from '#bus';
import { epochMs, type EpochMs } from '#hydrology';
import { releaseOrphans } from '#store';
import { runCycle, type ForecastRole } from './run-cycle.js';
import { enterDueCycles } from './schedule.js';
import { spinUpBasin } from './spin-up-basin.js';

export interface Forecasting {
  /** Enters every cycle that is due at `now`. */
  enterDue(now: EpochMs): Promise<void>;
  stop(): Promise<void>;
}

export interface ForecastingOptions extends ForecastRole {
  readonly bus: Bus;
  /** Issue time of the first cycle; everything known before is in the store. */
  readonly first: EpochMs;
  /** This process is the only one on its database: cycles left running by a dead one are free. */
  readonly alone: boolean;
}

/** Spins the basins up where they have no state yet, takes `cycle.due` from the bus, and enters cycles when told the time. */
export async function startForecasting(options: ForecastingOptions): Promise<Forecasting> {
  const { pool, bus, basins, runKind, first } = options;
  if (options.alone) await releaseOrphans(pool, options.owner);
  for (const basin of basins.values()) await spinUpBasin(options, basin, first);
  const subscription = await bus.subscribe(
    'cycle.due.v1',
    'forecast',
    async batch => {
      // one after the other: each starts from the state the one before left
      for (const { value } of batch) if (value.runKind === runKind) await runCycle(options, value.basin, epochMs(value.issueTime));
    },
    { maxBatch: 1 },
  );
  return {
    enterDue: async now => {
      for (const basin of basins.values()) await enterDueCycles({ pool, basin, runKind, first }, now);
    },
    stop: async () => {
      await subscription.stop();
      await options.cyclePool.close();
    },
  };
}
