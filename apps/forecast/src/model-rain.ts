import { deaccumulate } from '#forcing';
import { HOUR_MS, epochMs, toIso, type EpochMs, type RainGrid } from '#hydrology';
import { readRainForecasts, type ForecastGrid, type Queryable } from '#store';

/** The newest runs: one that is still arriving does not reach as far as the one before. */
const RUNS = 3;
/** Global models run every 6 h and arrive some hours later: an older run means that newer ones did not come. */
const STALE_MS = 15 * HOUR_MS;
/** Rain that has not come yet may be that of the model too. */
const BEFORE_MS = 6 * HOUR_MS;

/** Rain that a weather model expects, and what is to be said of it. */
export interface ModelRain {
  readonly rain: readonly RainGrid[];
  readonly because?: string;
}

/** What the runs that had been received at the cut-off expect, each interval by the newest that says something of it. */
export async function modelRain(
  db: Queryable,
  { basin, issueTime, asOf, end }: { readonly basin: string; readonly issueTime: EpochMs; readonly asOf: EpochMs; readonly end: EpochMs },
): Promise<ModelRain> {
  return rainOfRuns(await readRainForecasts(db, { basin, from: epochMs(issueTime - BEFORE_MS), to: end, asOf, runs: RUNS }), issueTime);
}

/** The same of runs in memory: a hindcast has no archive. */
export function modelRainOf(
  all: readonly ForecastGrid[],
  { issueTime, asOf, end }: { readonly issueTime: EpochMs; readonly asOf: EpochMs; readonly end: EpochMs },
): ModelRain {
  const known = all.filter(
    ({ receivedAt, issued, validTime, durationMs }) => receivedAt <= asOf && issued <= asOf && validTime - durationMs < end,
  );
  const reaching = known.filter(({ validTime }) => validTime > issueTime - BEFORE_MS).map(({ issued }) => issued);
  const newest = new Set([...new Set(reaching)].sort((a, b) => b - a).slice(0, RUNS));
  const order = (a: ForecastGrid, b: ForecastGrid) => a.issued - b.issued || a.validTime - b.validTime || a.durationMs - b.durationMs;
  return rainOfRuns(known.filter(({ issued }) => newest.has(issued)).sort(order), issueTime);
}

function rainOfRuns(grids: readonly ForecastGrid[], issueTime: EpochMs): ModelRain {
  const newest = grids.at(-1)?.issued;
  if (newest === undefined) return { rain: [], because: 'No run of a weather model has come' };
  const age = issueTime - newest;
  const because = `The newest run of the weather model is that of ${toIso(newest)}, ${Math.round(age / HOUR_MS)} h old`;
  return { rain: deaccumulate(grids), ...(age > STALE_MS && { because }) };
}
