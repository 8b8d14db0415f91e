import { toIsoExact, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** How an input usually comes, learned from the archive of the last seven days. */
export interface InputHabit {
  /** `rain` or a station. */
  readonly input: string;
  /** Valid time of the newest value that is one. */
  readonly newest: EpochMs;
  /** Age that the newest value usually reaches before the next comes (9 of 10 times); null before it could be learned. */
  readonly usualAgeMs: number | null;
  /** Usual time between two values; null before it could be learned. */
  readonly stepMs: number | null;
  /** Share of the values of the last 24 h that are there, 0 … 1, up to the usual age ago; null without a step. */
  readonly completeness: number | null;
}

/** Fewer arrivals than this are no habit. */
const FEWEST_ARRIVALS = 5;

/**
 * What each input of a basin does by habit, as known at a time. Arrivals of one receipt are one; only those that brought something
 * newer than before count, so that late and corrected values do not make an input look punctual; and a backlog that is taken in one go,
 * hours of values within seconds, is no habit.
 */
export async function readHabits(db: Queryable, basin: string, asOf: EpochMs): Promise<InputHabit[]> {
  const { rows } = await db.query<HabitRecord>(HABITS, [basin, toIsoExact(asOf), FEWEST_ARRIVALS]);
  return rows.map(row => ({
    input: row.input,
    newest: row.newest,
    usualAgeMs: row.usual_ms,
    stepMs: row.step_ms,
    completeness: completenessOf(row),
  }));
}

interface HabitRecord {
  readonly input: string;
  readonly newest: EpochMs;
  readonly usual_ms: number | null;
  readonly step_ms: number | null;
  readonly values24h: number;
}

const DAY_MS = 86_400_000;

function completenessOf({ step_ms: stepMs, values24h }: HabitRecord): number | null {
  if (stepMs === null || stepMs === 0) return null;
  return Math.min(1, values24h / (DAY_MS / stepMs));
}

const HABITS = `
  with come as (
    select station as input, valid_time, min(received_at) as received_at from observation
    where basin = $1 and received_at <= $2 and received_at > $2::timestamptz - interval '7 days'
      and valid_time > $2::timestamptz - interval '8 days' and value is not null
      and flag_source !~ '\\mTS\\M'
    group by station, valid_time
    union all
    select gauge, valid_time, min(received_at) from rain_gauge
    where basin = $1 and received_at <= $2 and received_at > $2::timestamptz - interval '7 days'
      and valid_time > $2::timestamptz - interval '8 days' and depth_mm is not null and flag_source !~ '\\mTS\\M'
    group by gauge, valid_time
    union all
    select 'rain', valid_time, min(received_at) from rain_grid
    where basin = $1 and received_at <= $2 and received_at > $2::timestamptz - interval '7 days'
      and valid_time > $2::timestamptz - interval '8 days' and mean_mm is not null
    group by valid_time
  ), arrivals as (
    select input, received_at, max(valid_time) as newest from come group by input, received_at
  ), ahead as (
    select input, received_at, newest,
      max(newest) over (partition by input order by received_at rows between unbounded preceding and 1 preceding) as before
    from arrivals
  ), progress as (
    select *, lag(received_at) over after_another as last_received,
      lead(received_at) over after_another as next_received, lead(newest) over after_another as next_newest
    from ahead where before is null or newest > before window after_another as (partition by input order by received_at)
  ), ages as (
    select input, count(*) as arrivals, percentile_cont(0.9) within group (order by extract(epoch from received_at - before)) as usual_s
    from progress where before is not null and received_at - last_received >= (newest - before) / 4
      and (next_received is null or next_received - received_at >= (next_newest - newest) / 4)
    group by input
  ), steps as (
    select input, count(*) as steps, percentile_cont(0.5) within group (order by extract(epoch from step)) as step_s
    from (select input, valid_time - lag(valid_time) over (partition by input order by valid_time) as step from come) gaps
    where step is not null group by input
  )
  select come.input, max(valid_time) as newest,
    max(case when ages.arrivals >= $3 then (usual_s * 1000)::float8 end) as usual_ms,
    max(case when steps.steps >= $3 then (step_s * 1000)::float8 end) as step_ms,
    (count(*) filter (where valid_time > $2::timestamptz - interval '24 hours'
      - coalesce(case when ages.arrivals >= $3 then usual_s end, 0) * interval '1 second'
      and valid_time <= $2::timestamptz - coalesce(case when ages.arrivals >= $3 then usual_s end, 0) * interval '1 second'))::integer as values24h
  from come left join ages using (input) left join steps using (input)
  group by come.input order by come.input`;
