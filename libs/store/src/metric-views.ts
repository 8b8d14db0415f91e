import { toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** One number with what it is about. */
export interface MetricRow {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LABELS = 'jsonb_build_object';

/** Statements of name, labels, value; $1 = kind of run, $2 = now. Bounded by time, so that chunks of last year stay asleep. */
const READS: readonly string[] = [
  `select 'freshet_cycle_age_seconds' as name, ${LABELS}('basin', basin) as labels, extract(epoch from $2::timestamptz - max(issue_time))::float8 as value
   from cycle where run_kind = $1 and status in ('complete', 'degraded') group by basin`,
  `select 'freshet_cycle_open' as name, ${LABELS}('basin', basin) as labels, count(*) filter (where status in ('due', 'running'))::float8 as value
   from cycle where run_kind = $1 and issue_time > $2::timestamptz - interval '7 days' group by basin`,
  `select 'freshet_cycle_' || s.status || '_24h' as name, ${LABELS}('basin', basin) as labels, count(*) filter (where c.status = s.status)::float8 as value
   from cycle c, (values ('aborted'), ('degraded')) s (status) where run_kind = $1 and issue_time > $2::timestamptz - interval '1 day' group by basin, s.status`,
  `select 'freshet_cycle_compute_seconds' as name, ${LABELS}('basin', basin) as labels, value / 1000 as value from (
     select distinct on (basin) basin, value from cycle_metric where run_kind = $1 and name = 'compute_ms' and issue_time > $2::timestamptz - interval '7 days'
     order by basin, issue_time desc) newest`,
  `select 'freshet_' || name as name, ${LABELS}('basin', basin) as labels, value from (
     select distinct on (basin, name) basin, name, value from cycle_metric
     where run_kind = $1 and name in ('rain_factor', 'rain_factor_gauges') and issue_time > $2::timestamptz - interval '1 day'
     order by basin, name, issue_time desc) newest`,
  `select 'freshet_input_age_seconds' as name, ${LABELS}('basin', basin, 'input', input) as labels, extract(epoch from $2::timestamptz - max(newest))::float8 as value from (
     select basin, station as input, valid_time as newest from observation
       where valid_time > $2::timestamptz - interval '7 days' and received_at <= $2 and value is not null and $1 <> ''
     union all
     select basin, gauge, valid_time from rain_gauge where valid_time > $2::timestamptz - interval '7 days' and received_at <= $2 and depth_mm is not null
     union all
     select basin, 'rain', valid_time from rain_grid where valid_time > $2::timestamptz - interval '7 days' and received_at <= $2 and mean_mm is not null) known
   group by basin, input`,
  `select 'freshet_feed_' || n.name as name, ${LABELS}('basin', basin, 'source', source) as labels, n.value::float8 as value
   from feed, lateral (values ('failures', failures), ('stalled', jsonb_array_length(stalled))) n (name, value)
   where polled_at > $2::timestamptz - interval '7 days' and $1 = 'scheduled'`,
  `select 'freshet_feed_filtered_cells' as name, ${LABELS}('basin', basin, 'source', source, 'filter', filter) as labels, (brought ->> filter)::float8 as value
   from feed, unnest(array['spokes', 'clutter', 'spikes', 'speckle']) filter
   where brought ? filter and polled_at > $2::timestamptz - interval '7 days' and $1 = 'scheduled'`,
  `select 'freshet_reject_24h' as name, ${LABELS}('basin', basin, 'code', code) as labels, count(*)::float8 as value
   from reject where received_at > $2::timestamptz - interval '1 day' and received_at <= $2 and $1 <> '' group by basin, code`,
  `select 'freshet_alert_standing' as name, ${LABELS}('basin', basin, 'basis', basis, 'level', level, 'phase', phase) as labels, count(*)::float8 as value
   from alert where run_kind = $1 and phase in ('raised', 'easing', 'stale') and $2::timestamptz is not null group by basin, basis, level, phase`,
  `select 'freshet_outbox_waiting' as name, '{}'::jsonb as labels, count(*)::float8 as value from outbox where published_at is null and $1 <> '' and $2::timestamptz is not null`,
];

/** The numbers about what is stored, by the clock of the run. */
export async function readMetrics(db: Queryable, runKind: string, now: EpochMs): Promise<MetricRow[]> {
  const answers = await Promise.all(READS.map(sql => db.query<MetricRow>(sql, [runKind, toIso(now)])));
  return answers.flatMap(({ rows }) => rows);
}
