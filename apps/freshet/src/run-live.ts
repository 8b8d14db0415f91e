import type { Alerting } from '#apps/alert';
import { beginForecasts, enterDueCycles, type ForecastRole } from '#apps/forecast';
import { Fault } from '#errors';
import { BEAT_MS, floorTo, type EpochMs } from '#hydrology';
import { every, systemClock, type Clock } from '#runtime';
import { keepHouse, pruneOutbox } from '#store';
import type { Ground } from './lay-ground.js';
import { openForecastRole, startAlerts, startForecasts, startIngest } from './start-roles.js';

/** Operations: the roles of this process on what arrives, and once a minute what the clock brings. */
export async function runLive(ground: Ground): Promise<void> {
  const { options } = ground;
  const { roles } = options;
  if (roles.includes('ingest')) {
    options.logger.warn('no live source is set up: forecasts run on what others archive in this database');
    await startIngest(ground);
    keepHouseRegularly(ground, systemClock, '7,22,37,52 * * * *');
  }
  const alerting = roles.includes('alert') ? await startAlerts(ground) : null;
  const first = floorTo(systemClock.now(), BEAT_MS);
  const forecasts = roles.includes('forecast') ? await startLiveForecasts(ground, first) : null;
  if (roles.some(role => role !== 'api')) tickEveryMinute(ground, { alerting, forecasts, first });
}

async function startLiveForecasts(ground: Ground, first: EpochMs): Promise<ForecastRole> {
  const role = await openForecastRole(ground);
  await beginForecasts(role, { first, alone: ground.options.sql.startsWith('embedded:') });
  await startForecasts(ground, role);
  return role;
}

/** Roll-ups and the end of old rows, where the database does not see to them by itself; one process at a time does it. */
export function keepHouseRegularly({ pool, lifecycle, options }: Ground, clock: Clock, cron: string): void {
  const keep = async () => {
    try {
      const kept = await keepHouse(pool, clock.now());
      if (kept !== null) options.logger.debug(kept, 'house kept');
    } catch (error) {
      options.logger.warn({ err: error }, 'the house was not kept');
    }
  };
  lifecycle.push('housekeeping', every(cron, keep));
}

interface Ticking {
  readonly alerting: Alerting | null;
  readonly forecasts: ForecastRole | null;
  readonly first: EpochMs;
}

/** Cycles whose cut-off has come, what did not arrive, and what waits in the outbox. Every replica does it: the ledger decides. */
function tickEveryMinute(ground: Ground, { alerting, forecasts, first }: Ticking): void {
  const { pool, runKind, relay, lifecycle, fail, options } = ground;
  const tick = async () => {
    try {
      for (const basin of forecasts?.basins.values() ?? []) await enterDueCycles({ pool, basin, runKind, first }, systemClock.now());
      await relay.drain();
      await alerting?.evaluateAll(systemClock.now());
      await relay.drain();
      await pruneOutbox(pool);
    } catch (error) {
      const passes = error instanceof Fault && error.kind !== 'defect';
      options.logger[passes ? 'warn' : 'error']({ err: error }, 'the minute failed');
      if (!passes) fail(error);
    }
  };
  lifecycle.push('minute', every('* * * * *', tick));
}
