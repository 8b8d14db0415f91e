import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { alertedBasin } from '#alerting';
import { startAlerting, type Alerting } from '#apps/alert';
import { CyclePool, takeDueCycles, type ForecastBasin, type ForecastRole, type RainChoice } from '#apps/forecast';
import { archivedRainGauges, startArchive } from '#apps/ingest';
import type { LoadedDomain } from '#config';
import { linksOfGauges } from '#hydrology';
import { saveStations } from '#store';
import type { Ground } from './lay-ground.js';
import { openForecastBasin } from './open-forecast-basin.js';

/** The archive of this process: takes rain, gauge values and dead letters from the bus. */
export async function startIngest({ bus, pool, domains, runKind, options }: Ground): Promise<void> {
  const basins = domains.map(({ basin, stations, mesh, ratings, settings, rainGauges }) => ({
    ...{ basin, stations, ratings, quality: settings.quality, cellCount: mesh.cellCount, links: linksOfGauges(mesh, stations) },
    rainGauges: archivedRainGauges(rainGauges),
  }));
  for (const { basin, stations } of basins) await saveStations(pool, basin, stations);
  await startArchive(bus, { pool, runKind, logger: options.logger, basins: new Map(basins.map(one => [one.basin, one])) });
}

/** The alerts of this process: woken by the bus. */
export async function startAlerts(ground: Ground): Promise<Alerting> {
  const alerting = await startAlerting(alertingOptions(ground));
  ground.lifecycle.push('alerts', () => alerting.stop());
  return alerting;
}

export function alertingOptions({ pool, bus, runKind, domains, onMessages }: Ground): Parameters<typeof startAlerting>[0] {
  const basins = domains.map(alertedBasin);
  return { pool, bus, runKind, basins, onMessages };
}

/** The workers of this process with the basins' kernels warm. Without `rain` each domain expects what its ladder begins with. */
export async function openForecastRole(ground: Ground, rain?: RainChoice): Promise<ForecastRole> {
  const { pool, runKind, lifecycle, options } = ground;
  const basins = new Map<string, ForecastBasin>();
  for (const domain of ground.domains) {
    const choice = rain ?? firstRung(domain.settings.forcing.ladder);
    basins.set(
      domain.basin,
      await openForecastBasin(domain, choice, message => {
        options.logger.warn({ basin: domain.basin }, message);
      }),
    );
  }
  const cyclePool = new CyclePool([...basins.values()], options.workers);
  lifecycle.push('cycle workers', () => cyclePool.close());
  return { pool, basins, runKind, cyclePool, logger: options.logger, owner: `${hostname()}/${process.pid}/${randomUUID()}` };
}

/** A weather model anywhere behind a nowcast stands behind it. */
function firstRung(ladder: LoadedDomain['settings']['forcing']['ladder']): RainChoice {
  const first = ladder[0] ?? 'persistence';
  return first === 'nowcast' && ladder.includes('nwp') ? 'nowcast,nwp' : first;
}

/** Takes the cycles that are due from the bus. */
export async function startForecasts(ground: Ground, role: ForecastRole): Promise<void> {
  const subscription = await takeDueCycles(role, ground.bus);
  ground.lifecycle.push('forecasts', () => subscription.stop());
}
