import { randomUUID } from 'node:crypto';
import { startAlerting, type Alerting } from '#apps/alert';
import { CyclePool, spinUpFrom, startForecasting, type ForecastBasin, type Forecasting } from '#apps/forecast';
import { collect, createReplaySource, startArchive, type Collection } from '#apps/ingest';
import { loadDomain, requireForecastable, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { BEAT_MS, epochMs, floorTo, type EpochMs } from '#hydrology';
import { Lifecycle, ReplayClock, every, systemClock } from '#runtime';
import { pruneOutbox, type Pool } from '#store';
import { beginReplay, knownBefore, type BegunReplay } from './begin-replay.js';
import type { FreshetOptions, ReplayMode } from './freshet-options.js';
import { layGround, onlyDomain, type Ground } from './lay-ground.js';
import { openForecastBasin } from './open-forecast-basin.js';
import { playBeat, type ReplayStage } from './play-beat.js';
import { startApi } from './start-api.js';

/** A running Freshet. */
export interface Freshet {
  /** Of the API and the console; null when the role api is not asked for. */
  readonly url: string | null;
  readonly pool: Pool;
  readonly basins: readonly string[];
  /** Null on a live system. */
  readonly replay: ReplayClock | null;
  /** Resolves at the end of a replay; rejects when Freshet cannot go on. */
  readonly finished: Promise<void>;
  /** Drains and stops everything that was started. */
  stop(): Promise<void>;
}

/**
 * Starts the roles asked for in this process, everything stopped again if one fails: database, bus, API, then ingest,
 * alerts and forecasts, then the clock.
 */
export async function startFreshet(options: FreshetOptions): Promise<Freshet> {
  const lifecycle = new Lifecycle(options.logger);
  try {
    return await start(options, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function start(options: FreshetOptions, lifecycle: Lifecycle): Promise<Freshet> {
  const { mode } = options;
  const domains = await Promise.all(options.domainFolders.map(folder => loadDomain(folder)));
  for (const domain of domains) requireForecastable(domain, 'forecasting');
  const ground = await layGround(options, lifecycle, domains);
  const begun = mode.kind === 'replay' ? await beginReplay(ground.pool, onlyDomain(domains), mode) : null;
  const replay = mode.kind === 'replay' && begun ? replayClock(begun, mode, onlyDomain(domains)) : null;
  const url = options.roles.includes('api') ? await startApi(ground, replay) : null;
  const { ended } = await startRoles(ground, begun, replay);
  const finished = Promise.race([ended, ground.failed]);
  finished.catch(() => undefined); // whoever starts Freshet may ask later
  return { url, pool: ground.pool, basins: domains.map(({ basin }) => basin), replay, finished, stop: () => lifecycle.stop() };
}

function replayClock({ row }: BegunReplay, mode: ReplayMode, domain: LoadedDomain): ReplayClock {
  const { from, to, clock } = row;
  return new ReplayClock({ from, to, settled: clock, cutOffMs: domain.settings.forecast.cutOff }, mode.speed);
}

/** Resolves at the end of a replay; a live system has none. In an object, since an async function would wait for it. */
interface Course {
  readonly ended: Promise<void>;
}

const ENDLESS: Course = { ended: new Promise<never>(() => undefined) };

/** Starts ingest, alerts and forecasts where asked for and moves them by the clock. */
async function startRoles(ground: Ground, begun: BegunReplay | null, replay: ReplayClock | null): Promise<Course> {
  const { roles, mode } = ground.options;
  if (!roles.includes('forecast')) return ENDLESS;
  const basins = new Map<string, ForecastBasin>();
  for (const domain of ground.domains)
    basins.set(domain.basin, await openForecastBasin(domain, mode.kind === 'replay' ? mode.rain : 'persistence'));
  await archiveObservations(ground);
  const alerting = await startAlerts(ground);
  if (mode.kind === 'replay' && begun && replay) return playReplay(ground, { mode, begun, replay, basins, alerting });
  await runLive(ground, basins, alerting);
  return ENDLESS;
}

async function archiveObservations({ bus, pool, domains, runKind, options }: Ground): Promise<void> {
  const basins = domains.map(({ basin, stations, mesh }) => ({ basin, stations, cellCount: mesh.cellCount }));
  await startArchive(bus, { pool, runKind, logger: options.logger, basins: new Map(basins.map(one => [one.basin, one])) });
}

async function startAlerts({ pool, bus, runKind, domains, onMessages, lifecycle }: Ground): Promise<Alerting> {
  const basins = domains.map(({ basin, stations, settings }) => ({ basin, stations, settings: settings.alerts }));
  const alerting = await startAlerting({ pool, bus, runKind, basins, onMessages });
  lifecycle.push('alerts', () => alerting.stop());
  return alerting;
}

async function startForecasts(ground: Ground, basins: ReadonlyMap<string, ForecastBasin>, first: EpochMs): Promise<Forecasting> {
  const { pool, bus, runKind, lifecycle, options } = ground;
  const cyclePool = new CyclePool([...basins.values()], options.workers);
  lifecycle.push('cycle workers', () => cyclePool.close());
  const alone = runKind === 'replay' || options.sql.startsWith('embedded:');
  return startForecasting({ pool, bus, basins, runKind, cyclePool, first, alone, logger: options.logger, owner: randomUUID() });
}

interface Performance {
  readonly mode: ReplayMode;
  readonly begun: BegunReplay;
  readonly replay: ReplayClock;
  readonly basins: ReadonlyMap<string, ForecastBasin>;
  readonly alerting: Alerting;
}

/** Archives what was known before the first beat, spins up, and plays the beats; stops after the beat it is at. */
async function playReplay(ground: Ground, { mode, begun, replay, basins, alerting }: Performance): Promise<Course> {
  const { pool, bus, relay, lifecycle } = ground;
  const domain = onlyDomain(ground.domains);
  const cutOffMs = domain.settings.forecast.cutOff;
  const collection = collectionOf(ground, domain, mode);
  const stop = new AbortController();
  let since = knownBefore(begun.row, begun.resumed, cutOffMs);
  if (!begun.resumed) await collect(collection, { after: spinUpFrom({ domain }, begun.row.from), until: since }, stop.signal);
  const forecasting = await startForecasts(ground, basins, begun.row.from);
  await relay.drain(); // with everybody listening: also what a killed process had committed but not announced
  const stage: ReplayStage = { pool, bus, relay, collection, forecasting, alerting, cutOffMs };
  const played = replay.run(async beat => {
    await playBeat(stage, beat, since, stop.signal);
    since = epochMs(beat + cutOffMs);
  }, stop.signal);
  lifecycle.push('replay', async () => {
    stop.abort();
    await played.catch(() => undefined);
  });
  return { ended: played };
}

function collectionOf({ bus }: Ground, domain: LoadedDomain, { disturbances }: ReplayMode): Collection {
  const { radar, gauges } = domain.settings.sources;
  return {
    bus,
    basin: domain.basin,
    source: createReplaySource(domain, disturbances),
    sourceIds: { rain: radar.id, gauges: gauges.id },
    stations: new Set(domain.stations.filter(station => station.gauged).map(station => station.id)),
  };
}

/** Once a minute: cycles whose cut-off has come, what did not arrive, and what waits in the outbox. */
async function runLive(ground: Ground, basins: ReadonlyMap<string, ForecastBasin>, alerting: Alerting): Promise<void> {
  const { relay, lifecycle, fail, options } = ground;
  options.logger.warn('no live source is set up: forecasts run on what others archive in this database');
  const forecasting = await startForecasts(ground, basins, floorTo(systemClock.now(), BEAT_MS));
  const tick = async () => {
    try {
      await forecasting.enterDue(systemClock.now());
      await relay.drain();
      await alerting.evaluateAll(systemClock.now());
      await relay.drain();
      await pruneOutbox(ground.pool);
    } catch (error) {
      options.logger.error({ err: error }, 'the minute failed');
      if (!(error instanceof Fault) || error.kind === 'defect') fail(error);
    }
  };
  lifecycle.push('minute', every('* * * * *', tick));
}
