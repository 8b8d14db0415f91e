import { isForecastSource, isRainSource } from '#config';
import type { RunKind } from '#contracts';
import { Fault } from '#errors';
import { windowAround } from '#forcing';
import {
  DAY_MS,
  HOUR_MS,
  epochMs,
  linksOfGauges,
  timeGrid,
  toIso,
  type EpochMs,
  type PointSeries,
  type RainGrid,
  type Station,
} from '#hydrology';
import { judgeAgain, limitsOfStation } from '#observation';
import { readMosaics, readObservations, readRain, readStatesBefore, type Lease, type Pool, type StateRow } from '#store';
import { adjustTask, adjustmentFor } from './adjust-rain.js';
import type { CycleTask } from './cycle-messages.js';
import type { ForecastBasin, RainChoice } from './forecast-basin.js';
import { modelPet, type ModelPet } from './model-pet.js';
import { modelRain } from './model-rain.js';
import { TOO_OLD_MS } from './nowcast-rain.js';
import { withModel } from './rain-to-come.js';

/** Values before the window help to see whether a gauge is alive. */
const BEFORE_WINDOW_MS = 6 * HOUR_MS;

/**
 * Reads what the cycle may see: the state the cycle one window earlier left, the state of the cycle before, and what had
 * been received by the cut-off.
 * @throws Fault BACKGROUND_MISSING when no earlier state exists.
 */
export async function loadInputs(pool: Pool, basin: ForecastBasin, lease: Lease): Promise<CycleTask> {
  const { model } = basin;
  const { issueTime, asOf } = lease;
  const { background, previous } = await readStates(pool, basin, issueTime, lease.runKind);
  const start = background.validTime;
  const [pet, rain, adjustment, discharge, mosaics] = await Promise.all([
    petFor(pool, basin, { runKind: lease.runKind, start, issueTime, asOf }),
    readRain(pool, { basin: model.basin, from: start, to: issueTime, asOf }),
    adjustmentFor(pool, basin, { from: start, to: epochMs(issueTime + model.leadMs), issueTime, asOf }),
    readObservations(pool, { basin: model.basin, variable: 'Q', from: epochMs(start - BEFORE_WINDOW_MS), to: issueTime, asOf }),
    mosaicsFor(pool, basin, lease),
  ]);
  const futureRain = await expectedRain(pool, basin, { mosaics, issueTime, asOf, start });
  return adjustTask(taskOf(basin, { issueTime, asOf, background, previous, rain, discharge, pet, futureRain }), adjustment);
}

const isCarried = (rain: RainChoice): rain is 'nowcast' | 'nowcast,nwp' => rain === 'nowcast' || rain === 'nowcast,nwp';

interface PetOf {
  readonly runKind: RunKind;
  readonly start: EpochMs;
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
}

/** That of the weather model where the domain is set so; in an exercise that of the record, which has no runs. */
async function petFor(pool: Pool, { domain, model }: ForecastBasin, { runKind, start, ...times }: PetOf): Promise<ModelPet> {
  const time = timeGrid(start, epochMs(times.issueTime + model.leadMs), model.stepMs);
  const ofModel = domain.settings.forcing.pet !== undefined && runKind === 'scheduled';
  return ofModel ? modelPet(pool, domain, { time, ...times }) : { pet: domain.record.pet(time) };
}

/** As long as the oldest of three hourly mosaics of which the newest is just not too old. */
const MOSAICS_FROM_MS = TOO_OLD_MS + 3 * HOUR_MS;

/** What was received around the basin; null where that is not wanted, in an exercise, or without a live source of rain. */
async function mosaicsFor(pool: Pool, { rain, domain }: ForecastBasin, { runKind, issueTime, asOf }: Lease): Promise<RainGrid[] | null> {
  if (!isCarried(rain) || runKind !== 'scheduled') return null;
  const { live } = domain.settings.sources;
  if (!live.some(source => source.enabled && isRainSource(source) && !isForecastSource(source))) return null;
  const { name: raster } = windowAround(domain.mesh);
  return readMosaics(pool, { basin: domain.basin, raster, from: epochMs(issueTime - MOSAICS_FROM_MS), to: issueTime, asOf });
}

/** Same reading at low flow: a fortnight, and what the window looks back on. */
const JUDGED_FROM_MS = 15 * DAY_MS;

/**
 * Reads what a cycle would have seen had everything known by now come on time: late values and the last corrections, each
 * from the cut-off on that it should have met, judged again beside the neighbours it has now. The chain of states goes on
 * from the last reanalysis, and where there is none from the cycles as they were.
 * @param runKind of the cycles that are computed again
 * @throws Fault BACKGROUND_MISSING when no earlier state exists.
 */
