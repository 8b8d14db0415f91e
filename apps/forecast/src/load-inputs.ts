import { Fault } from '#errors';
import type { FutureRain } from '#cycle';
import { HOUR_MS, epochMs, timeGrid, toIso, type EpochMs, type RainGrid } from '#hydrology';
import { readObservations, readRain, readStatesBefore, type Lease, type Pool } from '#store';
import type { CycleTask } from './cycle-messages.js';
import type { ForecastBasin } from './forecast-basin.js';
import { nowcastRain } from './nowcast-rain.js';

/** Values before the window help to see whether a gauge is alive. */
const BEFORE_WINDOW_MS = 6 * HOUR_MS;

/**
 * Reads what the cycle may see: the state the cycle one window earlier left, the state of the cycle before, and what had
 * been received by the cut-off.
 * @throws Fault BACKGROUND_MISSING when no earlier state exists.
 */
export async function loadInputs(pool: Pool, basin: ForecastBasin, lease: Lease): Promise<CycleTask> {
  const { model, domain } = basin;
  const { issueTime, asOf } = lease;
  const windowStart = epochMs(issueTime - model.assimilation.windowMs);
  const [background, previous] = await readStatesBefore(pool, model.basin, lease.runKind, [windowStart, epochMs(issueTime - 1)]);
  if (!background || !previous) {
    throw new Fault('BACKGROUND_MISSING', `no state was left at or before ${toIso(background ? issueTime : windowStart)}`, {
      basin: model.basin,
    });
  }
  const start = background.validTime;
  const [rain, discharge] = await Promise.all([
    readRain(pool, { basin: model.basin, from: start, to: issueTime, asOf }),
    readObservations(pool, { basin: model.basin, variable: 'Q', from: epochMs(start - BEFORE_WINDOW_MS), to: issueTime, asOf }),
  ]);
  const end = epochMs(issueTime + model.leadMs);
  return {
    basin: model.basin,
    issueTime,
    asOf,
    background: background.state,
    previous: previous.state,
    observed: { rain, discharge, pet: domain.record.pet(timeGrid(start, end, model.stepMs)) },
    futureRain: expectedRain(basin, rain, { issueTime, asOf, start, end }),
  };
}

interface Times {
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
  readonly start: EpochMs;
  readonly end: EpochMs;
}

/** `known` looks into the record: what has fallen but not arrived, and what will fall. For hindcasts and exercises only. */
function expectedRain({ rain, domain }: ForecastBasin, received: readonly RainGrid[], { start, end, ...now }: Times): FutureRain {
  if (rain === 'known') return { kind: 'known', rain: domain.record.rain(start, end) };
  return rain === 'nowcast' ? nowcastRain(domain.mesh, received, now) : { kind: rain };
}
