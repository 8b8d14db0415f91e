import type {
  ForecastBrief,
  ForecastNow,
  ForecastValue,
  LevelName,
  MemberForecastView,
  ObservationValue,
  ObservedNow,
  RunKind,
} from '#contracts';
import { HOUR_MS, LEVELS, MINUTE_MS, epochMs, parseIso, toIso, toIsoExact, type EpochMs, type Level } from '#hydrology';
import type { Queryable } from './connect.js';
import { cycleDetails, type CycleColumns, type CycleParts } from './cycle-details.js';

/** What a read sees: one kind of run, as known at a time. */
export interface ReadScope {
  readonly basin: string;
  readonly runKind: RunKind;
  readonly asOf: EpochMs;
}

export interface ObservationsOf {
  readonly basin: string;
  readonly station: string;
  readonly variable: 'Q' | 'H';
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly asOf: EpochMs;
  /** The newest so many. */
  readonly limit: number;
}

interface ObservationRecord {
  readonly valid_time: EpochMs;
  readonly received_at: EpochMs;
  readonly value: number | null;
  readonly flag: number;
  readonly flag_source: string;
  readonly revision: number;
}

/** Newest revision of each value in (from, to] as known at `asOf`, ascending. */
export async function readObservationValues(client: Queryable, of: ObservationsOf): Promise<ObservationValue[]> {
  const { rows } = await client.query<ObservationRecord>(
    `select distinct on (valid_time) valid_time, received_at, value, flag, flag_source, revision from observation
     where basin = $1 and station = $2 and variable = $3 and valid_time > $4 and valid_time <= $5 and received_at <= $6
     order by valid_time desc, revision desc limit $7`,
    [of.basin, of.station, of.variable, toIso(of.from), toIso(of.to), toIsoExact(of.asOf), of.limit],
  );
  return rows.reverse().map(row => ({
    ...observationValue(row),
    ...(of.variable === 'Q' ? { dischargeM3s: row.value } : { stageM: row.value }),
  }));
}

/** As `readObservationValues`, of a rain gauge. */
export async function readRainDepthValues(client: Queryable, of: Omit<ObservationsOf, 'variable'>): Promise<ObservationValue[]> {
  const { rows } = await client.query<ObservationRecord & { readonly duration_s: number }>(
    `select distinct on (valid_time, duration_s) valid_time, duration_s, received_at, depth_mm as value, flag, flag_source, revision from rain_gauge
     where basin = $1 and gauge = $2 and valid_time > $3 and valid_time <= $4 and received_at <= $5
     order by valid_time desc, duration_s, revision desc limit $6`,
    [of.basin, of.station, toIso(of.from), toIso(of.to), toIsoExact(of.asOf), of.limit],
  );
  return rows.reverse().map(row => ({ ...observationValue(row), rainMm: row.value, durationMinutes: row.duration_s / 60 }));
}

const observationValue = (row: ObservationRecord) => ({
  validTime: toIso(row.valid_time),
  receivedAt: toIsoExact(row.received_at),
  flag: row.flag,
  flagSource: row.flag_source,
  revision: row.revision,
});

/** A value unreliable or corrected away does not count as the newest. */
const USABLE = `o.basin = $1 and o.station = s.station and o.variable = 'Q' and o.received_at <= $3 and o.value is not null and o.flag < 6
  and not exists (select from observation x where x.station = o.station and x.variable = o.variable and x.valid_time = o.valid_time
    and x.revision > o.revision and x.received_at <= $3)`;

const NEWEST = `
  select s.station, n.valid_time, n.received_at, n.value, p.valid_time as previous_time, p.value as previous
  from unnest($2::text[]) as s (station)
  join lateral (select valid_time, received_at, value from observation o where ${USABLE} order by valid_time desc limit 1) n on true
  left join lateral (select valid_time, value from observation o where ${USABLE}
    and o.valid_time >= n.valid_time - interval '2 hours' and o.valid_time <= n.valid_time - interval '1 hour' order by valid_time desc limit 1) p on true`;

