import { BEAT_MS, MINUTE_MS, toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';
import { secondsOf, type Latencies } from './reanalysis.js';

/** What of one input came too late for the cycle it belongs to, or was corrected. */
export interface LateInput {
  /** Station, `rain`, or a rain gauge where the domain adjusts its radar by them. */
  readonly input: string;
  readonly late: number;
  readonly corrected: number;
  /** First and last valid time of these. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** From its stamp to its receipt, the longest; null when none was late. */
  readonly longestDelayMinutes: number | null;
  /** Largest correction: m³/s, of rain mm over the basin, of a rain gauge mm; null when none was corrected from a value to another. */
  readonly largestChange: number | null;
}

export interface LateInputsOf {
  readonly basin: string;
  /** Valid times in (from, to]. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly latencies: Latencies;
  readonly cutOffMs: number;
}

/** A value is late when the first cycle whose cut-off it was due by had closed: see `missedCycle` of the forecast role. */
const LATE_INPUTS = `
  with gauge as (
    select station as input, valid_time, revision, received_at, value, make_interval(secs => $4) as latency,
      lag(value) over (partition by station, valid_time order by revision) as before
    from observation where basin = $1 and variable = 'Q' and valid_time > $2 and valid_time <= $3
  ), rain as (
    select 'rain', valid_time, revision, received_at, mean_mm::float8, make_interval(secs => $5),
      lag(mean_mm::float8) over (partition by source, valid_time order by revision)
    from rain_grid where basin = $1 and valid_time > $2 and valid_time <= $3
  ), rain_gauges as (
    select gauge, valid_time, revision, received_at, depth_mm, make_interval(secs => $6),
      lag(depth_mm) over (partition by gauge, valid_time, duration_s order by revision)
    from rain_gauge where basin = $1 and valid_time > $2 and valid_time <= $3 and $6::float8 is not null
  ), judged as (
    select input, valid_time, received_at, value, before, revision > 0 and value is distinct from before as is_corrected,
      revision = 0 and received_at > make_interval(secs => $7)
        + date_bin($8 * interval '1 second', valid_time + latency - make_interval(secs => $7) + ($8 - 0.001) * interval '1 second', 'epoch') as is_late
    from (select * from gauge union all select * from rain union all select * from rain_gauges) every
  )
  select input, count(*) filter (where is_late) as late, count(*) filter (where is_corrected) as corrected, min(valid_time) as "from", max(valid_time) as "to",
    (max(extract(epoch from received_at - valid_time)) filter (where is_late))::float8 / ${MINUTE_MS / 1000} as "longestDelayMinutes",
    max(abs(value - before)) filter (where is_corrected) as "largestChange"
  from judged where is_late or is_corrected group by input order by input`;

/** Inputs of which something in the window came late or was corrected. */
export async function readLateInputs(db: Queryable, { basin, from, to, latencies, cutOffMs }: LateInputsOf): Promise<LateInput[]> {
  const seconds = [...secondsOf(latencies), cutOffMs / 1000, BEAT_MS / 1000];
  const { rows } = await db.query<LateInput>(LATE_INPUTS, [basin, toIso(from), toIso(to), ...seconds]);
  return rows;
}
