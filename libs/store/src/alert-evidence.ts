import { HOUR_MS, toIso, toIsoExact, type EpochMs, type Level, type QualityFlag, type StationId } from '#hydrology';
import type { ForecastEvidence, StationEvidence } from '#alerting';
import type { Queryable } from './connect.js';

export interface EvidenceWindow {
  readonly basin: string;
  readonly runKind: string;
  /** Observations received after this, with an overlap for those that were committed late. */
  readonly evaluatedTo: EpochMs;
  /** Forecasts issued after this and known by `upTo`. */
  readonly forecastTo: EpochMs;
  readonly upTo: EpochMs;
}

/** A value may be committed after a later one was weighed; reading it again changes nothing. */
const OVERLAP_MS = HOUR_MS;

/** Observations and forecasts of a basin that became known in the window, in the order they did. */
export async function readStationEvidence(client: Queryable, window: EvidenceWindow): Promise<StationEvidence[]> {
  const observations = await readObservations(client, window);
  const forecasts = await readForecasts(client, window);
  return [...observations, ...forecasts].sort((a, b) => a.knownAt - b.knownAt || rankOf(a) - rankOf(b));
}

/** At one time the observations come first: the cycle has seen them. */
const rankOf = ({ evidence }: StationEvidence): number => (evidence.kind === 'observation' ? 0 : 1);

interface ObservationRow {
  readonly station: StationId;
  readonly valid_time: EpochMs;
  readonly received_at: EpochMs;
  readonly value: number;
  readonly flag: QualityFlag;
}

async function readObservations(client: Queryable, window: EvidenceWindow): Promise<StationEvidence[]> {
  const { rows } = await client.query<ObservationRow>(
    `select station, valid_time, received_at, value, flag from observation
     where basin = $1 and variable = 'Q' and value is not null and received_at > $2 and received_at <= $3
     order by received_at, valid_time, station, revision`,
    [window.basin, toIso((window.evaluatedTo - OVERLAP_MS) as EpochMs), toIsoExact(window.upTo)],
  );
  return rows.map(observationEvidence);
}

const observationEvidence = (row: ObservationRow): StationEvidence => ({
  station: row.station,
  level: null,
  knownAt: row.received_at,
  evidence: { kind: 'observation', validTime: row.valid_time, receivedAt: row.received_at, value: row.value, flag: row.flag },
});

interface ExceedanceRow {
  readonly station: StationId;
  readonly level: Level;
  readonly issue_time: EpochMs;
  readonly probability: number;
  readonly first_crossing: EpochMs | null;
}

interface PeakRow {
  readonly station: StationId;
  readonly issue_time: EpochMs;
  readonly peak: number;
  readonly peak_time: EpochMs;
  readonly peak_low: number;
  readonly peak_high: number;
}

async function readForecasts(client: Queryable, window: EvidenceWindow): Promise<StationEvidence[]> {
  return evidenceOfCycles(client, window, await readIssued(client, window));
}

interface Issued {
  readonly issue_time: EpochMs;
  readonly as_of: EpochMs;
}

async function readIssued(client: Queryable, window: EvidenceWindow): Promise<Issued[]> {
  const { rows } = await client.query<Issued>(
    `select issue_time, as_of from cycle where basin = $1 and run_kind = $2 and status in ('complete', 'degraded') and issue_time > $3 and as_of <= $4`,
    [window.basin, window.runKind, toIso(window.forecastTo), toIsoExact(window.upTo)],
  );
  return rows;
}

/**
 * What would have been known, and when, had everything received by now come on time: the last correction of each value at
 * the latency of its input, and of cycles that were computed again the reanalysis, at the cut-off of the forecast.
 */
export async function readReanalysedEvidence(
  client: Queryable,
  window: EvidenceWindow,
  gaugeLatencyMs: number,
): Promise<StationEvidence[]> {
  const issued = await readIssued(client, window);
  const { rows } = await client.query<{ issue_time: EpochMs }>(
    `select issue_time from cycle where basin = $1 and run_kind = 'reanalysis' and status in ('complete', 'degraded') and issue_time > $2`,
    [window.basin, toIso(window.forecastTo)],
  );
  const again = new Set(rows.map(row => row.issue_time));
  const observations = await readObservationsOnTime(client, window, gaugeLatencyMs);
  const forecasts = [
    ...(await evidenceOfCycles(
      client,
      window,
      issued.filter(cycle => !again.has(cycle.issue_time)),
    )),
    ...(await evidenceOfCycles(
      client,
      { ...window, runKind: 'reanalysis' },
      issued.filter(cycle => again.has(cycle.issue_time)),
    )),
  ];
  return [...observations, ...forecasts].sort((a, b) => a.knownAt - b.knownAt || rankOf(a) - rankOf(b));
}

