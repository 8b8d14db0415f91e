import { SECOND_MS, epochMs, stationId, toIso, toIsoExact, type EpochMs, type PointSeries, type QualityFlag } from '#hydrology';
import type { Queryable } from './connect.js';
import { splitRepeats } from './split-repeats.js';

/** A checked gauge value as it is archived. */
export interface ObservationRow {
  readonly station: string;
  readonly variable: 'Q' | 'H';
  readonly validTime: EpochMs;
  readonly receivedAt: EpochMs;
  /** m³/s or m; null = reported as missing. */
  readonly value: number | null;
  readonly flag: QualityFlag;
  readonly flagSource: string;
  readonly source: string;
}

/** Which values: valid in (from, to], received by `asOf`. */
export interface ObservationQuery {
  readonly basin: string;
  readonly variable: 'Q' | 'H';
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly asOf: EpochMs;
  /** Of these stations only; left out = of all. */
  readonly stations?: readonly string[];
  /** Of what was received by `asOf`, what had been there at a cut-off, or would have been if it had come on time. */
  readonly onTime?: OnTime;
}

/** As if everything had come in time: values of (…, stampedUntil], and those that were there at the cut-off anyway. */
export interface OnTime {
  readonly cutOff: EpochMs;
  /** The cut-off less the latency of the input. */
  readonly stampedUntil: EpochMs;
}

/**
 * Archives values, oldest receipt first. A value already there is not written again; one that differs becomes the next
 * revision; a late repeat of an older receipt changes nothing, so a message delivered twice leaves one trace. Compared is with what the
 * checks made of it last, not with what an operator decided: `applyVerdicts` puts that on top again.
 */
export async function writeObservations(db: Queryable, basin: string, rows: readonly ObservationRow[]): Promise<void> {
  for (const wave of splitRepeats(rows, row => `${row.station}/${row.variable}/${row.validTime}`)) {
    const values = [
      basin,
      wave.map(row => row.station),
      wave.map(row => row.variable),
      numberArray(wave.map(row => wholeSeconds(row.validTime))),
      numberArray(wave.map(row => row.receivedAt)),
      numberArray(wave.map(row => row.value)),
      numberArray(wave.map(row => row.flag)),
      wave.map(row => row.flagSource),
      wave.map(row => row.source),
    ];
    // nearly every value is the first of its time; only where one was there already, revisions are looked up row by row
    const { rowCount } = await db.query(WRITE_FIRST, values);
    if (rowCount !== wave.length) await db.query(WRITE_REVISIONS, values);
  }
}

/** As PostgreSQL writes an array; the driver would quote and escape every number of it. */
const numberArray = (values: readonly (number | null)[]): string => `{${values.map(value => value ?? 'NULL').join(',')}}`;

const wholeSeconds = (time: EpochMs): number => Math.floor(time / SECOND_MS);

const INTO = `insert into observation (basin, station, variable, valid_time, revision, received_at, value, flag, flag_source, source)`;
const NEW = `
  from (
    select station, variable, to_timestamp(valid_s) as valid_time, to_timestamp(received_ms / 1000) as received_at, value, flag, flag_source, source
    from unnest($2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::smallint[], $8::text[], $9::text[])
      as sent (station, variable, valid_s, received_ms, value, flag, flag_source, source)
  ) as new`;

const WRITE_FIRST = `${INTO}
  select $1, station, variable, valid_time, 0, received_at, value, flag, flag_source, source ${NEW}
  on conflict do nothing`;

const WRITE_REVISIONS = `${INTO}
  select $1, new.station, new.variable, new.valid_time, newest.revision + 1, new.received_at, new.value, new.flag, new.flag_source, new.source ${NEW}
  join lateral (
    select received_at, value, flag, flag_source from observation old
    where old.station = new.station and old.variable = new.variable and old.valid_time = new.valid_time and old.verdict is null
    order by revision desc limit 1
  ) last on new.received_at > last.received_at and (new.value is distinct from last.value or (new.flag, new.flag_source) <> (last.flag, last.flag_source))
  join lateral (
    select max(revision) as revision from observation old
    where old.station = new.station and old.variable = new.variable and old.valid_time = new.valid_time
  ) newest on true
  on conflict do nothing`;

/** The values as they were known at `asOf`, one series a station, ascending; values reported as missing are left out. */
export async function readObservations(db: Queryable, query: ObservationQuery): Promise<PointSeries[]> {
  return (await readSeries(db, query)).map(row => ({
    station: stationId(row.station),
    variable: query.variable,
    times: Float64Array.from(row.times),
    values: Float64Array.from(row.values),
    flags: Uint8Array.from(row.flags),
  }));
}

/** A value as it was judged. */
export interface JudgedValue {
  readonly validTime: EpochMs;
  readonly value: number;
  readonly flag: number;
  readonly flagSource: string;
}

/** The same values with the checks that spoke, by station. */
export async function readJudged(db: Queryable, query: ObservationQuery): Promise<Map<string, JudgedValue[]>> {
  const judged = ({ times, values, flags, sources }: SeriesRow): JudgedValue[] =>
    times.map((time, k) => ({ validTime: epochMs(time), value: values[k]!, flag: flags[k]!, flagSource: sources[k]! }));
  return new Map((await readSeries(db, query)).map(row => [row.station, judged(row)]));
}

interface SeriesRow {
  readonly station: string;
  readonly times: number[];
  readonly values: number[];
  readonly flags: number[];
  readonly sources: string[];
}

async function readSeries(db: Queryable, query: ObservationQuery): Promise<SeriesRow[]> {
  const { rows } = await db.query<SeriesRow>(READ, [
    query.basin,
    query.variable,
    toIso(query.from),
    toIso(query.to),
    toIsoExact(query.asOf),
    query.stations ?? null,
    query.onTime ? toIsoExact(query.onTime.cutOff) : null,
    query.onTime ? toIso(query.onTime.stampedUntil) : null,
  ]);
  return rows;
}

const READ = `
  select station,
    array_agg((extract(epoch from valid_time) * 1000)::float8 order by valid_time) as times,
    array_agg(value order by valid_time) as values,
    array_agg(flag order by valid_time) as flags,
    array_agg(flag_source order by valid_time) as sources
  from (
    select distinct on (station, valid_time) station, valid_time, value, flag, flag_source
    from observation
    where basin = $1 and variable = $2 and valid_time > $3 and valid_time <= $4 and received_at <= $5
      and ($6::text[] is null or station = any($6)) and ($7::timestamptz is null or valid_time <= $8 or received_at <= $7)
    order by station, valid_time, revision desc
  ) known
  where value is not null
  group by station order by station`;
