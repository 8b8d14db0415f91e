import type { VerdictView } from '#contracts';
import { epochMs, toIso, toIsoExact, type EpochMs } from '#hydrology';
import { MANUAL, RELIABLE_CORRECTED, UNRELIABLE } from '#observation';
import type { Queryable } from './connect.js';

export type Decision = VerdictView['decision'];

/** Q and H of a gauge of a river, P of a rain gauge. */
export type DecidedVariable = VerdictView['variable'];

/** Which values: of one quantity at a station, valid in (from, to]; `to` null: all that come, until further notice. */
export interface Stretch {
  readonly basin: string;
  readonly station: string;
  readonly variable: DecidedVariable;
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** What an operator decides of a stretch. */
export interface DecidedVerdict extends Stretch {
  /** Trusted or rejected whatever the checks say; `checks`: back to what they say. */
  readonly decision: Decision;
  readonly reason: string;
  readonly by: string;
  readonly at: EpochMs;
}

/**
 * Records a verdict and gives each value of the stretch that is there a further revision with the flag it has from now on: nothing is
 * changed in place, so what was known before stays known as of then. In a transaction.
 * @returns the number of the verdict, and how many values have another flag
 */
export async function decideVerdict(
  client: Queryable,
  verdict: DecidedVerdict,
): Promise<{ readonly seq: number; readonly values: number }> {
  const { basin, station, variable, from, to, decision, reason, by, at } = verdict;
  await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [VERDICT_LOCK, basin]);
  const { rows } = await client.query<{ seq: number }>(
    `insert into verdict (basin, station, variable, from_time, to_time, decision, reason, decided_by, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning seq`,
    [basin, station, variable, toIso(from), to === null ? null : toIso(to), decision, reason, by, toIsoExact(at)],
  );
  return { seq: rows[0]!.seq, values: await applyTo(client, verdict) };
}

/** Whoever archives holds it shared, so that no value slips in beside a verdict that is just being given. */
const VERDICT_LOCK = 0x76_65_72_64; // "verd"

/** Takes the lock under which values are archived, until the transaction ends. */
export async function lockVerdicts(client: Queryable, basin: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock_shared($1, hashtext($2))', [VERDICT_LOCK, basin]);
}

/** Gives values just archived the flag that a verdict has for them; under `lockVerdicts`, in its transaction. */
export async function applyVerdicts(
  client: Queryable,
  basin: string,
  archived: readonly { readonly station: string; readonly variable: DecidedVariable; readonly validTime: EpochMs }[],
): Promise<void> {
  if (archived.length === 0) return;
  const times = archived.map(({ validTime }): number => validTime);
  const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  const { rows } = await client.query<{ station: string; variable: DecidedVariable }>(
    `select distinct station, variable from verdict
     where basin = $1 and station = any($2) and from_time < $3 and (to_time is null or to_time >= $4)`,
    [basin, [...new Set(archived.map(({ station }) => station))], toIso(epochMs(last)), toIso(epochMs(first))],
  );
  for (const each of rows) await applyTo(client, { basin, ...each, from: epochMs(first - 1), to: epochMs(last) });
}

/** A table of values, as far as verdicts differ by it. */
interface JudgedTable {
  readonly name: string;
  /** Its own columns, and what a further revision has there. */
  readonly columns: string;
  readonly kept: string;
  /** The values of $2 (and $3). */
  readonly of: string;
  /** What tells them apart. */
  readonly keys: readonly string[];
  readonly value: string;
}

const OBSERVATION: JudgedTable = {
  name: 'observation',
  columns: 'station, variable, valid_time',
  kept: '$2, $3, last.valid_time',
  of: 'station = $2 and variable = $3',
  keys: ['valid_time'],
  value: 'value',
};

const RAIN_GAUGE: JudgedTable = {
  name: 'rain_gauge',
  columns: 'gauge, valid_time, duration_s',
  kept: '$2, last.valid_time, last.duration_s',
  of: 'gauge = $2',
  keys: ['valid_time', 'duration_s'],
  value: 'depth_mm',
};