async function readObservationsOnTime(client: Queryable, window: EvidenceWindow, latencyMs: number): Promise<StationEvidence[]> {
  const { rows } = await client.query<ObservationRow>(
    `select station, valid_time, known_at as received_at, value, flag from (
       select distinct on (station, valid_time) station, valid_time, value, flag,
         least(valid_time + make_interval(secs => $4), min(received_at) over (partition by station, valid_time)) as known_at
       from observation where basin = $1 and variable = 'Q' and valid_time > $2 and valid_time <= $3
       order by station, valid_time, revision desc
     ) last where value is not null and known_at > $2 and known_at <= $3 order by known_at, valid_time, station`,
    [window.basin, toIso((window.evaluatedTo - OVERLAP_MS) as EpochMs), toIsoExact(window.upTo), latencyMs / 1000],
  );
  return rows.map(observationEvidence);
}

/** Table by table on purpose: before its first statistics the planner joins them badly, 16 ms instead of 1. */
async function evidenceOfCycles(
  client: Queryable,
  window: Pick<EvidenceWindow, 'basin' | 'runKind'>,
  cycles: readonly Issued[],
): Promise<StationEvidence[]> {
  if (cycles.length === 0) return [];
  const scope = [window.basin, window.runKind];
  const issued = [...scope, cycles.map(cycle => toIso(cycle.issue_time))];
  const { rows: exceedances } = await client.query<ExceedanceRow>(
    `select station, level, issue_time, probability, first_crossing from exceedance
     where basin = $1 and run_kind = $2 and issue_time = any($3::timestamptz[]) order by issue_time, station, level`,
    issued,
  );
  const { rows: peaks } = await client.query<PeakRow>(
    `select station, issue_time, peak, peak_time, peak_low, peak_high from hydrograph
     where basin = $1 and run_kind = $2 and issue_time = any($3::timestamptz[])`,
    issued,
  );
  const peakOf = new Map(peaks.map(row => [`${row.station} ${row.issue_time}`, row]));
  const cutOffs = new Map(cycles.map(cycle => [cycle.issue_time, cycle.as_of]));
  return exceedances.flatMap(row => {
    const peak = peakOf.get(`${row.station} ${row.issue_time}`);
    return peak === undefined ? [] : [forecastEvidence(row, peak, cutOffs.get(row.issue_time)!)];
  });
}

/** A forecast is known from its cut-off on; the time the computer took is no part of the story. */
function forecastEvidence(row: ExceedanceRow, peak: PeakRow, cutOff: EpochMs): StationEvidence {
  const evidence: ForecastEvidence = {
    kind: 'forecast',
    issueTime: row.issue_time,
    probability: row.probability,
    firstCrossing: row.first_crossing,
    peak: { value: peak.peak, time: peak.peak_time, low: peak.peak_low, high: peak.peak_high },
  };
  return { station: row.station, level: row.level, knownAt: cutOff, evidence };
}

/** Newest value of each input (`rain`, `cycle`, ids of stations and rain gauges) as it was known at a time. */
export interface NewestInput {
  readonly at: EpochMs;
  readonly input: string;
  readonly newest: EpochMs;
}

/** Nothing older is looked for: an input silent for a week is as absent as one that never spoke. */
export const FRESHNESS_REACH_MS = 7 * 24 * HOUR_MS;

/** How fresh every input was at each of the given times; an input without any value is missing from the answer. */
export async function readNewestInputs(
  client: Queryable,
  of: { readonly basin: string; readonly runKind: string; readonly times: readonly EpochMs[] },
): Promise<NewestInput[]> {
  if (of.times.length === 0) return [];
  const { rows } = await client.query<NewestInput>(
    `with look as (select t as at, t - make_interval(secs => $4) as since from unnest($3::timestamptz[]) as t)
     select at, station as input, max(valid_time) as newest from look
       join observation on basin = $1 and valid_time > since and received_at <= at and value is not null group by at, station
     union all
     select at, gauge, max(valid_time) from look
       join rain_gauge on basin = $1 and valid_time > since and received_at <= at and depth_mm is not null group by at, gauge
     union all
     select at, 'rain', max(valid_time) from look
       join rain_grid on basin = $1 and valid_time > since and received_at <= at and mean_mm is not null group by at
     union all
     select at, 'cycle', max(issue_time) from look
       join cycle on basin = $1 and run_kind = $2 and status in ('complete', 'degraded') and issue_time > since and as_of <= at group by at`,
    [of.basin, of.runKind, of.times.map(toIso), FRESHNESS_REACH_MS / 1000],
  );
  return rows;
}
