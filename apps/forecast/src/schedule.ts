import type { RunKind } from '#contracts';
import { BEAT_MS, MINUTE_MS, epochMs, floorTo, type EpochMs } from '#hydrology';
import { insertDueCycles, readNewestIssueTime, type DueCycle, type Pool } from '#store';
import type { ForecastBasin } from './forecast-basin.js';

export interface Schedule {
  readonly pool: Pool;
  readonly basin: ForecastBasin;
  readonly runKind: RunKind;
  /** Issue time of the first cycle there ever is; the beats before it are not missed. */
  readonly first: EpochMs;
}

/**
 * Issue time of the first cycle of a system that starts now: the first whose cut-off is still to come, so that it sees what the
 * start took in. An earlier one would have seen nothing.
 */
export const firstIssueTime = ({ domain }: Pick<ForecastBasin, 'domain'>, now: EpochMs): EpochMs =>
  epochMs(Math.ceil((now - domain.settings.forecast.cutOff) / BEAT_MS) * BEAT_MS);

/** The clock is looked at every minute; what is entered so much after its cut-off was missed. */
const MISSED_AFTER_MS = 1.5 * MINUTE_MS;

/**
 * Enters every cycle whose cut-off has come and that is not in the ledger yet, oldest first. After a pause that is every
 * missed one; only the newest notifies, and it sees what was received by now: nobody is helped by a forecast that knows nothing of
 * what came in meanwhile. Any number of replicas may do it at once.
 */
export async function enterDueCycles({ pool, basin, runKind, first }: Schedule, now: EpochMs): Promise<void> {
  const { cutOff } = basin.domain.settings.forecast;
  const newest = await readNewestIssueTime(pool, basin.model.basin, runKind);
  const next = newest === null ? first : epochMs(newest + BEAT_MS);
  const last = floorTo(epochMs(now - cutOff), BEAT_MS);
  const missed = now - cutOff - last > MISSED_AFTER_MS;
  const asOf = (issueTime: number) => epochMs(issueTime === last && missed ? now : issueTime + cutOff);
  const due: DueCycle[] = [];
  for (let issueTime = next; issueTime <= last; issueTime = epochMs(issueTime + BEAT_MS)) {
    due.push({ basin: basin.model.basin, issueTime, runKind, asOf: asOf(issueTime), notifies: issueTime === last });
  }
  await insertDueCycles(pool, due);
}
