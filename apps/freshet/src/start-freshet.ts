import { loadDomain, requireForecastable, type LoadedDomain } from '#config';
import { Lifecycle, ReplayClock, systemPulse, type Clock } from '#runtime';
import type { Pool } from '#store';
import { beginReplay, type BegunReplay } from './begin-replay.js';
import { awaitExercise, followExercise, type ExerciseClock } from './follow-exercise.js';
import type { FreshetOptions, ReplayMode } from './freshet-options.js';
import { layGround, onlyDomain, type Ground } from './lay-ground.js';
import { leadReplay } from './lead-replay.js';
import { runLive } from './run-live.js';
import { serveProbes } from './serve-probes.js';
import { startApi } from './start-api.js';

/** A running Freshet. */
export interface Freshet {
  /** Of the API and the console; null when the role api is not asked for. */
  readonly url: string | null;
  readonly pool: Pool;
  readonly basins: readonly string[];
  /** The clock of the replay this process leads; null when it leads none. */
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
  const domains = await Promise.all(options.domainFolders.map(folder => loadDomain(folder)));
  for (const domain of domains) requireForecastable(domain, 'forecasting');
  const ground = await layGround(options, lifecycle, domains);
  const { url, replay, ended } = await startMode(ground);
  const finished = Promise.race([ended, ground.failed]);
  finished.catch(() => undefined); // whoever starts Freshet may ask later
  return { url, pool: ground.pool, basins: domains.map(({ basin }) => basin), replay, finished, stop: () => lifecycle.stop() };
}

interface Course {
  readonly url: string | null;
  readonly replay: ReplayClock | null;
  /** Resolves at the end of a replay; a live system has none. */
  readonly ended: Promise<void>;
}

const ENDLESS = new Promise<never>(() => undefined);

/** The API first, so that it answers while the model spins up; then the roles, moved by the clock of the mode. */
async function startMode(ground: Ground): Promise<Course> {
  const { mode, roles } = ground.options;
  const api = (clock: Clock, replay: ReplayClock | null) => (roles.includes('api') ? startApi(ground, clock, replay) : null);
  if (mode.kind === 'replay') {
    const domain = onlyDomain(ground.domains);
    const begun = await beginReplay(ground.pool, domain, mode);
    const clock = replayClock(begun, mode, domain);
    const url = await api(clock, clock);
    const { ended } = await leadReplay(ground, { mode, begun, clock });
    return { url, replay: clock, ended };
  }
  if (mode.kind === 'exercise') {
    let begun: ExerciseClock | null = null;
    await serveProbes(ground, () => begun);
    const { row, clock } = await awaitExercise(ground);
    begun = clock;
    const url = await api(clock, null);
    await followExercise(ground, row, clock);
    return { url, replay: null, ended: ENDLESS };
  }
  const pulse = mode.pulse ?? systemPulse;
  await serveProbes(ground, () => pulse.clock);
  const url = await api(pulse.clock, null);
  await runLive(ground, pulse);
  return { url, replay: null, ended: ENDLESS };
}

function replayClock({ row }: BegunReplay, mode: ReplayMode, domain: LoadedDomain): ReplayClock {
  const { from, to, clock } = row;
  return new ReplayClock({ from, to, settled: clock, cutOffMs: domain.settings.forecast.cutOff }, mode.speed);
}