interface NewestRow {
  readonly station: string;
  readonly valid_time: EpochMs;
  readonly received_at: EpochMs;
  readonly value: number;
  readonly previous_time: EpochMs | null;
  readonly previous: number | null;
}

/** Threshold of each level, m³/s. */
export type LevelThresholds = readonly { readonly level: Level; readonly discharge: number }[];

/** Newest usable observation of each station. */
export async function readObservedNow(
  client: Queryable,
  scope: ReadScope,
  thresholds: ReadonlyMap<string, LevelThresholds>,
): Promise<Map<string, ObservedNow>> {
  const { rows } = await client.query<NewestRow>(NEWEST, [scope.basin, [...thresholds.keys()], toIsoExact(scope.asOf)]);
  return new Map(rows.map(row => [row.station, observedNow(row, scope.asOf, thresholds.get(row.station) ?? [])]));
}

function observedNow(row: NewestRow, asOf: EpochMs, thresholds: LevelThresholds): ObservedNow {
  const { previous, previous_time: since } = row;
  const change = previous === null || since === null ? null : (row.value - previous) / ((row.valid_time - since) / HOUR_MS);
  const reached = thresholds.filter(threshold => row.value >= threshold.discharge).map(threshold => threshold.level);
  return {
    dischargeM3s: row.value,
    validTime: toIso(row.valid_time),
    receivedAt: toIsoExact(row.received_at),
    ageMinutes: (asOf - row.valid_time) / MINUTE_MS,
    changeM3sPerHour: change,
    exceeds: highestOf(reached),
  };
}

const highestOf = (levels: readonly LevelName[]): LevelName | null => [...LEVELS].reverse().find(level => levels.includes(level)) ?? null;

/** P from which a level counts as forecast to be exceeded, the same at which an alert begins to rise. */
const LIKELY = 0.5;

interface BriefRow {
  readonly station: string;
  readonly issue_time: EpochMs;
  readonly status: 'complete' | 'degraded';
  readonly peak_time: EpochMs;
  readonly peak: number;
  readonly peak_low: number;
  readonly peak_high: number;
  readonly chances: Readonly<Record<string, number>> | null;
  /** Epoch ms by level. */
  readonly crossings: Readonly<Record<string, number | null>> | null;
}

const BRIEF = `h.station, h.issue_time, c.status, h.peak_time, h.peak, h.peak_low, h.peak_high,
  (select jsonb_object_agg(e.level, e.probability) from exceedance e
   where e.station = h.station and e.issue_time = h.issue_time and e.run_kind = h.run_kind) as chances,
  (select jsonb_object_agg(e.level, round(extract(epoch from e.first_crossing) * 1000)) from exceedance e
   where e.station = h.station and e.issue_time = h.issue_time and e.run_kind = h.run_kind) as crossings
  from hydrograph h join cycle c on c.basin = h.basin and c.issue_time = h.issue_time and c.run_kind = h.run_kind`;

/** The newest forecast of each station of a basin, in brief. */
export async function readForecastNow(client: Queryable, scope: ReadScope): Promise<Map<string, ForecastNow>> {
  const issueTime = await readLatestIssueTime(client, scope);
  if (issueTime === null) return new Map();
  const { rows } = await client.query<BriefRow>(`select ${BRIEF} where h.basin = $1 and h.run_kind = $2 and h.issue_time = $3`, [
    scope.basin,
    scope.runKind,
    toIso(issueTime),
  ]);
  return new Map(rows.map(row => [row.station, forecastNow(row, scope.asOf)]));
}

