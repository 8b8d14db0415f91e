import { epochMs, toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** Air temperature at 2 m at a time, °C, one value a cell, as a run of a weather model expects it. */
export interface ForecastTemperature {
  readonly issued: EpochMs;
  readonly validTime: EpochMs;
  readonly values: Float32Array;
}

export interface TemperatureRow extends ForecastTemperature {
  readonly source: string;
  readonly receivedAt: EpochMs;
}

/** Archives fields of runs; one that came before is left as it is. */
export async function writeTemperatures(db: Queryable, basin: string, rows: readonly TemperatureRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(WRITE, [
    basin,
    rows.map(row => row.source),
    rows.map(row => toIso(row.issued)),
    rows.map(row => toIso(row.validTime)),
    rows.map(row => toIso(row.receivedAt)),
    rows.map(row => Buffer.from(row.values.buffer, row.values.byteOffset, row.values.byteLength)),
  ]);
}

const WRITE = `
  insert into temperature_forecast (basin, source, issue_time, valid_time, received_at, celsius)
  select $1, * from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::bytea[])
  on conflict do nothing`;

export interface TemperatureQuery {
  readonly basin: string;
  /** Times of [from, to] are wanted. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Nothing received or issued later is seen. */
  readonly asOf: EpochMs;
}

/** Of each time the field of the newest run, as it was known at `asOf`. Ascending in time. */
export async function readTemperatures(db: Queryable, { basin, from, to, asOf }: TemperatureQuery): Promise<ForecastTemperature[]> {
  const { rows } = await db.query<TemperatureRecord>(READ, [basin, toIso(from), toIso(to), toIso(asOf)]);
  return rows.map(row => ({
    ...{ issued: epochMs(row.issue_time), validTime: epochMs(row.valid_time) },
    values: new Float32Array(Uint8Array.from(row.celsius).buffer),
  }));
}

interface TemperatureRecord {
  readonly issue_time: number;
  readonly valid_time: number;
  readonly celsius: Buffer;
}

const READ = `
  select distinct on (valid_time) issue_time, valid_time, celsius from temperature_forecast
  where basin = $1 and valid_time >= $2 and valid_time <= $3 and received_at <= $4 and issue_time <= $4
  order by valid_time, issue_time desc, received_at, source`;
