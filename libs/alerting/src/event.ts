import { HOUR_MS, MINUTE_MS, type EpochMs } from '#hydrology';
import type { AlertEvent, AlertState, Evidence } from './alert.js';
import { reasonOf } from './reason.js';
import { allowedAgeMs, type AlertRule } from './rules.js';

export interface Change {
  readonly before: AlertState;
  readonly after: AlertState;
  readonly evidence: Evidence;
  readonly rule: AlertRule;
  readonly now: EpochMs;
}

/** The transition as it is stored and published. */
export function eventOf(change: Change): AlertEvent {
  const { before, after, evidence, rule, now } = change;
  const firstCrossing = firstCrossingOf(after, rule);
  return {
    alertId: after.id,
    seq: after.seq,
    basin: rule.basin,
    station: rule.subject,
    basis: rule.basis,
    level: rule.level,
    from: before.phase,
    phase: after.phase,
    at: now,
    value: valueOf(after, rule),
    threshold: rule.kind === 'absence' ? allowedAgeMs(after.freshness, rule) / MINUTE_MS : rule.threshold,
    probability: rule.kind === 'absence' ? null : (after.forecast?.probability ?? null),
    peak: rule.kind === 'absence' ? null : (after.forecast?.peak ?? null),
    firstCrossing,
    leadHours: firstCrossing === null ? null : Math.max(0, (firstCrossing - now) / HOUR_MS),
    expiresAt: after.expiresAt,
    reason: reasonOf(change),
    raisedAt: after.raisedAt,
    acknowledged: after.acknowledged,
    evidence,
    ungauged: rule.kind === 'discharge' && !rule.gauged,
  };
}

function valueOf(alert: AlertState, rule: AlertRule): number | null {
  if (rule.kind === 'absence') return alert.freshness === null ? null : alert.freshness.ageMs / MINUTE_MS;
  if (rule.basis === 'observed') return alert.observation?.value ?? null;
  return alert.forecast?.peak.value ?? null;
}

/** By observation: the value that reached the level; by forecast: the first valid time whose median is above it. */
function firstCrossingOf(alert: AlertState, rule: AlertRule): EpochMs | null {
  if (rule.kind === 'absence') return null;
  if (rule.basis === 'forecast') return alert.forecast?.firstCrossing ?? null;
  return alert.observation !== null && alert.observation.value >= rule.threshold ? alert.observation.validTime : null;
}