function forecastNow(row: BriefRow, asOf: EpochMs): ForecastNow {
  const exceeds = likelyLevel(row);
  const crossing = exceeds === null ? null : (row.crossings?.[exceeds] ?? null);
  return {
    issueTime: toIso(row.issue_time),
    ageMinutes: (asOf - row.issue_time) / MINUTE_MS,
    peakM3s: row.peak,
    peakTime: toIso(row.peak_time),
    peakLowM3s: row.peak_low,
    peakHighM3s: row.peak_high,
    exceeds,
    probability: exceeds === null ? null : (row.chances?.[exceeds] ?? null),
    firstCrossing: crossing === null ? null : toIso(epochMs(crossing)),
    degraded: row.status === 'degraded',
  };
}

const likelyLevel = ({ chances }: BriefRow): LevelName | null => highestOf(LEVELS.filter(level => (chances?.[level] ?? 0) >= LIKELY));

/** The newest issue time with a forecast, null before the first. */
export async function readLatestIssueTime(client: Queryable, scope: ReadScope): Promise<EpochMs | null> {
  const { rows } = await client.query<{ issue_time: EpochMs }>(
    `select issue_time from cycle where basin = $1 and run_kind = $2 and as_of <= $3 and status in ('complete', 'degraded')
     order by issue_time desc limit 1`,
    [scope.basin, scope.runKind, toIsoExact(scope.asOf)],
  );
  return rows[0]?.issue_time ?? null;
}

export interface ForecastsOf extends ReadScope {
  readonly station: string;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly limit: number;
}

/** Issue times of a station, newest first. */
export async function readForecastBriefs(client: Queryable, of: ForecastsOf): Promise<ForecastBrief[]> {
  const { rows } = await client.query<BriefRow>(
    `select ${BRIEF} where h.station = $1 and h.run_kind = $2 and c.as_of <= $3
       and ($4::timestamptz is null or h.issue_time > $4) and ($5::timestamptz is null or h.issue_time <= $5)
     order by h.issue_time desc limit $6`,
    [of.station, of.runKind, toIsoExact(of.asOf), of.from === null ? null : toIso(of.from), of.to === null ? null : toIso(of.to), of.limit],
  );
  return rows.map(row => ({
    issueTime: toIso(row.issue_time),
    outcome: row.status,
    peakM3s: row.peak,
    peakTime: toIso(row.peak_time),
    exceeds: likelyLevel(row),
  }));
}

interface HydrographRecord extends CycleColumns {
  readonly issue_time: EpochMs;
  readonly as_of: EpochMs;
  readonly status: 'complete' | 'degraded';
  readonly start_time: EpochMs;
  readonly step_s: number;
  readonly q05: readonly number[];
  readonly q25: readonly number[];
  readonly q50: readonly number[];
  readonly q75: readonly number[];
  readonly q95: readonly number[];
  readonly open_loop: readonly number[];
  readonly analysis_run: readonly number[];
  readonly peak_time: EpochMs;
  readonly peak: number;
  readonly peak_low: number;
  readonly peak_high: number;
  readonly versions: Record<string, string> | null;
  readonly members: readonly StoredMember[] | null;
  readonly exceedances: readonly ExceedanceRecord[] | null;
}

interface ExceedanceRecord {
  readonly level: Level;
  readonly threshold: number;
  readonly probability: number;
  /** Epoch ms. */
  readonly crossing: number | null;
}

/** As a cycle commits it: discharge at the full hours after `hour`, null for a gauge it said nothing of. */
interface StoredMember {
  readonly name: string;
  readonly kind: string;
  readonly hash: string;
  readonly hour: string;
  readonly stations: readonly { readonly station: string; readonly discharge: readonly number[] | null }[];
}

export interface StoredForecast extends CycleParts {
  readonly issueTime: EpochMs;
  readonly cutOff: EpochMs;
  readonly outcome: 'complete' | 'degraded';
  readonly stepSeconds: number;
  readonly values: readonly ForecastValue[];
  readonly peak: { readonly time: EpochMs; readonly value: number; readonly low: number; readonly high: number };
  readonly exceedances: readonly StoredExceedance[];
  readonly versions: Record<string, string> | null;
  readonly members: readonly MemberForecastView[];
}

