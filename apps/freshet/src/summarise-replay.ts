import { createHash } from 'node:crypto';
import { alertedBasin } from '#alerting';
import type { LoadedDomain } from '#config';
import type { AlertEventView } from '#contracts';
import { epochMs, toIso } from '#hydrology';
import { alertEventView, compareReanalysis, type Pool } from '#store';

/** What a replay printed and its data folder hold in the end; the same for the same data, however often it was interrupted. */
export interface ReplaySummary {
  readonly cycles: { readonly complete: number; readonly degraded: number; readonly aborted: number };
  /** Hydrographs issued: one a station and cycle. */
  readonly forecasts: number;
  /** Transitions of the stations' alerts, in order. */
  readonly alerts: readonly AlertEventView[];
  /** Transitions of the alerts about absent inputs and cycles, in order. */
  readonly absences: readonly AlertEventView[];
  /** SHA-256 over the state hashes of every cycle in order; each covers the analysed state and the issued hydrographs. */
  readonly stateHash: string;
}

/** Reads the outcome of a replay from its store. */
export async function summariseReplay(pool: Pool, basin: string): Promise<ReplaySummary> {
  const cycles = await pool.query<CycleRow>(
    `select issue_time, status, state_hash from cycle where basin = $1 and run_kind = 'replay' order by issue_time`,
    [basin],
  );
  const forecasts = await pool.query<{ count: number }>(`select count(*) from hydrograph where basin = $1 and run_kind = 'replay'`, [
    basin,
  ]);
  const events = await pool.query<{ event: Parameters<typeof alertEventView>[0] }>(
    `select event from alert_event where basin = $1 and run_kind = 'replay' order by at, alert_id, seq`,
    [basin],
  );
  const transitions = events.rows.map(row => alertEventView(row.event, 'replay'));
  const count = (status: string) => cycles.rows.filter(row => row.status === status).length;
  return {
    cycles: { complete: count('complete'), degraded: count('degraded'), aborted: count('aborted') },
    forecasts: forecasts.rows[0]?.count ?? 0,
    alerts: transitions.filter(({ basis }) => basis !== 'absence'),
    absences: transitions.filter(({ basis }) => basis === 'absence'),
    stateHash: chainHash(cycles.rows),
  };
}

/** What late and corrected values would have changed. */
export interface ReanalysisSummary {
  /** Issue times of the first cycle that was computed again and of the last. */
  readonly from: string;
  readonly to: string;
  /** Of the last cycle: that of a run in which everything came on time. */
  readonly stateHash: string | null;
  /** Transitions of the stations' alerts as they were and would not have been, and the other way round. */
  readonly lost: readonly AlertEventView[];
  readonly gained: readonly AlertEventView[];
}

/** Reads what the reanalysis of a replay came to; null when nothing was late. */
export async function summariseReanalysis(pool: Pool, domain: LoadedDomain): Promise<ReanalysisSummary | null> {
  const { basin, settings } = domain;
  const differences = await compareReanalysis({
    ...{ pool, runKind: 'replay', basin: alertedBasin(domain) },
    ...{ gaugeLatencyMs: settings.sources.gauges.latency, cutOffMs: settings.forecast.cutOff },
  });
  if (differences === null) return null;
  const { rows } = await pool.query<{ state_hash: string | null }>(
    `select state_hash from cycle where basin = $1 and run_kind = 'reanalysis' order by issue_time desc limit 1`,
    [basin],
  );
  const view = (events: readonly Parameters<typeof alertEventView>[0][]) => events.map(event => alertEventView(event, 'replay'));
  const { from, to, lost, gained } = differences;
  return { from: toIso(from), to: toIso(to), stateHash: rows[0]?.state_hash ?? null, lost: view(lost), gained: view(gained) };
}

interface CycleRow {
  readonly issue_time: number;
  readonly status: string;
  readonly state_hash: string | null;
}

function chainHash(rows: readonly CycleRow[]): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${toIso(epochMs(row.issue_time))} ${row.state_hash ?? row.status}\n`);
  return hash.digest('hex');
}
