import type { RunKind } from '#contracts';
import { Fault, isFault } from '#errors';
import { toIso, type EpochMs } from '#hydrology';
import type { Logger } from '#runtime';
import { readOpenCycles, renewLease, takeLease, type CycleKey, type Lease, type Pool } from '#store';
import { commitAborted, commitCycle } from './commit-cycle.js';
import type { CyclePool } from './cycle-pool.js';
import type { ForecastBasin } from './forecast-basin.js';
import { loadInputs, loadReanalysisInputs } from './load-inputs.js';

export interface ForecastRole {
  readonly pool: Pool;
  readonly cyclePool: CyclePool;
  readonly basins: ReadonlyMap<string, ForecastBasin>;
  readonly runKind: RunKind;
  readonly logger: Logger;
  /** Names this process in leases. */
  readonly owner: string;
}

/** Whoever does not renew a lease for so long is dead; with Kafka's session of 10 s another has its basins within 30 s. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;

/**
 * Every open cycle of a basin up to an issue time, oldest first: each starts from the state the one before left. The
 * ledger says what is to be done; the message that wakes us may come twice, or late.
 * @throws Fault LEASE_HELD when another process is at one of them: the message waits and order is kept.
 */
export async function runOpenCycles(role: ForecastRole, basinId: string, upTo: EpochMs): Promise<void> {
  basinOf(role, basinId);
  for (const issueTime of await readOpenCycles(role.pool, basinId, role.runKind)) {
    if (issueTime <= upTo) await runCycle(role, basinId, issueTime);
  }
}

/**
 * Every open cycle of a basin's reanalysis, oldest first. The forecasts come first: a cycle that becomes due meanwhile is
 * computed before the next of the past.
 */
export async function runReanalysis(role: ForecastRole, basinId: string): Promise<void> {
  basinOf(role, basinId);
  for (const issueTime of await readOpenCycles(role.pool, basinId, 'reanalysis')) {
    for (const due of await readOpenCycles(role.pool, basinId, role.runKind)) await runCycle(role, basinId, due);
    await runCycle(role, basinId, issueTime, 'reanalysis');
  }
}

/**
 * One cycle from the ledger to the outbox: lease → inputs as of the cut-off → worker → one transaction. A cycle that is
 * finished is left alone; one that another process computes is waited for. What cannot be computed is aborted with its reason; a lost
 * database is left to the delivery policy, which tries again.
 */
export async function runCycle(role: ForecastRole, basinId: string, issueTime: EpochMs, runKind: RunKind = role.runKind): Promise<void> {
  const basin = basinOf(role, basinId);
  const lease = await takeLease(role.pool, { basin: basinId, issueTime, runKind }, role.owner, LEASE_MS);
  if (lease === null) return assertFinished(role, { basin: basinId, issueTime, runKind });
  const renewal = setInterval(() => {
    // a database that is away for a moment may let the lease run out; then whoever takes it fences us off
    renewLease(role.pool, lease, LEASE_MS).catch((error: unknown) => {
      role.logger.debug({ err: error, basin: basinId }, 'the lease was not renewed');
    });
  }, RENEW_MS);
  try {
    const inputs =
      runKind === 'reanalysis' ? loadReanalysisInputs(role.pool, basin, lease, role.runKind) : loadInputs(role.pool, basin, lease);
    const computed = await role.cyclePool.compute(await inputs);
    await commitCycle(role.pool, basin, lease, computed);
    const { outcome, degradations } = computed.result;
    const about = { basin: basinId, issueTime: toIso(issueTime), outcome, computeMs: Math.round(computed.computeMs) };
    role.logger.debug({ ...about, degradations: degradations.map(one => one.code) }, 'forecast issued');
  } catch (error) {
    await decideFailure(role, lease, error);
  } finally {
    clearInterval(renewal);
  }
}

function basinOf(role: ForecastRole, id: string): ForecastBasin {
  const basin = role.basins.get(id);
  if (basin === undefined) throw new Fault('BASIN_UNKNOWN', `this Freshet does not forecast the basin ${id}`, { basin: id });
  return basin;
}

/** @throws Fault LEASE_HELD */
async function assertFinished({ pool }: ForecastRole, { basin, issueTime, runKind }: CycleKey): Promise<void> {
  if (!(await readOpenCycles(pool, basin, runKind)).includes(issueTime)) return;
  throw new Fault('LEASE_HELD', `another process computes the cycle of ${toIso(issueTime)}`, { basin, issueTime: toIso(issueTime) });
}

/** model: aborted, the next cycle goes on. defect: aborted too, and the process ends. transient and lost leases: up to the bus. */
async function decideFailure(role: ForecastRole, lease: Lease, error: unknown): Promise<void> {
  const about = { basin: lease.basin, issueTime: toIso(lease.issueTime), err: error };
  if (isFault(error) && error.code === 'LEASE_LOST') {
    role.logger.warn(about, 'the lease was lost');
    return;
  }
  if (isFault(error) && error.kind !== 'model' && error.kind !== 'defect') throw error;
  const reason = isFault(error) ? `${error.code}: ${error.message}` : error instanceof Error ? error.message : String(error);
  role.logger.error(about, 'the cycle is aborted');
  await commitAborted(role.pool, lease, reason);
  if (!isFault(error) || error.kind === 'defect') throw error;
}
