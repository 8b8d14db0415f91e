import { epochMs, toIso, toIsoExact, type EpochMs, type RainGrid } from '#hydrology';
import type { Queryable } from './connect.js';

/** Rain of an interval as a run of a weather model expects it. */
export interface ForecastGrid extends RainGrid {
  readonly issued: EpochMs;
}

export interface ForecastRow extends ForecastGrid {
  readonly source: string;
}

/** Archives grids of runs; one that came before is left as it is. */
export async function writeRainForecasts(db: Queryable, basin: string, rows: readonly ForecastRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(WRITE, [
    basin,
    rows.map(row => row.source),
    rows.map(row => toIso(row.issued)),
    rows.map(row => toIso(row.validTime)),
    rows.map(row => row.durationMs / 1000),
    rows.map(row => toIsoExact(row.receivedAt)),
    rows.map(row => Buffer.from(row.values.buffer, row.values.byteOffset, row.values.byteLength)),
  ]);
}

const WRITE = `
  insert into rain_forecast (basin, source, issue_time, valid_time, duration_s, received_at, depth_mm)
  select $1, * from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::integer[], $6::timestamptz[], $7::bytea[])
  on conflict do nothing`;

export interface RunQuery {
  readonly basin: string;
  /** Rain that reaches into (from, to] is wanted. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Nothing received or issued later is seen. */
  readonly asOf: EpochMs;
  /** So many of the newest runs: one that is still arriving does not reach as far as the one before. */
  readonly runs: number;
}

/** Grids of the newest runs as they were known at `asOf`, a run's whole rain up to `to`: sums begin at the issue. Ascending by run and time. */
export async function readRainForecasts(db: Queryable, query: RunQuery): Promise<ForecastGrid[]> {
  const { basin, from, to, asOf, runs } = query;
  const { rows } = await db.query<ForecastRecord>(READ, [basin, toIso(from), toIso(to), toIsoExact(asOf), runs]);
  return rows.map(row => ({
    ...{ issued: epochMs(row.issue_time), validTime: epochMs(row.valid_time), durationMs: row.duration_s * 1000 },
    ...{ receivedAt: epochMs(row.received_at), values: new Float32Array(Uint8Array.from(row.depth_mm).buffer) },
  }));
}

interface ForecastRecord {
  readonly issue_time: number;
  readonly valid_time: number;
  readonly duration_s: number;
  readonly received_at: number;
  readonly depth_mm: Buffer;
}

const READ = `
  with known as (
    select * from rain_forecast where basin = $1 and received_at <= $4 and issue_time <= $4 and valid_time - make_interval(secs => duration_s) < $3
  ), newest as (
    select issue_time from known where valid_time > $2 group by issue_time order by issue_time desc limit $5
  )
  select issue_time, valid_time, duration_s, received_at, depth_mm from known join newest using (issue_time)
  order by issue_time, valid_time, duration_s`;
