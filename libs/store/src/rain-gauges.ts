import { epochMs, stationId, toIso, toIsoExact, type EpochMs, type QualityFlag, type RainGaugeSeries } from '#hydrology';
import type { Queryable } from './connect.js';
import { knownIn, type RainQuery } from './rain.js';
import { splitRepeats } from './split-repeats.js';

/** A checked depth of a rain gauge as it is archived. */
export interface RainGaugeRow {
  readonly gauge: string;
  readonly validTime: EpochMs;
  readonly durationMs: number;
  readonly receivedAt: EpochMs;
  /** mm over the duration; null = reported as missing. */
  readonly depthMm: number | null;
  readonly flag: QualityFlag;
  readonly flagSource: string;
  readonly source: string;
}

/** Archives depths, oldest receipt first; repeats and revisions as for observations, verdicts of operators too. */
export async function writeRainGauges(db: Queryable, basin: string, rows: readonly RainGaugeRow[]): Promise<void> {
  for (const wave of splitRepeats(rows, row => `${row.gauge}/${row.validTime}/${row.durationMs}`)) {
    await db.query(WRITE, [
      basin,
      wave.map(row => row.gauge),
      wave.map(row => toIso(row.validTime)),
      wave.map(row => row.durationMs / 1000),
      wave.map(row => toIsoExact(row.receivedAt)),
      wave.map(row => row.depthMm),
      wave.map(row => row.flag),
      wave.map(row => row.flagSource),
      wave.map(row => row.source),
    ]);
  }
}

const WRITE = `
  insert into rain_gauge (basin, gauge, valid_time, duration_s, revision, received_at, depth_mm, flag, flag_source, source)
  select $1, new.gauge, new.valid_time, new.duration_s, coalesce(newest.revision + 1, 0), new.received_at, new.depth_mm, new.flag, new.flag_source, new.source
  from unnest($2::text[], $3::timestamptz[], $4::integer[], $5::timestamptz[], $6::float8[], $7::smallint[], $8::text[], $9::text[])
    as new (gauge, valid_time, duration_s, received_at, depth_mm, flag, flag_source, source)
  left join lateral (
    select max(revision) as revision from rain_gauge old
    where old.basin = $1 and old.gauge = new.gauge and old.valid_time = new.valid_time and old.duration_s = new.duration_s
  ) newest on true
  left join lateral (
    select received_at, depth_mm, flag from rain_gauge old
    where old.basin = $1 and old.gauge = new.gauge and old.valid_time = new.valid_time and old.duration_s = new.duration_s and verdict is null
    order by revision desc limit 1
  ) last on true
  where newest.revision is null
    or (new.received_at > last.received_at and (new.depth_mm is distinct from last.depth_mm or new.flag <> last.flag))
  on conflict do nothing`;

/** The depths as they were known at `asOf`, one series a gauge; those reported as missing are left out. */
export async function readRainGauges(db: Queryable, query: RainQuery): Promise<RainGaugeSeries[]> {
  const { rows } = await db.query<SeriesRow>(READ, knownIn(query));
  return rows.map(row => ({
    gauge: stationId(row.gauge),
    times: Float64Array.from(row.times),
    durationsMs: Float64Array.from(row.durations, seconds => seconds * 1000),
    depths: Float64Array.from(row.depths),
    flags: Uint8Array.from(row.flags),
  }));
}

interface SeriesRow {
  readonly gauge: string;
  readonly times: number[];
  readonly durations: number[];
  readonly depths: number[];
  readonly flags: number[];
}

const READ = `
  select gauge,
    array_agg((extract(epoch from valid_time) * 1000)::float8 order by valid_time, duration_s) as times,
    array_agg(duration_s order by valid_time, duration_s) as durations,
    array_agg(depth_mm order by valid_time, duration_s) as depths,
    array_agg(flag order by valid_time, duration_s) as flags
  from (
    select distinct on (gauge, valid_time, duration_s) gauge, valid_time, duration_s, depth_mm, flag
    from rain_gauge
    where basin = $1 and valid_time > $2 and valid_time <= $3 and received_at <= $4
      and ($5::timestamptz is null or valid_time <= $6 or received_at <= $5)
    order by gauge, valid_time, duration_s, revision desc
  ) known
  where depth_mm is not null
  group by gauge order by gauge`;

/** What was known of a gauge, each receipt by itself. */
export interface ReceivedDepth {
  readonly gauge: string;
  readonly validTime: EpochMs;
  readonly durationMs: number;
  readonly receivedAt: EpochMs;
  readonly value: number | null;
}

/** Every revision that was sent and received by `asOf`, in the order of valid time and receipt. */
export async function readReceivedDepths(db: Queryable, { basin, from, to, asOf }: RainQuery): Promise<ReceivedDepth[]> {
  const { rows } = await db.query<{ gauge: string; valid_time: number; duration_s: number; received_at: number; depth_mm: number | null }>(
    `select gauge, valid_time, duration_s, received_at, depth_mm from rain_gauge
     where basin = $1 and valid_time > $2 and valid_time <= $3 and received_at <= $4 and verdict is null order by valid_time, revision`,
    [basin, toIso(from), toIso(to), toIsoExact(asOf)],
  );
  return rows.map(row => ({
    ...{ gauge: row.gauge, validTime: epochMs(row.valid_time), durationMs: row.duration_s * 1000 },
    ...{ receivedAt: epochMs(row.received_at), value: row.depth_mm },
  }));
}
