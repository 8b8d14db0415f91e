import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import type { Alerting } from '#apps/alert';
import { beginForecasts, enterDueCycles, enterRewind, firstIssueTime, type ForecastRole } from '#apps/forecast';
import { startFeeds } from '#apps/ingest';
import { Fault } from '#errors';
import type { EpochMs } from '#hydrology';
import type { Pulse } from '#runtime';
import { keepHouse, pruneOutbox } from '#store';
import { awaitSources } from './await-sources.js';
import type { Ground } from './lay-ground.js';
import { openForecastRole, startAlerts, startForecasts, startIngest } from './start-roles.js';

/** Operations: the roles of this process on what arrives, and once a minute what the clock brings. */
export async function runLive(ground: Ground, pulse: Pulse): Promise<void> {
  const { roles } = ground.options;
  if (roles.includes('ingest')) {
    await startIngest(ground);
    await startSources(ground, pulse);
    keepHouseRegularly(ground, pulse, '7,22,37,52 * * * *');
  }
  const alerting = roles.includes('alert') ? await startAlerts(ground) : null;
  if (roles.includes('forecast') && !roles.includes('ingest')) await awaitSources({ ...ground, ...ground.options, clock: pulse.clock });
  const started = pulse.clock.now();
  const forecasts = roles.includes('forecast') ? await startLiveForecasts(ground, started) : null;
  if (roles.some(role => role !== 'api')) tickEveryMinute(ground, pulse, { alerting, forecasts, started });
}

/** The live sources of domain.yaml. */
async function startSources({ pool, bus, domains, lifecycle, fail, options }: Ground, pulse: Pulse): Promise<void> {
  const { logger } = options;
  const owner = `${hostname()}/${process.pid}/${randomUUID()}`;
  const feeds = await startFeeds({ pool, bus, logger, owner, onDefect: fail }, domains, pulse);
  lifecycle.push('sources', () => feeds.stop());
  const silent = domains.filter(({ settings }) => !settings.sources.live.some(({ enabled }) => enabled)).map(({ basin }) => basin);
  if (silent.length > 0) {
    const message = 'no live source is set up (sources.live of domain.yaml): forecasts run on what others archive in this database';
    logger.warn({ basins: silent }, message);
  }
}

async function startLiveForecasts(ground: Ground, started: EpochMs): Promise<ForecastRole> {
  const role = await openForecastRole(ground);
  await beginForecasts(role, {
    spinUpEnd: basin => ({ first: firstIssueTime(basin, started), asOf: started }),
    alone: ground.options.sql.startsWith('embedded:'),
  });
  await startForecasts(ground, role);
  return role;
}

/** Roll-ups and the end of old rows, where the database does not see to them by itself; one process at a time does it. */
export function keepHouseRegularly({ pool, lifecycle, options }: Ground, { clock, every }: Pulse, cron: string): void {
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
  readonly started: EpochMs;
}

/** Cycles whose cut-off has come, what came late and was corrected, what did not arrive, and what waits in the outbox. Every replica does it: the ledger decides. */
function tickEveryMinute(ground: Ground, { clock, every }: Pulse, { alerting, forecasts, started }: Ticking): void {
  const { pool, runKind, relay, lifecycle, fail, options } = ground;
  const tick = async () => {
    try {
      for (const basin of forecasts?.basins.values() ?? [])
        await enterDueCycles({ pool, basin, runKind, first: firstIssueTime(basin, started) }, clock.now());
      await relay.drain();
      for (const basin of forecasts?.basins.values() ?? []) await enterRewind({ pool, basin, runKind }, clock.now());
      await alerting?.evaluateAll(clock.now());
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
