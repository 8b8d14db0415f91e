import type { RunKind } from '#contracts';
import { BEAT_MS, HOUR_MS, epochMs, floorTo, type EpochMs } from '#hydrology';
import {
  inTransaction,
  insertRewind,
  latenciesOf,
  lockReanalysis,
  readCycleSpan,
  readLateArrivals,
  saveLookedTo,
  type Arrival,
  type Latencies,
  type Pool,
} from '#store';
import type { ForecastBasin } from './forecast-basin.js';

export interface Rewinding {
  readonly pool: Pool;
  readonly basin: ForecastBasin;
  /** Of the cycles that are computed again. */
  readonly runKind: RunKind;
  /** No other rewind sooner after the last; late values gather meanwhile. An hour if left out. */
  readonly restMs?: number;
}

/**
 * Rewinds to the cycle that the earliest of the late and corrected values belongs to: it and all after it become due as a
 * reanalysis, which sees everything received by `now` as if it had come on time. Once a reanalysis has parted from the
 * forecasts' chain of states it is continued every time: it begins where it ended, or earlier. Any number of replicas may
 * ask at once.
 * @returns the first issue time that is computed; null when nothing was ever late or the last rewind is too recent
 */
export async function enterRewind({ pool, basin, runKind, restMs = HOUR_MS }: Rewinding, now: EpochMs): Promise<EpochMs | null> {
  const id = basin.model.basin;
  const { forecast } = basin.domain.settings;
  const latencies = latenciesOf(basin.domain.settings);
  return inTransaction(pool, async client => {
    const span = await readCycleSpan(client, id, runKind);
    if (span === null) return null;
    const after = await lockReanalysis(client, id, epochMs(span.first + forecast.cutOff));
    if (now - after < restMs) return null;
    const arrivals = await readLateArrivals(client, { basin: id, after, until: now, latencies });
    await saveLookedTo(client, id, now);
    const missed = arrivals.flatMap(arrival => missedCycle(arrival, latencies, forecast.cutOff));
    const chain = await readCycleSpan(client, id, 'reanalysis');
    const first = missed.reduce((a, b) => Math.min(a, b), chain === null ? Infinity : chain.last + BEAT_MS);
    const from = epochMs(Math.max(first, span.first));
    if (from > span.last) return null;
    await insertRewind(client, { basin: id, runKind, from, to: span.last, asOf: now });
    return from;
  });
}

/** The first cycle that would have seen the value had it come on time; none when no cut-off lay in between. */
export function missedCycle({ input, validTime, receivedAt }: Arrival, latencies: Latencies, cutOffMs: number): EpochMs[] {
  const due = validTime + (latencies[input] ?? 0) - cutOffMs;
  const cycle = epochMs(floorTo(epochMs(due + BEAT_MS - 1), BEAT_MS));
  return cycle + cutOffMs < receivedAt ? [cycle] : [];
}
