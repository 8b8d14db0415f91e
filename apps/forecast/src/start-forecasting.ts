import type { Bus, Subscription } from '#bus';
import { epochMs } from '#hydrology';
import { releaseOrphans } from '#store';
import { runOpenCycles, runReanalysis, type ForecastRole } from './run-cycle.js';
import type { ForecastBasin } from './forecast-basin.js';
import { spinUpBasin, type SpinUpEnd } from './spin-up-basin.js';

export interface ForecastsBegin {
  /** Issue time of the first cycle of a basin, and the time by which its spin-up must have received what it sees; that is in the store. */
  readonly spinUpEnd: (basin: ForecastBasin) => SpinUpEnd;
  /** This process is the only one on its database: cycles left running by a dead one are free. */
  readonly alone: boolean;
}

/** Spins the basins up where they have no state yet. */
export async function beginForecasts(role: ForecastRole, { spinUpEnd, alone }: ForecastsBegin): Promise<void> {
  if (alone) await releaseOrphans(role.pool, role.owner);
  for (const basin of role.basins.values()) await spinUpBasin(role, basin, spinUpEnd(basin));
}

/** Takes `cycle.due` from the bus; replicas share the basins. */
export function takeDueCycles(role: ForecastRole, bus: Bus): Promise<Subscription> {
  return bus.subscribe(
    'cycle.due.v1',
    'forecast',
    async batch => {
      for (const { value } of batch) {
        if (value.runKind === role.runKind) await runOpenCycles(role, value.basin, epochMs(value.issueTime));
        if (value.runKind === 'reanalysis') await runReanalysis(role, value.basin);
      }
    },
    { maxBatch: 1 },
  );
}