export async function loadReanalysisInputs(pool: Pool, basin: ForecastBasin, lease: Lease, runKind: RunKind): Promise<CycleTask> {
  const { model, domain } = basin;
  const { issueTime, asOf } = lease;
  const { radar, gauges, rainGauges } = domain.settings.sources;
  const cutOff = epochMs(issueTime + domain.settings.forecast.cutOff);
  const { background, previous } = await readStates(pool, basin, issueTime, ['reanalysis', runKind]);
  const start = background.validTime;
  const first = start - BEFORE_WINDOW_MS;
  const onTime = (latency: number) => ({ cutOff, stampedUntil: epochMs(cutOff - latency) });
  const [rain, adjustment, discharge] = await Promise.all([
    readRain(pool, { basin: model.basin, from: start, to: issueTime, asOf, onTime: onTime(radar.latency) }),
    adjustmentFor(pool, basin, {
      ...{ from: start, to: epochMs(issueTime + model.leadMs), issueTime, asOf },
      onTime: { radar: onTime(radar.latency), gauges: onTime(rainGauges.latency) },
    }),
    readObservations(pool, {
      ...{ basin: model.basin, variable: 'Q', from: epochMs(first - JUDGED_FROM_MS), to: issueTime, asOf },
      onTime: onTime(gauges.latency),
    }),
  ]);
  const onTimeRain = rain.map(grid => ({ ...grid, receivedAt: epochMs(Math.min(grid.receivedAt, grid.validTime + radar.latency)) }));
  const task = taskOf(basin, {
    ...{ issueTime, asOf: cutOff, background, previous, rain: onTimeRain },
    pet: await petFor(pool, basin, { runKind, start, issueTime, asOf: cutOff }),
    // mosaics are kept for hours only
    futureRain: await expectedRain(pool, basin, { mosaics: null, issueTime, asOf: cutOff, start }),
    discharge: judgedAgain(basin, discharge, first),
  });
  return adjustTask(task, adjustment);
}

/** The parts after `first`, their flags found on the whole; a series of which no value is left is not there. */
function judgedAgain({ domain }: ForecastBasin, discharge: readonly PointSeries[], first: number): PointSeries[] {
  const limits = (station: Station) => limitsOfStation(station.areaM2, domain.settings.quality[station.id]);
  const gauges = new Map(domain.stations.filter(({ gauged }) => gauged).map(station => [station.id as string, limits(station)]));
  return judgeAgain(discharge, { gauges, links: linksOfGauges(domain.mesh, domain.stations) }).flatMap(series => {
    const from = series.times.findIndex(time => time > first);
    const { times, values, flags } = series;
    return from === -1 ? [] : [{ ...series, times: times.slice(from), values: values.slice(from), flags: flags.slice(from) }];
  });
}

interface Known {
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
  readonly background: StateRow;
  readonly previous: StateRow;
  readonly rain: CycleTask['observed']['rain'];
  readonly discharge: readonly PointSeries[];
  readonly pet: ModelPet;
  readonly futureRain: CycleTask['futureRain'];
}

function taskOf({ model }: ForecastBasin, { issueTime, asOf, background, previous, rain, discharge, pet, futureRain }: Known): CycleTask {
  return {
    basin: model.basin,
    issueTime,
    asOf,
    background: background.state,
    previous: previous.state,
    observed: { rain, discharge, pet: pet.pet },
    ...(pet.because !== undefined && { petBecause: pet.because }),
    futureRain,
  };
}

async function readStates(
  pool: Pool,
  { model }: ForecastBasin,
  issueTime: EpochMs,
  runKinds: RunKind | readonly RunKind[],
): Promise<{ readonly background: StateRow; readonly previous: StateRow }> {
  const windowStart = epochMs(issueTime - model.assimilation.windowMs);
  const [background, previous] = await readStatesBefore(pool, model.basin, runKinds, [windowStart, epochMs(issueTime - 1)]);
  if (background && previous) return { background, previous };
  throw new Fault('BACKGROUND_MISSING', `no state was left at or before ${toIso(background ? issueTime : windowStart)}`, {
    basin: model.basin,
  });
}

interface Expecting {
  readonly mosaics: readonly RainGrid[] | null;
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
  readonly start: EpochMs;
}

/**
 * `known` looks into the record: what has fallen but not arrived, and what will fall; for hindcasts and exercises only. Behind a nowcast, which the
 * worker makes, stands the weather model where that is wanted.
 */
async function expectedRain(
  pool: Pool,
  { rain, domain, model }: ForecastBasin,
  { mosaics, start, ...now }: Expecting,
): Promise<CycleTask['futureRain']> {
  const end = epochMs(now.issueTime + model.leadMs);
  if (rain === 'known') return { kind: 'known', rain: domain.record.rain(start, end) };
  const runs = () => modelRain(pool, { basin: model.basin, end, ...now });
  if (rain === 'nwp') return withModel({ kind: 'persistence' }, await runs());
  if (!isCarried(rain)) return { kind: rain };
  return { kind: 'to-nowcast', mosaics, model: rain === 'nowcast,nwp' ? await runs() : null };
}
