import type { CycleView, InputStatus, RejectView, RunKind } from '#contracts';
import { MINUTE_MS, toIso, toIsoExact, type EpochMs } from '#hydrology';
import { isStalled } from '#observation';
import type { Queryable } from './connect.js';
import { cycleDetails, type CycleColumns } from './cycle-details.js';
import { readHabits, type InputHabit } from './habits.js';
import type { ReadScope } from './views.js';

export interface CyclesOf {
  readonly basin: string;
  readonly runKind: RunKind;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly limit: number;
}

interface CycleRecord extends CycleColumns {
  readonly basin: string;
  readonly issue_time: EpochMs;
  readonly run_kind: RunKind;
  readonly status: CycleView['status'];
  readonly as_of: EpochMs;
  readonly attempt: number;
  readonly started_at: EpochMs | null;
  readonly finished_at: EpochMs | null;
  readonly notifies: boolean;
  readonly state_hash: string | null;
  readonly previous_hash: string | null;
  readonly versions: Record<string, string> | null;
  readonly stage_ms: Record<string, number> | null;
  readonly reason: string | null;
}

/** The ledger, newest first. */
export async function readCycles(client: Queryable, of: CyclesOf): Promise<CycleView[]> {
  const { rows } = await client.query<CycleRecord>(
    `select basin, issue_time, run_kind, status, as_of, attempt, started_at, finished_at, notifies, state_hash, previous_hash, degradations,
       analysis, input_ages, null as rain, rain_adjustment, versions, stage_ms, reason from cycle
     where basin = $1 and run_kind = $2 and ($3::timestamptz is null or issue_time > $3) and ($4::timestamptz is null or issue_time <= $4)
     order by issue_time desc limit $5`,
    [of.basin, of.runKind, isoOrNull(of.from), isoOrNull(of.to), of.limit],
  );
  return rows.map(cycleView);
}

function cycleView(row: CycleRecord): CycleView {
  const { degradations, analysis, inputAges, rainAdjustment } = cycleDetails(row, row.issue_time);
  return {
    basin: row.basin,
    issueTime: toIso(row.issue_time),
    runKind: row.run_kind,
    status: row.status,
    cutOff: toIsoExact(row.as_of),
    attempt: row.attempt,
    startedAt: isoOrNull(row.started_at),
    finishedAt: isoOrNull(row.finished_at),
    durationMs: row.started_at === null || row.finished_at === null ? null : row.finished_at - row.started_at,
    notifies: row.notifies,
    stateHash: row.state_hash,
    previousHash: row.previous_hash,
    degradations: [...degradations],
    analysis,
    inputAges: [...inputAges],
    rainAdjustment,
    versions: row.versions,
    stageMs: row.stage_ms,
    reason: row.reason,
  };
}

/** An input to be looked at and the ages it may have. */
export interface WatchedInput {
  readonly input: string;
  readonly kind: InputStatus['kind'];
  readonly name: string;
  readonly lateAfterMs: number;
  readonly silentAfterMs: number;
}

interface InputRow {
  readonly input: string;
  readonly newest: EpochMs | null;
  readonly received_at: EpochMs | null;
  readonly values24h: number;
  readonly doubtful24h: number;
}

