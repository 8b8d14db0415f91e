import type { CycleResult } from '#cycle';
import { Fault } from '#errors';
import { toIso, type EpochMs } from '#hydrology';
import {
  finishCycle,
  inTransaction,
  writeCycleMetrics,
  writeExceedances,
  writeHydrographs,
  writeOutbox,
  writeStates,
  type CycleMetrics,
  type FinishedCycle,
  type HydrographRow,
  type Lease,
  type OutboxMessage,
  type Pool,
} from '#store';
import type { ComputedCycle } from './cycle-messages.js';
import type { ForecastBasin } from './forecast-basin.js';

/** Commits the ledger's row, state, hydrographs, exceedances and the announcement: all of them or none. */
export async function commitCycle(pool: Pool, basin: ForecastBasin, lease: Lease, computed: ComputedCycle): Promise<void> {
  const { result, state } = computed;
  await inTransaction(pool, async client => {
    await finishOrFail(client, lease, finishedCycle(basin, computed));
    await writeStates(client, lease.basin, lease.runKind, [state]);
    await writeHydrographs(
      client,
      lease,
      result.hydrographs.map(hydrograph => hydrographRow(hydrograph, result)),
    );
    await writeExceedances(client, lease, result.exceedances);
    await writeCycleMetrics(client, lease, metricsOf(computed));
    await writeOutbox(client, announcements(lease, result.outcome));
  });
}

/** Closes a cycle that could not be computed, with the reason; the chain goes on from the cycle before. */
export async function commitAborted(pool: Pool, lease: Lease, reason: string): Promise<void> {
  await inTransaction(pool, async client => {
    await finishOrFail(client, lease, { status: 'aborted', stateHash: null, previousHash: null, reason, details: {} });
    await writeOutbox(client, announcements(lease, 'aborted'));
  });
}

/** A lost lease means that somebody else computes the cycle: what we have must not be written beside theirs. */
async function finishOrFail(client: Parameters<typeof finishCycle>[0], lease: Lease, finished: FinishedCycle): Promise<void> {
  if (await finishCycle(client, lease, finished)) return;
  throw new Fault('LEASE_LOST', `the cycle of ${toIso(lease.issueTime)} was taken over by another process`, {
    basin: lease.basin,
    attempt: lease.attempt,
  });
}

function finishedCycle(basin: ForecastBasin, { result, state, previousHash, computeMs }: ComputedCycle): FinishedCycle {
  const { degradations, analysis, inputAges, massBalance, members, rainAdjustment } = result;
  const { time, mean } = result.rain;
  return {
    status: result.outcome,
    stateHash: state.hash,
    previousHash,
    reason: null,
    details: {
      degradations,
      analysis,
      inputAges: inputAges.map(age => ({ ...age, newest: age.newest === null ? null : toIso(age.newest) })),
      rain: { start: toIso(time.start), stepS: time.stepMs / 1000, mean: Array.from(mean) },
      massBalance,
      ...(rainAdjustment && { rainAdjustment: adjustmentRow(rainAdjustment) }),
      versions: basin.model.versions,
      stageMs: { compute: Math.round(computeMs) },
      ...(members && { members: members.forecasts.map(one => ({ ...one, hour: toIso(one.hour) })) }),
    },
  };
}

function adjustmentRow({ newestPair, newestGauge, ...rest }: NonNullable<CycleResult['rainAdjustment']>): unknown {
  const iso = (time: EpochMs | null): string | null => (time === null ? null : toIso(time));
  return { ...rest, newestPair: iso(newestPair), newestGauge: iso(newestGauge) };
}

/** As docs/reference/metrics.md lists them. */
function metricsOf({ result, computeMs }: ComputedCycle): CycleMetrics {
  const { analysis, degradations, rainAdjustment } = result;
  const known = {
    compute_ms: computeMs,
    degradations: degradations.length,
    cost_before: analysis.costBefore,
    cost_after: analysis.costAfter,
    iterations: analysis.iterations,
    accepted: analysis.outcome === 'accepted' ? 1 : 0,
    ...(rainAdjustment && { rain_factor: rainAdjustment.factor, rain_factor_gauges: rainAdjustment.gauges }),
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => Number.isFinite(value)));
}

function hydrographRow(hydrograph: CycleResult['hydrographs'][number], { peaks }: ComputedCycle['result']): HydrographRow {
  const { time, ...series } = hydrograph;
  const peak = peaks.find(one => one.station === hydrograph.station)!;
  return { ...series, startTime: time.start, stepMs: time.stepMs, peak };
}

/** A reanalysis is no forecast: nobody is to act on it. */
function announcements(lease: Lease, outcome: 'complete' | 'degraded' | 'aborted'): OutboxMessage<'forecast.issued.v1'>[] {
  if (lease.runKind === 'reanalysis') return [];
  const { basin, issueTime, asOf, runKind, notifies } = lease;
  const id = `issued/${basin}/${runKind}/${toIso(issueTime)}`;
  return [{ topic: 'forecast.issued.v1', key: basin, id, value: { basin, issueTime, asOf, runKind, outcome, notifies } }];
}