/** Of each value the last revision and the last that the checks made, against what the newest verdict wants. */
const applying = ({ name, columns, kept, of, keys, value }: JudgedTable): string => `
  insert into ${name} (basin, ${columns}, revision, received_at, ${value}, flag, flag_source, source, verdict)
  select $1, ${kept}, last.revision + 1, greatest(coalesce(v.decided_at, last.received_at), last.received_at), checked.${value},
    coalesce(v.flag, checked.flag), case when v.flag is null then checked.flag_source else rtrim('${MANUAL} ' || checked.flag_source) end,
    checked.source, case when v.flag is null then null else v.seq end
  from (
    select distinct on (${keys.join(', ')}) ${keys.join(', ')}, revision, received_at, flag, verdict from ${name}
    where basin = $1 and ${of} and valid_time > $4 and ($5::timestamptz is null or valid_time <= $5)
    order by ${keys.join(', ')}, revision desc
  ) last
  join lateral (
    select ${value}, flag, flag_source, source from ${name}
    where basin = $1 and ${of} and ${keys.map(key => `${key} = last.${key}`).join(' and ')} and verdict is null order by revision desc limit 1
  ) checked on checked.${value} is not null
  left join lateral (
    select seq, decided_at, case decision when 'trust' then ${RELIABLE_CORRECTED} when 'reject' then ${UNRELIABLE} end::smallint as flag from verdict
    where basin = $1 and station = $2 and variable = $3 and last.valid_time > from_time and (to_time is null or last.valid_time <= to_time)
    order by seq desc limit 1
  ) v on true
  where (v.flag is null) <> (last.verdict is null) or coalesce(v.flag, checked.flag) <> last.flag`;

const APPLY: Readonly<Record<DecidedVariable, string>> = {
  Q: applying(OBSERVATION),
  H: applying(OBSERVATION),
  P: applying(RAIN_GAUGE),
};

async function applyTo(client: Queryable, { basin, station, variable, from, to }: Stretch): Promise<number> {
  const { rowCount } = await client.query(APPLY[variable], [basin, station, variable, toIso(from), to === null ? null : toIso(to)]);
  return rowCount ?? 0;
}

export interface VerdictsOf {
  readonly basin: string;
  readonly station: string;
  /** Those that touch (from, to]. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly asOf: EpochMs;
  readonly limit: number;
}

interface VerdictRow {
  readonly seq: number;
  readonly variable: DecidedVariable;
  readonly from_time: EpochMs;
  readonly to_time: EpochMs | null;
  readonly decision: Decision;
  readonly reason: string;
  readonly decided_by: string;
  readonly decided_at: EpochMs;
  readonly superseded: boolean;
}

/** What operators decided of a station's values as known at a time, the newest first. */
export async function readVerdicts(db: Queryable, of: VerdictsOf): Promise<VerdictView[]> {
  const { rows } = await db.query<VerdictRow>(
    `select seq, variable, from_time, to_time, decision, reason, decided_by, decided_at, exists (
       select from verdict newer where newer.basin = v.basin and newer.station = v.station and newer.variable = v.variable and newer.seq > v.seq
         and newer.decided_at <= $3 and newer.from_time <= v.from_time and (newer.to_time is null or newer.to_time >= v.to_time)
     ) as superseded from verdict v
     where basin = $1 and station = $2 and decided_at <= $3 and ($4::timestamptz is null or to_time is null or to_time > $4)
       and ($5::timestamptz is null or from_time < $5) order by seq desc limit $6`,
    [of.basin, of.station, toIsoExact(of.asOf), of.from === null ? null : toIso(of.from), of.to === null ? null : toIso(of.to), of.limit],
  );
  return rows.map(row => ({
    seq: row.seq,
    variable: row.variable,
    from: toIso(row.from_time),
    to: row.to_time === null ? null : toIso(row.to_time),
    decision: row.decision,
    reason: row.reason,
    by: row.decided_by,
    at: toIsoExact(row.decided_at),
    superseded: row.superseded,
  }));
}
