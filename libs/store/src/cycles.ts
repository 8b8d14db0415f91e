import type { RunKind } from '#contracts';
import { epochMs, toIso, toIsoExact, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** Names one cycle: a row of the ledger. */
export interface CycleKey {
  readonly basin: string;
  readonly issueTime: EpochMs;
  readonly runKind: RunKind;
}

export interface DueCycle extends CycleKey {
  /** Cut-off: the cycle sees nothing received later. */
  readonly asOf: EpochMs;
  /** false for a cycle that is computed late, when a newer one will speak. */
  readonly notifies: boolean;
}

/** The right to compute a cycle; `attempt` fences off a holder that was thought dead. */
export interface Lease extends DueCycle {
  readonly owner: string;
  readonly attempt: number;
}

/** What the ledger keeps of a finished cycle; the parts in JSON are for people and the API. */
export interface FinishedCycle {
  readonly status: 'complete' | 'degraded' | 'aborted';
  readonly stateHash: string | null;
  readonly previousHash: string | null;
  readonly reason: string | null;
  readonly details: CycleDetails;
}

export interface CycleDetails {
  readonly degradations?: unknown;
  readonly analysis?: unknown;
  readonly inputAges?: unknown;
  readonly rain?: unknown;
  readonly massBalance?: unknown;
  readonly versions?: unknown;
  readonly stageMs?: unknown;
  /** Forecasts of members beside the model, as StoredMember of the views reads them. */
  readonly members?: unknown;
  /** As CycleParts.rainAdjustment reads it. */
  readonly rainAdjustment?: unknown;
}

/** Enters cycles that became due and announces them by the outbox; those already in the ledger stay as they are. */
export async function insertDueCycles(db: Queryable, cycles: readonly DueCycle[]): Promise<void> {
  if (cycles.length === 0) return;
  await db.query(INSERT_DUE, [
    cycles.map(cycle => cycle.basin),
    cycles.map(cycle => toIso(cycle.issueTime)),
    cycles.map(cycle => cycle.runKind),
    cycles.map(cycle => toIsoExact(cycle.asOf)),
    cycles.map(cycle => cycle.notifies),
  ]);
}

const MESSAGE_ID = `'due/' || basin || '/' || run_kind || '/' || to_char(issue_time, 'YYYY-MM-DD"T"HH24:MI"Z"')`;
const VALUE = `jsonb_build_object('basin', basin, 'issueTime', (extract(epoch from issue_time) * 1000)::bigint, 'runKind', run_kind)`;

const INSERT_DUE = `
  with due as (
    insert into cycle (basin, issue_time, run_kind, as_of, notifies, status)
    select *, 'due' from unnest($1::text[], $2::timestamptz[], $3::text[], $4::timestamptz[], $5::boolean[])
    on conflict do nothing
    returning basin, issue_time, run_kind
  )
  insert into outbox (topic, key, message_id, value)
  select 'cycle.due.v1', basin, ${MESSAGE_ID}, ${VALUE} from due order by issue_time
  on conflict do nothing`;

/** Takes a cycle that is due, whose holder let the lease run out, or that this owner failed to finish; null when somebody has it or it is finished. */
export async function takeLease(db: Queryable, key: CycleKey, owner: string, leaseMs: number): Promise<Lease | null> {
  const { rows } = await db.query<{ attempt: number; as_of: number; notifies: boolean }>(TAKE, [...keyValues(key), owner, leaseMs / 1000]);
  const taken = rows[0];
  return taken ? { ...key, owner, attempt: taken.attempt, asOf: epochMs(taken.as_of), notifies: taken.notifies } : null;
}

/** Lease times are the database's own clock: they guard against a dead process and decide no result. */
const TAKE = `
  update cycle set status = 'running', attempt = attempt + 1, lease_owner = $4, started_at = now(),
    lease_until = now() + make_interval(secs => $5)
  where basin = $1 and issue_time = $2 and run_kind = $3 and (status = 'due' or (status = 'running' and (lease_until < now() or lease_owner = $4)))
  returning attempt, as_of, notifies`;

/** Keeps a lease as long as the cycle is computed; what a dead holder kept runs out by itself. */
export async function renewLease(db: Queryable, lease: Lease, leaseMs: number): Promise<void> {
  await db.query(
    `update cycle set lease_until = now() + make_interval(secs => $6)
     where basin = $1 and issue_time = $2 and run_kind = $3 and lease_owner = $4 and attempt = $5 and status = 'running'`,
    [...keyValues(lease), lease.owner, lease.attempt, leaseMs / 1000],
  );
}

/** Writes the outcome; false when the lease was lost meanwhile and the transaction must be rolled back. */
export async function finishCycle(db: Queryable, lease: Lease, finished: FinishedCycle): Promise<boolean> {
  const { degradations = [], analysis, inputAges = [], rain, massBalance, versions, stageMs, members, rainAdjustment } = finished.details;
  const json = [degradations, analysis, inputAges, rain, massBalance, versions, stageMs, members, rainAdjustment].map(part =>
    part === undefined ? null : JSON.stringify(part),
  );
  const { rowCount } = await db.query(FINISH, [
    ...keyValues(lease),
    lease.owner,
    lease.attempt,
    finished.status,
    finished.stateHash,
    finished.previousHash,
    finished.reason,
    ...json,
  ]);
  return rowCount === 1;
}

const FINISH = `
  update cycle set status = $6, state_hash = $7, previous_hash = $8, reason = $9, finished_at = now(), lease_until = null,
    degradations = $10, analysis = $11, input_ages = $12, rain = $13, mass_balance = $14, versions = $15, stage_ms = $16, members = $17,
    rain_adjustment = $18
  where basin = $1 and issue_time = $2 and run_kind = $3 and lease_owner = $4 and attempt = $5 and status = 'running'`;

/**
 * Gives back the cycles that a dead process left running. Only for a process that knows it is alone (it owns the data
 * folder); where several share a database the lease has to run out.
 */
export async function releaseOrphans(db: Queryable, owner: string): Promise<void> {
  await db.query(`update cycle set lease_until = now() - interval '1 second' where status = 'running' and lease_owner <> $1`, [owner]);
}

/** Issue times that are due or running, oldest first. */
export async function readOpenCycles(db: Queryable, basin: string, runKind: RunKind): Promise<EpochMs[]> {
  const { rows } = await db.query<{ issue_time: number }>(
    `select issue_time from cycle where basin = $1 and run_kind = $2 and status in ('due', 'running') order by issue_time`,
    [basin, runKind],
  );
  return rows.map(row => epochMs(row.issue_time));
}

/** The newest cycle in the ledger, whatever became of it. */
export async function readNewestIssueTime(db: Queryable, basin: string, runKind: RunKind): Promise<EpochMs | null> {
  const { rows } = await db.query<{ newest: number | null }>(
    `select max(issue_time) as newest from cycle where basin = $1 and run_kind = $2`,
    [basin, runKind],
  );
  const newest = rows[0]?.newest ?? null;
  return newest === null ? null : epochMs(newest);
}

const keyValues = (key: CycleKey): [string, string, string] => [key.basin, toIso(key.issueTime), key.runKind];
