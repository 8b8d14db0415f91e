import { epochMs, toIso, toIsoExact, type EpochMs, type QualityFlag, type RainGrid } from '#hydrology';
import type { Queryable } from './connect.js';
import type { OnTime } from './observations.js';
import { splitRepeats } from './split-repeats.js';

/** A checked accumulation as it is archived. */
export interface RainRow extends RainGrid {
  readonly source: string;
  /** Mean over the cells that have a value, mm; null when none has. */
  readonly meanMm: number | null;
  readonly flag: QualityFlag;
  readonly flagSource: string;
}

/** Which grids: those that reach into (from, to], received by `asOf`. */
export interface RainQuery {
  readonly basin: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly asOf: EpochMs;
  /** As for observations. */
  readonly onTime?: OnTime;
}

/** Basin, from, to, `asOf` and what `onTime` asks, as the first six parameters of a query of rain. */
export const knownIn = ({ basin, from, to, asOf, onTime }: RainQuery): (string | null)[] => [
  ...[basin, toIso(from), toIso(to), toIsoExact(asOf)],
  ...(onTime ? [toIsoExact(onTime.cutOff), toIso(onTime.stampedUntil)] : [null, null]),
];

/** Archives grids, oldest receipt first; repeats and revisions as for observations. */
export async function writeRain(db: Queryable, basin: string, rows: readonly RainRow[]): Promise<void> {
  for (const wave of splitRepeats(rows, row => `${row.source}/${row.validTime}`)) {
    await db.query(WRITE, [
      basin,
      wave.map(row => row.source),
      wave.map(row => toIso(row.validTime)),
      wave.map(row => row.durationMs / 1000),
      wave.map(row => toIsoExact(row.receivedAt)),
      wave.map(row => Buffer.from(row.values.buffer, row.values.byteOffset, row.values.byteLength)),
      wave.map(row => row.meanMm),
      wave.map(row => row.flag),
      wave.map(row => row.flagSource),
    ]);
  }
}

const WRITE = `
  insert into rain_grid (basin, source, valid_time, revision, duration_s, received_at, depth_mm, mean_mm, flag, flag_source)
  select $1, new.source, new.valid_time, coalesce(last.revision + 1, 0), new.duration_s, new.received_at, new.depth_mm, new.mean_mm, new.flag, new.flag_source
  from unnest($2::text[], $3::timestamptz[], $4::integer[], $5::timestamptz[], $6::bytea[], $7::real[], $8::smallint[], $9::text[])
    as new (source, valid_time, duration_s, received_at, depth_mm, mean_mm, flag, flag_source)
  left join lateral (
    select revision, received_at, depth_mm from rain_grid old
    where old.basin = $1 and old.source = new.source and old.valid_time = new.valid_time
    order by revision desc limit 1
  ) last on true
  where last.revision is null or (new.received_at > last.received_at and new.depth_mm <> last.depth_mm)
  on conflict do nothing`;

/** The grids as they were known at `asOf`, ascending. */
export async function readRain(db: Queryable, query: RainQuery): Promise<RainGrid[]> {
  const { rows } = await db.query<RainRecord>(READ, knownIn(query));
  return rows.map(toGrid);
}

/** The same at some cells only, in their order, every revision received by `asOf`, the earlier receipt first: what a country's grids are not read for. */
export async function readRainAt(db: Queryable, query: RainQuery, cells: readonly number[]): Promise<RainGrid[]> {
  const { rows } = await db.query<RainRecord>(READ_AT, [...knownIn(query), cells]);
  return rows.map(toGrid);
}

const toGrid = (row: RainRecord): RainGrid => ({
  validTime: epochMs(row.valid_time),
  durationMs: row.duration_s * 1000,
  receivedAt: epochMs(row.received_at),
  values: new Float32Array(Uint8Array.from(row.depth_mm).buffer), // a copy: the driver's buffer need not be aligned
});

interface RainRecord {
  readonly valid_time: number;
  readonly duration_s: number;
  readonly received_at: number;
  readonly depth_mm: Buffer;
}

const READ = `
  select distinct on (valid_time, source) valid_time, duration_s, received_at, depth_mm
  from rain_grid
  where basin = $1 and valid_time > $2 and valid_time - make_interval(secs => duration_s) < $3 and received_at <= $4
    and ($5::timestamptz is null or valid_time <= $6 or received_at <= $5)
  order by valid_time, source, revision desc`;

const READ_AT = `
  select valid_time, duration_s, received_at,
    (select string_agg(substring(depth_mm from cell * 4 + 1 for 4), ''::bytea order by at) from unnest($7::integer[]) with ordinality as asked (cell, at)) as depth_mm
  from rain_grid
  where basin = $1 and valid_time > $2 and valid_time - make_interval(secs => duration_s) < $3 and received_at <= $4
    and ($5::timestamptz is null or valid_time <= $6 or received_at <= $5)
  order by received_at, valid_time, source, revision`;
