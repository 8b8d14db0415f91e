import { setTimeout as delay } from 'node:timers/promises';
import type { RainChoice } from '#apps/forecast';
import { Fault } from '#errors';
import { epochMs, type EpochMs } from '#hydrology';
import { every, type Clock } from '#runtime';
import { readReplay, type ReplayRow } from '#store';
import { onlyDomain, type Ground } from './lay-ground.js';
import { keepHouseRegularly } from './run-live.js';
import { openForecastRole, startAlerts, startForecasts, startIngest } from './start-roles.js';

/** How often a follower looks whether the exercise has begun, and what time it is in it. */
const LOOK_MS = 500;

/** The clock of an exercise as another process leads it: the cut-off of the last settled beat. */
export class ExerciseClock implements Clock {
  #now: EpochMs;

  constructor(
    row: ReplayRow,
    readonly cutOffMs: number,
  ) {
    this.#now = epochMs(row.clock + cutOffMs);
  }

  now(): EpochMs {
    return this.#now;
  }

  set(settled: EpochMs): void {
    this.#now = epochMs(Math.max(this.#now, settled + this.cutOffMs));
  }
}

/** Waits until a replay of the basin has begun in the database. @throws Fault CONFLICT when it is of another domain */
export async function awaitExercise({ pool, domains, options, lifecycle }: Ground): Promise<{ row: ReplayRow; clock: ExerciseClock }> {
  const domain = onlyDomain(domains);
  const stop = new AbortController();
  lifecycle.push('wait for the exercise', () => {
    stop.abort();
  });
  let row = await readReplay(pool, domain.basin);
  if (row === null) options.logger.info({ basin: domain.basin }, 'waiting for `freshet replay` to begin');
  for (; row === null; row = await readReplay(pool, domain.basin)) await delay(LOOK_MS, undefined, { signal: stop.signal });
  const { config, mesh } = row.options as { readonly config?: string; readonly mesh?: string };
  if (config !== domain.configHash || mesh !== domain.meshHash) {
    throw new Fault('CONFLICT', `the exercise in the database is of another version of the domain ${domain.basin}`, {
      basin: domain.basin,
    });
  }
  return { row, clock: new ExerciseClock(row, domain.settings.forecast.cutOff) };
}

/** The roles of this process work for a replay that another leads. */
export async function followExercise(ground: Ground, row: ReplayRow, clock: ExerciseClock): Promise<void> {
  const { pool, relay, lifecycle, options } = ground;
  const { roles, logger } = options;
  if (roles.includes('ingest')) {
    await startIngest(ground);
    keepHouseRegularly(ground, { clock, every }, '*/15 * * * * *'); // its hours pass in seconds
  }
  if (roles.includes('alert')) await startAlerts(ground);
  if (roles.includes('forecast')) {
    const { rain } = row.options as { readonly rain: RainChoice };
    await startForecasts(ground, await openForecastRole(ground, rain));
  }
  const look = async () => {
    try {
      clock.set((await readReplay(pool, row.basin))?.clock ?? row.clock);
      await relay.drain(); // what a process that was killed had committed but not announced
    } catch (error) {
      logger.warn({ err: error }, 'the exercise is out of sight');
    }
  };
  lifecycle.push('look at the exercise', every('* * * * * *', look));
}
