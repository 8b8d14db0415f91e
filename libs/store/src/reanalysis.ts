import { epochMs, toIso, toIsoExact, type EpochMs } from '#hydrology';
import type { RunKind } from '#contracts';
import type { Queryable } from './connect.js';

/** What arrived in (after, until], of one input and valid time. */
export interface Arrival {
  readonly input: keyof Latencies;
  readonly validTime: EpochMs;
  /** The last of them. */
  readonly receivedAt: EpochMs;
}

/** Longest time from its stamp to its receipt for a value to be on time, by input. */
export interface Latencies {
  readonly gauge: number;
  readonly rain: number;
  /** Null: no forecast looks at rain gauges. */
  readonly rainGauge: number | null;
}

/** What domain.yaml says of them. */
export interface LatencySettings {
  readonly sources: Readonly<Record<'gauges' | 'radar' | 'rainGauges', { readonly latency: number }>>;
  readonly forcing: { readonly adjust?: unknown };
}

export const latenciesOf = ({ sources, forcing }: LatencySettings): Latencies => ({
  gauge: sources.gauges.latency,
  rain: sources.radar.latency,
  rainGauge: forcing.adjust === undefined ? null : sources.rainGauges.latency,
});

/** Takes the lock under which a basin is reanalysed, until the transaction ends. @returns how far arrivals were looked at */
export async function lockReanalysis(db: Queryable, basin: string, begins: EpochMs): Promise<EpochMs> {
  await db.query(`insert into reanalysis values ($1, $2) on conflict do nothing`, [basin, toIso(begins)]);
  const { rows } = await db.query<{ looked_to: number }>(`select looked_to from reanalysis where basin = $1 for update`, [basin]);
  return epochMs(rows[0]!.looked_to);
}

export async function saveLookedTo(db: Queryable, basin: string, until: EpochMs): Promise<void> {
  await db.query(`update reanalysis set looked_to = $2 where basin = $1`, [basin, toIsoExact(until)]);
}

/** Of gauges, rain and rain gauges, as queries take them: nothing is later than null. */
export const secondsOf = ({ gauge, rain, rainGauge }: Latencies): (number | null)[] =>
  [gauge, rain, rainGauge].map(ms => (ms === null ? null : ms / 1000));

/** What arrived in (after, until] later than its latency allows, corrections included. */
export async function readLateArrivals(
  db: Queryable,
  {
    basin,
    after,
    until,
    latencies,
  }: { readonly basin: string; readonly after: EpochMs; readonly until: EpochMs; readonly latencies: Latencies },
): Promise<Arrival[]> {
  const { rows } = await db.query<{ input: Arrival['input']; valid_time: number; received_at: number }>(
    `select 'gauge' as input, valid_time, max(received_at) as received_at from observation
     where basin = $1 and variable = 'Q' and received_at > $2 and received_at <= $3 and received_at > valid_time + make_interval(secs => $4) group by valid_time
     union all
     select 'rain', valid_time, max(received_at) from rain_grid
     where basin = $1 and received_at > $2 and received_at <= $3 and received_at > valid_time + make_interval(secs => $5) group by valid_time
     union all
     select 'rainGauge', valid_time, max(received_at) from rain_gauge
     where $6::float8 is not null and basin = $1 and received_at > $2 and received_at <= $3 and received_at > valid_time + make_interval(secs => $6) group by valid_time`,
    [basin, toIsoExact(after), toIsoExact(until), ...secondsOf(latencies)],
  );
  return rows.map(row => ({ input: row.input, validTime: epochMs(row.valid_time), receivedAt: epochMs(row.received_at) }));
}

/** First and last finished cycle of a kind, of those issued in [from, to] if that is given; null when there is none. */
export async function readCycleSpan(
  db: Queryable,
  basin: string,
  runKind: RunKind,
  within?: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<{ first: EpochMs; last: EpochMs } | null> {
  const { rows } = await db.query<{ first: number | null; last: number | null }>(
    `select min(issue_time) as first, max(issue_time) as last from cycle where basin = $1 and run_kind = $2 and status not in ('due', 'running')
       and issue_time >= coalesce($3::timestamptz, '-infinity') and issue_time <= coalesce($4::timestamptz, 'infinity')`,
    [basin, runKind, within === undefined ? null : toIso(within.from), within === undefined ? null : toIso(within.to)],
  );
  const { first = null, last = null } = rows[0] ?? {};
  return first === null || last === null ? null : { first: epochMs(first), last: epochMs(last) };
}

export interface Rewind {
  readonly basin: string;
  /** The kind of run whose cycles are computed again. */
  readonly runKind: RunKind;
  /** Issue times, both ends included. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** What had been received by then is seen. */
  readonly asOf: EpochMs;
}

/**
 * Makes cycles of the past due again as a reanalysis, and announces them. What an earlier reanalysis left from there on is
 * forgotten: it is what is known best, not what was published. Whoever computes one of them at this moment loses its lease.
 */
export async function insertRewind(db: Queryable, { basin, runKind, from, to, asOf }: Rewind): Promise<void> {
  const since = [basin, toIso(from)];
  for (const table of ['model_state', 'hydrograph', 'exceedance', 'cycle_metric']) {
    await db.query(`delete from ${table} where basin = $1 and run_kind = 'reanalysis' and issue_time >= $2`, since);
  }
  await db.query(
    `insert into cycle (basin, issue_time, run_kind, as_of, notifies, status)
     select basin, issue_time, 'reanalysis', $5, false, 'due' from cycle where basin = $1 and run_kind = $2 and issue_time between $3 and $4
     on conflict (basin, issue_time, run_kind) do update set as_of = excluded.as_of, status = 'due', lease_owner = null, lease_until = null,
       state_hash = null, previous_hash = null, reason = null`,
    [basin, runKind, toIso(from), toIso(to), toIsoExact(asOf)],
  );
  await db.query(
    `insert into outbox (topic, key, message_id, value)
     values ('cycle.due.v1', $1, 'due/' || $1 || '/reanalysis/' || $2 || '/' || $3, $4) on conflict do nothing`,
    [basin, toIso(from), toIsoExact(asOf), JSON.stringify({ basin, issueTime: to, runKind: 'reanalysis' })],
  );
}