/** Doubtful, unreliable and missing: what the operator should look at. */
const INPUTS = `
  select station as input, max(valid_time) filter (where value is not null) as newest,
    max(received_at) filter (where value is not null) as received_at,
    (count(*) filter (where valid_time > $3::timestamptz - interval '24 hours'))::integer as values24h,
    (count(*) filter (where valid_time > $3::timestamptz - interval '24 hours' and flag >= 3))::integer as doubtful24h
  from observation where basin = $1 and valid_time > $3::timestamptz - interval '7 days' and received_at <= $3 group by station
  union all
  select 'rain', max(valid_time) filter (where mean_mm is not null), max(received_at) filter (where mean_mm is not null),
    (count(*) filter (where valid_time > $3::timestamptz - interval '24 hours'))::integer,
    (count(*) filter (where valid_time > $3::timestamptz - interval '24 hours' and flag >= 3))::integer
  from rain_grid where basin = $1 and valid_time > $3::timestamptz - interval '7 days' and received_at <= $3
  union all
  select gauge, max(valid_time) filter (where depth_mm is not null), max(received_at) filter (where depth_mm is not null),
    (count(*) filter (where valid_time > $3::timestamptz - interval '24 hours'))::integer,
    (count(*) filter (where valid_time > $3::timestamptz - interval '24 hours' and flag >= 3))::integer
  from rain_gauge where basin = $1 and valid_time > $3::timestamptz - interval '7 days' and received_at <= $3 group by gauge
  union all
  select 'cycle', max(issue_time), max(as_of), (count(*) filter (where issue_time > $3::timestamptz - interval '24 hours'))::integer,
    (count(*) filter (where issue_time > $3::timestamptz - interval '24 hours' and status = 'degraded'))::integer
  from cycle where basin = $1 and run_kind = $2 and issue_time > $3::timestamptz - interval '7 days' and as_of <= $3
    and status in ('complete', 'degraded')`;

/** The age of every input of a basin. */
export async function readInputStatus(client: Queryable, scope: ReadScope, watched: readonly WatchedInput[]): Promise<InputStatus[]> {
  const { rows } = await client.query<InputRow>(INPUTS, [scope.basin, scope.runKind, toIsoExact(scope.asOf)]);
  const rowOf = new Map(rows.map(row => [row.input, row]));
  const habits = new Map((await readHabits(client, scope.basin, scope.asOf)).map(habit => [habit.input, habit]));
  return watched.map(input => inputStatus(scope, input, { row: rowOf.get(input.input), habit: habits.get(input.input) }));
}

interface KnownOfInput {
  readonly row: InputRow | undefined;
  readonly habit: InputHabit | undefined;
}

function inputStatus({ basin, asOf }: ReadScope, watched: WatchedInput, { row, habit }: KnownOfInput): InputStatus {
  const newest = row?.newest ?? null;
  const ageMs = newest === null ? null : asOf - newest;
  const usualAgeMs = habit?.usualAgeMs ?? null;
  const stalled = ageMs !== null && isStalled(ageMs, usualAgeMs);
  return {
    basin,
    input: watched.input,
    kind: watched.kind,
    name: watched.name,
    newest: isoOrNull(newest),
    receivedAt: row?.received_at == null ? null : toIsoExact(row.received_at),
    ageMinutes: ageMs === null ? null : ageMs / MINUTE_MS,
    lateAfterMinutes: watched.lateAfterMs / MINUTE_MS,
    silentAfterMinutes: watched.silentAfterMs / MINUTE_MS,
    state: ageMs === null ? 'never' : ageMs > watched.silentAfterMs ? 'silent' : stalled || ageMs > watched.lateAfterMs ? 'late' : 'fresh',
    values24h: row?.values24h ?? 0,
    doubtful24h: row?.doubtful24h ?? 0,
    usualAgeMinutes: usualAgeMs === null ? null : usualAgeMs / MINUTE_MS,
    stalled,
    completeness24h: habit?.completeness ?? null,
  };
}

interface RejectRecord {
  readonly basin: string;
  readonly source: string;
  readonly received_at: EpochMs;
  readonly code: string;
  readonly message: string;
}

/** What could not become an observation in the last 24 hours: how many, and the newest of them. */
export async function readRejects(client: Queryable, scope: ReadScope, limit: number): Promise<{ count: number; rejects: RejectView[] }> {
  const where = `basin = $1 and received_at <= $2 and received_at > $2::timestamptz - interval '24 hours'`;
  const values = [scope.basin, toIsoExact(scope.asOf)];
  const { rows: counts } = await client.query<{ count: number }>(`select count(*) as count from reject where ${where}`, values);
  const { rows } = await client.query<RejectRecord>(
    `select basin, source, received_at, code, message from reject where ${where} order by received_at desc, id desc limit $3`,
    [...values, limit],
  );
  return {
    count: counts[0]?.count ?? 0,
    rejects: rows.map(({ received_at, ...row }) => ({ ...row, receivedAt: toIsoExact(received_at) })),
  };
}

const isoOrNull = (time: EpochMs | null): string | null => (time === null ? null : toIso(time));
