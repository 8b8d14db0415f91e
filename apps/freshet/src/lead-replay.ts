import { setTimeout as delay } from 'node:timers/promises';
import { createAlerting, type Alerting } from '#apps/alert';
import { beginForecasts, enterDueCycles, enterRewind, spinUpFrom, type ForecastRole } from '#apps/forecast';
import { createReplaySource, createRunsSource, type Collection } from '#apps/ingest';
import type { LoadedDomain } from '#config';
import { Fault } from '#errors';
import { epochMs, type EpochMs } from '#hydrology';
import type { ReplayClock } from '#runtime';
import { knownBefore, type BegunReplay } from './begin-replay.js';
import type { ReplayMode } from './freshet-options.js';
import { onlyDomain, type Ground } from './lay-ground.js';
import { collectAll, playBeat, type ReplayStage } from './play-beat.js';
import { alertingOptions, openForecastRole, startAlerts, startForecasts, startIngest } from './start-roles.js';

export interface LedReplay {
  readonly mode: ReplayMode;
  readonly begun: BegunReplay;
  readonly clock: ReplayClock;
}

/**
 * Leads a replay: archives what was known before the first beat, spins up, and plays the beats; stops after the beat it
 * is at. The roles of this process work for it; where others follow by the bus, this one only leads.
 * @returns a promise, in an object, of the end.
 */
export async function leadReplay(ground: Ground, replay: LedReplay): Promise<{ readonly ended: Promise<void> }> {
  const { roles } = ground.options;
  const { begun, clock, mode } = replay;
  const domain = onlyDomain(ground.domains);
  const cutOffMs = domain.settings.forecast.cutOff;
  const role = await openForecastRole(ground, mode.rain);
  if (roles.includes('ingest')) await startIngest(ground);
  const alerting = roles.includes('alert') ? await startAlerts(ground) : createAlerting(alertingOptions(ground));
  const stop = new AbortController();
  const stage = stageOf(ground, { role, alerting, mode, domain });
  await beforeFirstBeat(ground, replay, { stage, role, signal: stop.signal });
  let since = knownBefore(begun.row, begun.resumed, cutOffMs);
  const played = clock.run(async beat => {
    await playPatiently(ground, () => playBeat(stage, beat, since, stop.signal), stop.signal);
    since = epochMs(beat + cutOffMs);
  }, stop.signal);
  ground.lifecycle.push('replay', async () => {
    stop.abort();
    await played.catch(() => undefined);
  });
  return { ended: played };
}

/** How long after a failed try the beat is played again. */
const AGAIN_MS = 1_000;

/**
 * Brokers or a database that are away are waited for: a beat may be played again from its beginning. In one process they
 * do not come back by themselves, and the replay ends.
 */
async function playPatiently({ options }: Ground, play: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await play();
      return;
    } catch (error) {
      const passes = options.kafka !== null && error instanceof Fault && error.kind === 'transient' && !signal.aborted;
      if (!passes) throw error;
      options.logger.warn({ err: error }, 'the beat is played again');
      await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

interface Preparation {
  readonly stage: ReplayStage;
  readonly role: ForecastRole;
  readonly signal: AbortSignal;
}

/** The archive as it was, the states of the first window, everybody listening, nothing waiting. */
async function beforeFirstBeat(ground: Ground, { begun }: LedReplay, { stage, role, signal }: Preparation): Promise<void> {
  const { row, resumed } = begun;
  const { roles, kafka } = ground.options;
  const domain = onlyDomain(ground.domains);
  if (!resumed) {
    await collectAll(stage, { after: spinUpFrom({ domain }, row.from), until: knownBefore(row, false, 0) }, signal);
    // what these archived values announce concerns nobody yet: it leaves with everybody listening
    if (kafka !== null) await stage.settle();
  }
  await beginForecasts(role, { spinUpEnd: () => ({ first: row.from, asOf: row.from }), alone: kafka === null });
  if (roles.includes('forecast')) await startForecasts(ground, role);
  await stage.settle(); // also what a killed process had committed but not announced
}

interface Cast {
  readonly role: ForecastRole;
  readonly alerting: Alerting;
  readonly mode: ReplayMode;
  readonly domain: LoadedDomain;
}

function stageOf(ground: Ground, { role, alerting, mode, domain }: Cast): ReplayStage {
  const { pool, runKind, settle } = ground;
  const first = mode.from;
  const collection = collectionOf(ground, domain, mode);
  const { runs } = mode;
  return {
    ...{ pool, alerting, settle },
    cutOffMs: domain.settings.forecast.cutOff,
    collection,
    ...(runs && { runs: { ...collection, source: createRunsSource(runs), sourceIds: { rain: runs.id, gauges: runs.id } } }),
    enterDue: async now => {
      for (const basin of role.basins.values()) await enterDueCycles({ pool, basin, runKind, first }, now);
    },
    ...(mode.reanalyse && { rewind: now => rewindAll(ground, role, now, now >= mode.to ? 0 : undefined) }),
  };
}

/** The last time whatever is late, so that a replay ends with everything it knows. */
async function rewindAll({ pool, runKind }: Ground, role: ForecastRole, now: EpochMs, restMs?: number): Promise<void> {
  for (const basin of role.basins.values()) await enterRewind({ pool, basin, runKind, ...(restMs !== undefined && { restMs }) }, now);
}

function collectionOf({ bus, settle, options }: Ground, domain: LoadedDomain, { disturbances }: ReplayMode): Collection {
  const { radar, gauges, rainGauges } = domain.settings.sources;
  return {
    bus,
    basin: domain.basin,
    source: createReplaySource(domain, disturbances),
    sourceIds: { rain: radar.id, gauges: gauges.id, rainGauges: rainGauges.id },
    stations: new Set(domain.stations.filter(station => station.gauged).map(station => station.id)),
    ...(options.kafka !== null && { settled: settle }), // in one process a publish resolves when it is handled
  };
}
