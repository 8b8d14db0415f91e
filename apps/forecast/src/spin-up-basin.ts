import { DAY_MS, epochMs, floorTo, parseIso, timeGrid, type EpochMs } from '#hydrology';
import { readRain, readStatesBefore, writeStates } from '#store';
import { adjustGrids } from '#forcing';
import { adjustmentFor } from './adjust-rain.js';
import type { ForecastBasin } from './forecast-basin.js';
import type { ForecastRole } from './run-cycle.js';

/** Where a spin-up ends, and what it may see. */
export interface SpinUpEnd {
  /** Issue time of the first cycle. */
  readonly first: EpochMs;
  /** Rain that was received later is not seen: in operations now, so that what a new system finds at its start counts. */
  readonly asOf: EpochMs;
}

/**
 * Makes the states that the first cycles start from: the model runs freely from the spin-up's start on the rain known by
 * `asOf`. Where there are states already nothing is done.
 */
export async function spinUpBasin(role: ForecastRole, basin: ForecastBasin, { first, asOf }: SpinUpEnd): Promise<void> {
  const { pool, runKind } = role;
  const id = basin.model.basin;
  const [before] = await readStatesBefore(pool, id, runKind, [epochMs(first - 1)]);
  if (before) return;
  const from = spinUpFrom(basin, first);
  const received = await readRain(pool, { basin: id, from, to: first, asOf });
  const adjustment = await adjustmentFor(pool, basin, { from, to: first, issueTime: first, asOf });
  const rain = adjustment === null ? received : adjustGrids(received, adjustment);
  const pet = basin.domain.record.pet(timeGrid(from, first, basin.model.stepMs));
  await writeStates(pool, id, runKind, await role.cyclePool.spinUp(id, { from, to: first, asOf, rain, pet }));
}

/** In operations, long after the record: the quick stores have forgotten their start, the slow ones are calibrated. */
const LIVE_SPIN_UP_MS = 60 * DAY_MS;

/** Inside the record as domain.yaml says, else from the first midnight of the record; after it, two months before. */
export function spinUpFrom({ domain }: Pick<ForecastBasin, 'domain'>, first: EpochMs): EpochMs {
  const { spinUpFrom: stated } = domain.settings.model;
  if (first > domain.record.to) return floorTo(epochMs(first - LIVE_SPIN_UP_MS), DAY_MS);
  return stated === undefined ? epochMs(Math.ceil(domain.record.from / DAY_MS) * DAY_MS) : parseIso(stated);
}
