import { markerOf, type AlertEventView, type AlertView, type RunKind } from '#contracts';
import { HOUR_MS, toIso, toIsoExact, type EpochMs } from '#hydrology';
import { groupAlerts, severityOf, type AlertEvent, type AlertGroup, type AlertPeak, type Evidence } from '#alerting';
import type { Queryable } from './connect.js';

export interface AlertFilter {
  readonly runKind: RunKind;
  readonly asOf: EpochMs;
  readonly basin?: string | undefined;
  readonly station?: string | undefined;
  readonly id?: string | undefined;
}

/** A place an alert may speak of, for its name. */
export interface NamedPlace {
  readonly name: string;
  readonly gauged: boolean;
}

interface EventRow {
  readonly event: AlertEvent;
  readonly run_kind: RunKind;
}

/**
 * Every alert as it stood at `asOf`: its last transition until then. One past its expiry is shown stale even when nobody
 * evaluates alerts any more. Worst first, then newest.
 */
export async function readAlerts(client: Queryable, filter: AlertFilter, nameOf: (station: string) => NamedPlace): Promise<AlertView[]> {
  const { rows } = await client.query<EventRow & { expires_at: EpochMs | null; reason: string | null }>(
    `select distinct on (e.alert_id) e.event, e.run_kind, case when s.seq = e.seq then s.expires_at end as expires_at,
       (select w.event ->> 'reason' from alert_event w
        where w.alert_id = e.alert_id and w.seq <= e.seq and w.event -> 'evidence' ->> 'kind' <> 'acknowledgement'
        order by w.seq desc limit 1) as reason
     from alert_event e join alert s on s.id = e.alert_id
     where e.run_kind = $1 and e.at <= $2 and ($3::text is null or e.basin = $3) and ($4::text is null or e.subject = $4)
       and ($5::text is null or e.alert_id = $5)
     order by e.alert_id, e.seq desc`,
    [filter.runKind, toIsoExact(filter.asOf), filter.basin ?? null, filter.station ?? null, filter.id ?? null],
  );
  const views = rows.map(row =>
    alertView(row, {
      expiresAt: row.expires_at,
      reason: row.reason ?? row.event.reason,
      asOf: filter.asOf,
      place: nameOf(row.event.station),
    }),
  );
  return markImplied(views).sort(
    (a, b) => Number(b.active) - Number(a.active) || severityOf(b.level) - severityOf(a.level) || compare(b.changedAt, a.changedAt),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface AlertContext {
  /** Evidence without a transition moves the expiry: the alert's own, while its last event is this one. */
  readonly expiresAt: EpochMs | null;
  /** Why it stands as it does; an acknowledgement changes who knows of it, not that. */
  readonly reason: string;
  readonly asOf: EpochMs;
  readonly place: NamedPlace;
}

function alertView({ event, run_kind }: EventRow, context: AlertContext): AlertView {
  const expiresAt = event.phase === 'clear' ? null : (context.expiresAt ?? event.expiresAt);
  const abandoned = event.phase !== 'stale' && expiresAt !== null && context.asOf - expiresAt > HOUR_MS;
  const { acknowledged } = event;
  return {
    id: event.alertId,
    basin: event.basin,
    station: event.station,
    ...context.place,
    basis: event.basis,
    level: event.level,
    phase: abandoned ? 'stale' : event.phase,
    active: event.raisedAt !== null,
    value: event.value,
    threshold: event.threshold,
    probability: event.probability,
    peak: peakView(event.peak),
    firstCrossing: isoOrNull(event.firstCrossing),
    raisedAt: isoOrNull(event.raisedAt),
    changedAt: toIso(event.at),
    expiresAt: isoOrNull(expiresAt),
    acknowledged: acknowledged === null ? null : { ...acknowledged, at: toIso(acknowledged.at) },
    impliedBy: null,
    reason: abandoned ? `${context.reason} Nothing has been heard since: nobody weighs the evidence any more.` : context.reason,
    runKind: run_kind,
    marker: markerOf(run_kind),
  };
}

/** Active alerts of each station as one: see `groupAlerts`. */
export const groupAlertViews = (alerts: readonly AlertView[]): AlertGroup[] =>
  groupAlerts(alerts.map(({ id, basin, station, basis, level, phase, active }) => ({ id, basin, station, basis, level, phase, active })));

function markImplied(alerts: readonly AlertView[]): AlertView[] {
  const speakers = new Map(groupAlertViews(alerts).flatMap(group => group.implies.map(id => [id, group.alert] as const)));
  return alerts.map(alert => ({ ...alert, impliedBy: speakers.get(alert.id) ?? null }));
}

export interface EventFilter extends AlertFilter {
  readonly basis?: string | undefined;
  readonly from?: EpochMs | undefined;
  readonly to?: EpochMs | undefined;
  /** The newest so many; default all. */
  readonly limit?: number | undefined;
}

/** Transitions in the order they happened. */
export async function readAlertEvents(client: Queryable, filter: EventFilter): Promise<AlertEventView[]> {
  const { rows } = await client.query<EventRow>(
    `select event, run_kind from alert_event
     where run_kind = $1 and at <= $2 and ($3::text is null or basin = $3) and ($4::text is null or subject = $4) and ($5::text is null or alert_id = $5)
       and ($6::text is null or basis = $6) and ($7::timestamptz is null or at > $7) and ($8::timestamptz is null or at <= $8)
     order by at desc, alert_id desc, seq desc limit $9`,
    [
      filter.runKind,
      toIsoExact(filter.asOf),
      filter.basin ?? null,
      filter.station ?? null,
      filter.id ?? null,
      filter.basis ?? null,
      isoOrNull(filter.from ?? null),
      isoOrNull(filter.to ?? null),
      filter.limit ?? null,
    ],
  );
  return rows.reverse().map(({ event, run_kind }) => alertEventView(event, run_kind));
}

/** One transition by its number. */
export async function readAlertEvent(client: Queryable, alertId: string, seq: number): Promise<AlertEventView | null> {
  const { rows } = await client.query<EventRow>(`select event, run_kind from alert_event where alert_id = $1 and seq = $2`, [alertId, seq]);
  return rows[0] ? alertEventView(rows[0].event, rows[0].run_kind) : null;
}

/** The transition as it crosses the wire, on HTTP and in the JSON of the replay command. */
export function alertEventView(event: AlertEvent, runKind: RunKind): AlertEventView {
  return {
    alertId: event.alertId,
    seq: event.seq,
    basin: event.basin,
    station: event.station,
    basis: event.basis,
    level: event.level,
    phase: event.phase,
    at: toIso(event.at),
    value: event.value,
    threshold: event.threshold,
    probability: event.probability,
    peak: peakView(event.peak),
    firstCrossing: isoOrNull(event.firstCrossing),
    leadHours: event.leadHours,
    expiresAt: isoOrNull(event.expiresAt),
    reason: event.reason,
    acknowledgedBy: event.acknowledged?.by ?? null,
    evidence: evidenceView(event),
    runKind,
    marker: markerOf(runKind),
  };
}

function evidenceView({ evidence, at, ungauged }: AlertEvent): NonNullable<AlertEventView['evidence']> {
  const none = { receivedAt: null, value: null, probability: null, ungauged };
  return { ...none, kind: KINDS[evidence.kind], time: toIso(at), ...evidenceValues(evidence) };
}

const KINDS = {
  observation: 'observation',
  forecast: 'forecast',
  freshness: 'freshness',
  clock: 'expiry',
  acknowledgement: 'acknowledgement',
} as const satisfies Record<Evidence['kind'], string>;

function evidenceValues(evidence: Evidence): Partial<NonNullable<AlertEventView['evidence']>> {
  switch (evidence.kind) {
    case 'observation':
      return { time: toIso(evidence.validTime), receivedAt: toIsoExact(evidence.receivedAt), value: evidence.value };
    case 'forecast':
      return { time: toIso(evidence.issueTime), value: evidence.peak.value, probability: evidence.probability };
    default:
      return {};
  }
}

const peakView = (peak: AlertPeak | null): AlertView['peak'] => (peak === null ? null : { ...peak, time: toIso(peak.time) });
const isoOrNull = (time: EpochMs | null): string | null => (time === null ? null : toIso(time));