export interface StoredExceedance {
  readonly level: Level;
  readonly threshold: number;
  readonly probability: number;
  readonly firstCrossing: EpochMs | null;
}

/** The forecast of a station of one issue time with everything shown beside it. Null when there is none, or when it was issued after `asOf`. */
export async function readForecast(
  client: Queryable,
  of: ReadScope & { readonly station: string; readonly issueTime: EpochMs },
): Promise<StoredForecast | null> {
  const { rows } = await client.query<HydrographRecord>(
    FORECAST,
    [of.station, of.runKind, toIsoExact(of.asOf), toIso(of.issueTime)], // a time, not a range: one chunk is looked into
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    ...storedForecast(row),
    exceedances: (row.exceedances ?? []).map(storedExceedance),
    members: (row.members ?? []).flatMap(member => memberView(member, of.station, row)),
  };
}

/** All of it in one question: what a forecast costs is asking and answering, not looking it up. */
const FORECAST = `
  select h.issue_time, c.as_of, c.status, h.start_time, h.step_s, h.q05, h.q25, h.q50, h.q75, h.q95, h.open_loop, h.analysis as analysis_run,
    h.peak_time, h.peak, h.peak_low, h.peak_high, c.degradations, c.analysis, c.input_ages, c.rain, c.rain_adjustment, c.versions, c.members,
    (select jsonb_agg(jsonb_build_object('level', e.level, 'threshold', e.threshold, 'probability', e.probability,
       'crossing', round(extract(epoch from e.first_crossing) * 1000)) order by e.threshold)
     from exceedance e where e.station = $1 and e.run_kind = $2 and e.issue_time = $4) as exceedances
  from hydrograph h join cycle c on c.basin = h.basin and c.issue_time = h.issue_time and c.run_kind = h.run_kind
  where h.station = $1 and h.run_kind = $2 and c.as_of <= $3 and h.issue_time = $4`;

const storedExceedance = ({ level, threshold, probability, crossing }: ExceedanceRecord): StoredExceedance => ({
  level,
  threshold,
  probability,
  firstCrossing: crossing === null ? null : epochMs(crossing),
});

function storedForecast(row: HydrographRecord): Omit<StoredForecast, 'exceedances' | 'members'> {
  return {
    ...cycleDetails(row, row.issue_time),
    issueTime: row.issue_time,
    cutOff: row.as_of,
    outcome: row.status,
    stepSeconds: row.step_s,
    values: row.q50.map((_, k) => forecastValue(row, k)),
    peak: { time: row.peak_time, value: row.peak, low: row.peak_low, high: row.peak_high },
    versions: row.versions,
  };
}

function memberView(
  { name, kind, hash, hour, stations }: StoredMember,
  station: string,
  { issue_time }: HydrographRecord,
): MemberForecastView[] {
  const discharge = stations.find(one => one.station === station)?.discharge;
  if (!discharge) return [];
  const values = discharge.map((dischargeM3s, k) => {
    const validTime = epochMs(parseIso(hour) + (k + 1) * HOUR_MS);
    return { validTime: toIso(validTime), leadHours: (validTime - issue_time) / HOUR_MS, dischargeM3s };
  });
  return [{ name, kind, hash, values }];
}

/** Value k is stamped by the end of its step. */
function forecastValue(row: HydrographRecord, k: number): ForecastValue {
  const validTime = epochMs(row.start_time + (k + 1) * row.step_s * 1000);
  return {
    validTime: toIso(validTime),
    leadHours: (validTime - row.issue_time) / HOUR_MS,
    q05M3s: row.q05[k]!,
    q25M3s: row.q25[k]!,
    q50M3s: row.q50[k]!,
    q75M3s: row.q75[k]!,
    q95M3s: row.q95[k]!,
    openLoopM3s: row.open_loop[k]!,
    analysisM3s: row.analysis_run[k]!,
  };
}
