import { toIso, type EpochMs } from '#hydrology';
import type { CycleKey } from './cycles.js';
import type { Queryable } from './connect.js';

/** A forecast of one station as it is stored; arrays are m³/s, value k stamped startTime + (k + 1) · stepMs. */
export interface HydrographRow {
  readonly station: string;
  readonly startTime: EpochMs;
  readonly stepMs: number;
  readonly q05: ArrayLike<number>;
  readonly q25: ArrayLike<number>;
  readonly q50: ArrayLike<number>;
  readonly q75: ArrayLike<number>;
  readonly q95: ArrayLike<number>;
  readonly openLoop: ArrayLike<number>;
  readonly analysis: ArrayLike<number>;
  readonly peak: { readonly time: EpochMs; readonly value: number; readonly low: number; readonly high: number };
}

export interface ExceedanceRow {
  readonly station: string;
  readonly level: string;
  /** m³/s */
  readonly threshold: number;
  readonly probability: number;
  readonly firstCrossing: EpochMs | null;
}

/** Stores the forecast of a cycle. A forecast that is already there is an error: nothing published is overwritten. */
export async function writeHydrographs(db: Queryable, cycle: CycleKey, hydrographs: readonly HydrographRow[]): Promise<void> {
  const rows = hydrographs.map(({ station, startTime, stepMs, peak, openLoop, ...quantiles }) => ({
    station,
    start_time: toIso(startTime),
    step_s: stepMs / 1000,
    q05: Array.from(quantiles.q05),
    q25: Array.from(quantiles.q25),
    q50: Array.from(quantiles.q50),
    q75: Array.from(quantiles.q75),
    q95: Array.from(quantiles.q95),
    open_loop: Array.from(openLoop),
    analysis: Array.from(quantiles.analysis),
    peak_time: toIso(peak.time),
    peak: peak.value,
    peak_low: peak.low,
    peak_high: peak.high,
  }));
  await db.query(WRITE_HYDROGRAPHS, [cycle.basin, toIso(cycle.issueTime), cycle.runKind, JSON.stringify(rows)]);
}

const WRITE_HYDROGRAPHS = `
  insert into hydrograph (basin, issue_time, run_kind, station, start_time, step_s, q05, q25, q50, q75, q95, open_loop, analysis,
    peak_time, peak, peak_low, peak_high)
  select $1, $2, $3, * from json_to_recordset($4) as new (station text, start_time timestamptz, step_s integer,
    q05 float8[], q25 float8[], q50 float8[], q75 float8[], q95 float8[], open_loop float8[], analysis float8[],
    peak_time timestamptz, peak float8, peak_low float8, peak_high float8)`;

/** Stores how likely each threshold is exceeded during the forecast. */
export async function writeExceedances(db: Queryable, cycle: CycleKey, exceedances: readonly ExceedanceRow[]): Promise<void> {
  await db.query(
    `insert into exceedance (basin, issue_time, run_kind, station, level, threshold, probability, first_crossing)
     select $1, $2, $3, * from unnest($4::text[], $5::text[], $6::float8[], $7::float8[], $8::timestamptz[])`,
    [
      cycle.basin,
      toIso(cycle.issueTime),
      cycle.runKind,
      exceedances.map(row => row.station),
      exceedances.map(row => row.level),
      exceedances.map(row => row.threshold),
      exceedances.map(row => row.probability),
      exceedances.map(row => (row.firstCrossing === null ? null : toIso(row.firstCrossing))),
    ],
  );
}
