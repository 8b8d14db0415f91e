import type { RunKind } from '#contracts';
import { Fault, isFault } from '#errors';
import { toIso, type EpochMs } from '#hydrology';
import type { Logger } from '#runtime';
import { takeLease, type Lease, type Pool } from '#store';
import { commitAborted, commitCycle } from './commit-cycle.js';
import type { CyclePool } from './cycle-pool.js';
import type { ForecastBasin } from './forecast-basin.js';
import { loadInputs } from './load-inputs.js';

export interface ForecastRole {
  readonly pool: Pool;
  readonly cyclePool: CyclePool;
  readonly basins: ReadonlyMap<string, ForecastBasin>;
  readonly runKind: RunKind;
  readonly logger: Logger;
  /** Names this process in leases. */
  readonly owner: string;
}

/** A cycle takes a fraction of a second; whoever holds it this long is dead. */
const LEASE_MS = 120_000;

/**
 * One cycle from the ledger to the outbox: lease → inputs as of the cut-off → worker → one transaction. A cycle that is
 * finished, or that somebody else computes, is left alone. What cannot be computed is aborted with its reason; a lost
 * database is left to the delivery policy, which tries again.
 */
export async function runCycle(role: ForecastRole, basinId: string, issueTime: EpochMs): Promise<void> {
  const basin = role.basins.get(basinId);
  if (basin === undefined) throw new Fault('BASIN_UNKNOWN', `this Freshet does not forecast the basin ${basinId}`, { basin: basinId });
  const lease = await takeLease(role.pool, { basin: basinId, issueTime, runKind: role.runKind }, role.owner, LEASE_MS);
  if (lease === null) return;
  try {
    const computed = await role.cyclePool.compute(await loadInputs(role.pool, basin, lease));
    await commitCycle(role.pool, basin, lease, computed);
    const { outcome, degradations } = computed.result;
    const about = { basin: basinId, issueTime: toIso(issueTime), outcome, computeMs: Math.round(computed.computeMs) };
    role.logger.debug({ ...about, degradations: degradations.map(one => one.code) }, 'forecast issued');
  } catch (error) {
    await decideFailure(role, lease, error);
  }
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
