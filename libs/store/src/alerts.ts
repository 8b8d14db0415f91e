import { toIso, type EpochMs } from '#hydrology';
import { clearAlert, transition, type AlertEvent, type AlertRule, type AlertState } from '#alerting';
import type { RunKind } from '#contracts';
import { Fault } from '#errors';
import { inTransaction, type Pool, type Queryable } from './connect.js';
import { writeOutbox, type OutboxMessage } from './outbox.js';

/** Whose alerts: a basin in one kind of run. */
export interface AlertScope {
  readonly basin: string;
  readonly runKind: RunKind;
}

/** How far the evidence has been weighed. */
export interface EvaluationProgress {
  readonly evaluatedTo: EpochMs;
  readonly forecastTo: EpochMs;
}

/** Takes the lock under which the alerts of the basin change, until the transaction ends; null before the first evaluation. */
export async function lockAlerts(client: Queryable, { basin, runKind }: AlertScope): Promise<EvaluationProgress | null> {
  const { rows } = await client.query<EvaluationProgress>(
    `select evaluated_to as "evaluatedTo", forecast_to as "forecastTo" from alert_evaluation where basin = $1 and run_kind = $2 for update`,
    [basin, runKind],
  );
  return rows[0] ?? null;
}

/** Begins the evaluation unless another process has. */
export async function beginEvaluation(client: Queryable, { basin, runKind }: AlertScope, from: EvaluationProgress): Promise<void> {
  await client.query(`insert into alert_evaluation values ($1, $2, $3, $4) on conflict do nothing`, [
    basin,
    runKind,
    toIso(from.evaluatedTo),
    toIso(from.forecastTo),
  ]);
}

export async function readAlertStates(client: Queryable, { basin, runKind }: AlertScope): Promise<Map<string, AlertState>> {
  const { rows } = await client.query<{ state: AlertState }>(`select state from alert where basin = $1 and run_kind = $2`, [
    basin,
    runKind,
  ]);
  return new Map(rows.map(({ state }) => [state.id, state]));
}

export interface AlertChanges {
  /** New state of each alert that changed in any way, with its rule. */
  readonly states: readonly { readonly rule: AlertRule; readonly state: AlertState }[];
  readonly events: readonly AlertEvent[];
}

/** Writes states, transitions and their messages; call it under `lockAlerts`, in its transaction. */
export async function saveAlerts(client: Queryable, scope: AlertScope, changes: AlertChanges): Promise<void> {
  if (changes.states.length > 0) {
    await client.query(UPSERT_ALERTS, [JSON.stringify(changes.states.map(({ rule, state }) => alertRow(scope, rule, state)))]);
  }
  if (changes.events.length === 0) return;
  await client.query(INSERT_EVENTS, [JSON.stringify(changes.events.map(event => eventRow(scope, event)))]);
  await writeOutbox(
    client,
    changes.events.map(event => messageOf(scope, event)),
  );
}

export async function saveProgress(client: Queryable, { basin, runKind }: AlertScope, progress: EvaluationProgress): Promise<void> {
  await client.query(`update alert_evaluation set evaluated_to = $3, forecast_to = $4 where basin = $1 and run_kind = $2`, [
    basin,
    runKind,
    toIso(progress.evaluatedTo),
    toIso(progress.forecastTo),
  ]);
}

const UPSERT_ALERTS = `
  insert into alert (id, basin, subject, basis, level, phase, run_kind, seq, state, raised_at, expires_at, acknowledged_at, acknowledged_by, updated_at)
  select id, basin, subject, basis, level, phase, run_kind, seq, state, raised_at, expires_at, acknowledged_at, acknowledged_by, updated_at
  from jsonb_to_recordset($1::jsonb) as row (id text, basin text, subject text, basis text, level text, phase text, run_kind text, seq integer,
    state jsonb, raised_at timestamptz, expires_at timestamptz, acknowledged_at timestamptz, acknowledged_by text, updated_at timestamptz)
  on conflict (id) do update set phase = excluded.phase, seq = excluded.seq, state = excluded.state, raised_at = excluded.raised_at,
    expires_at = excluded.expires_at, acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
    updated_at = excluded.updated_at`;

const INSERT_EVENTS = `
  insert into alert_event (alert_id, seq, at, basin, subject, basis, level, phase, run_kind, event)
  select alert_id, seq, at, basin, subject, basis, level, phase, run_kind, event
  from jsonb_to_recordset($1::jsonb) as row (alert_id text, seq integer, at timestamptz, basin text, subject text, basis text, level text,
    phase text, run_kind text, event jsonb)`;

const alertRow = ({ basin, runKind }: AlertScope, rule: AlertRule, state: AlertState) => ({
  id: state.id,
  basin,
  subject: rule.subject,
  basis: rule.basis,
  level: rule.level,
  phase: state.phase,
  run_kind: runKind,
  seq: state.seq,
  state,
  raised_at: isoOrNull(state.raisedAt),
  expires_at: isoOrNull(state.expiresAt),
  acknowledged_at: isoOrNull(state.acknowledged?.at ?? null),
  acknowledged_by: state.acknowledged?.by ?? null,
  updated_at: toIso(state.changedAt ?? (0 as EpochMs)),
});

const eventRow = ({ basin, runKind }: AlertScope, event: AlertEvent) => ({
  alert_id: event.alertId,
  seq: event.seq,
  at: toIso(event.at),
  basin,
  subject: event.station,
  basis: event.basis,
  level: event.level,
  phase: event.phase,
  run_kind: runKind,
  event,
});

const messageOf = ({ basin, runKind }: AlertScope, { alertId, seq }: AlertEvent): OutboxMessage<'alert.changed.v1'> => ({
  topic: 'alert.changed.v1',
  key: basin,
  id: `alert/${alertId}/${seq}`,
  value: { basin, alertId, seq, runKind },
});

const isoOrNull = (time: EpochMs | null): string | null => (time === null ? null : toIso(time));

export interface Acknowledging {
  readonly rule: AlertRule;
  readonly by: string;
  readonly note: string | null;
  readonly now: EpochMs;
}

/**
 * Acknowledges a standing alert, in one transaction with its event and message. Once more by anybody changes nothing.
 * @throws Fault ALERT_NOT_FOUND when it never had an event, CONFLICT when there is nothing to acknowledge.
 */
export async function acknowledgeAlert(pool: Pool, scope: AlertScope, { rule, by, note, now }: Acknowledging): Promise<AlertState> {
  return inTransaction(pool, async client => {
    await lockAlerts(client, scope);
    const { rows } = await client.query<{ state: AlertState }>(`select state from alert where id = $1 for update`, [rule.alertId]);
    const alert = rows[0]?.state ?? clearAlert(rule.alertId);
    if (alert.seq === 0) throw new Fault('ALERT_NOT_FOUND', `there is no alert ${rule.alertId}`, { alert: rule.alertId });
    if (alert.raisedAt === null) {
      throw new Fault('CONFLICT', `alert ${rule.alertId} is ${alert.phase}: there is nothing to acknowledge`, { alert: rule.alertId });
    }
    const result = transition(alert, { kind: 'acknowledgement', by, note }, rule, now);
    if (result.events.length > 0) await saveAlerts(client, scope, { states: [{ rule, state: result.alert }], events: result.events });
    return result.alert;
  });
}
