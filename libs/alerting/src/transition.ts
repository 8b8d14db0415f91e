import { MINUTE_MS, type EpochMs } from '#hydrology';
import type { AlertEvent, AlertPhase, AlertState, Evidence, ForecastEvidence, ObservationEvidence } from './alert.js';
import { eventOf } from './event.js';
import { allowedAgeMs, type AbsenceRule, type AlertRule, type DischargeRule } from './rules.js';

/** Flags 0 to 2 are trusted, 3 to 5 doubtful: two of these raise, none of them clears. Worse ones say nothing. */
const LAST_TRUSTED_FLAG = 2;
const LAST_DOUBTFUL_FLAG = 5;

export interface Transition {
  readonly alert: AlertState;
  readonly events: readonly AlertEvent[];
}

/**
 * The next state of one alert. Raised when P ≥ .5 in two successive cycles, or at once when an observation reaches the
 * level; cleared when P < .3 and the observation is 10 % below the level in two successive cycles, after a quiet time;
 * stale when its evidence stops. Evidence already seen changes nothing, and only evidence clears.
 * `now` is when the evidence became known (issue time, received time, beat of the clock), so that a replay repeats itself.
 */
export function transition(alert: AlertState, evidence: Evidence, rule: AlertRule, now: EpochMs): Transition {
  const next = weigh(alert, evidence, rule, now);
  const acknowledged = evidence.kind === 'acknowledgement' && next !== alert;
  if (next.phase === alert.phase && !acknowledged) return { alert: next, events: [] };
  const numbered: AlertState = { ...next, seq: alert.seq + 1, changedAt: now };
  return { alert: numbered, events: [eventOf({ before: alert, after: numbered, evidence, rule, now })] };
}

function weigh(alert: AlertState, evidence: Evidence, rule: AlertRule, now: EpochMs): AlertState {
  if (evidence.kind === 'acknowledgement') return acknowledge(alert, evidence, now);
  if (evidence.kind === 'clock') return expire(alert, now);
  if (rule.kind === 'absence') return evidence.kind === 'freshness' ? weighFreshness(alert, { ...evidence, at: now }, rule) : alert;
  if (evidence.kind === 'observation') return weighObservation(alert, evidence, rule, now);
  return evidence.kind === 'forecast' ? weighForecast(alert, evidence, rule, now) : alert;
}

/** Only what stands can be acknowledged, and it stays so until it clears; the first name stays. */
function acknowledge(alert: AlertState, evidence: { readonly by: string; readonly note: string | null }, now: EpochMs): AlertState {
  if (alert.raisedAt === null || alert.acknowledged !== null) return alert;
  return { ...alert, acknowledged: { by: evidence.by, note: evidence.note, at: now } };
}

function expire(alert: AlertState, now: EpochMs): AlertState {
  if (alert.phase === 'stale' || alert.expiresAt === null || now < alert.expiresAt) return alert;
  return { ...alert, phase: 'stale', upCount: 0, downCount: 0 };
}

/** An observation speaks at once for its own basis; for the forecast's it is only remembered until the next cycle. */
function weighObservation(alert: AlertState, evidence: ObservationEvidence, rule: DischargeRule, now: EpochMs): AlertState {
  if (!isNews(alert, evidence, rule, now)) return alert;
  const known: AlertState = { ...alert, observation: evidence };
  if (rule.basis !== 'observed') return known;
  if (evidence.value < rule.threshold) return heardAgain({ ...known, upCount: 0, expiresAt: expiryOf(known, rule) });
  const corrected = alert.observation?.validTime === evidence.validTime;
  const upCount = corrected ? Math.max(alert.upCount, 1) : alert.upCount + 1;
  const enough = evidence.flag <= LAST_TRUSTED_FLAG || upCount >= rule.criteria.raiseCycles;
  return rise({ ...known, upCount, lastAbove: evidence.validTime }, enough, rule, now);
}

/** Values older than the newest say nothing about now, whatever the order they arrive in; a correction of the newest does. */
function isNews(alert: AlertState, evidence: ObservationEvidence, rule: DischargeRule, now: EpochMs): boolean {
  if (!Number.isFinite(evidence.value) || evidence.flag > LAST_DOUBTFUL_FLAG) return false;
  if (now - evidence.validTime > rule.criteria.observationMaxAgeMs) return false;
  const last = alert.observation;
  if (last === null || evidence.validTime > last.validTime) return true;
  return evidence.validTime === last.validTime && (evidence.value !== last.value || evidence.flag !== last.flag);
}

/** A forecast is a cycle: it speaks for its own basis, and with the newest observation it may clear either basis. */
function weighForecast(alert: AlertState, evidence: ForecastEvidence, rule: DischargeRule, now: EpochMs): AlertState {
  if (alert.forecast !== null && evidence.issueTime <= alert.forecast.issueTime) return alert;
  if (now - evidence.issueTime > rule.criteria.forecastMaxAgeMs) return alert;
  const known: AlertState = { ...alert, forecast: evidence };
  const own = rule.basis === 'forecast';
  if (own && evidence.probability >= rule.criteria.raiseProbability) {
    const upCount = alert.upCount + 1;
    return rise({ ...known, upCount, lastAbove: evidence.issueTime }, upCount >= rule.criteria.raiseCycles, rule, now);
  }
  const weighed: AlertState = own ? { ...known, upCount: 0, expiresAt: expiryOf(known, rule) } : known;
  const cycles = cyclesToClear(weighed, rule, now);
  if (cycles === null) return own || alert.phase === 'easing' ? stillStanding({ ...weighed, downCount: 0 }) : { ...weighed, downCount: 0 };
  return ease({ ...weighed, downCount: alert.downCount + 1 }, cycles);
}

function rise(alert: AlertState, enough: boolean, rule: DischargeRule, now: EpochMs): AlertState {
  const expiresAt = expiryOf(alert, rule);
  if (alert.raisedAt === null && !enough) return { ...alert, phase: 'pending', downCount: 0, expiresAt };
  return { ...alert, phase: 'raised', raisedAt: alert.raisedAt ?? now, downCount: 0, expiresAt };
}

/** A value below the level ends a silence and nothing else: clearing is for the cycles. */
const heardAgain = (alert: AlertState): AlertState => (alert.phase === 'stale' || alert.phase === 'clear' ? stillStanding(alert) : alert);

/** Evidence that neither raises nor clears: what was stale or easing stands again, what was clear stays clear. */
function stillStanding(alert: AlertState): AlertState {
  if (alert.phase === 'clear') return { ...alert, expiresAt: null };
  return { ...alert, phase: alert.raisedAt === null ? 'pending' : 'raised' };
}

function ease(alert: AlertState, cycles: number): AlertState {
  if (alert.phase === 'clear') return { ...alert, downCount: 0, expiresAt: null };
  if (alert.downCount >= cycles) {
    return { ...alert, phase: 'clear', raisedAt: null, acknowledged: null, expiresAt: null, downCount: 0, upCount: 0, lastAbove: null };
  }
  return { ...alert, phase: alert.raisedAt === null ? 'pending' : 'easing' };
}

/** How many successive cycles like this one clear the alert, null when this one speaks against it. */
function cyclesToClear(alert: AlertState, rule: DischargeRule, now: EpochMs): number | null {
  const { criteria } = rule;
  if (alert.forecast === null || alert.forecast.probability >= criteria.clearProbability) return null;
  if (alert.lastAbove !== null && now - alert.lastAbove < criteria.quietMs) return null;
  if (!rule.gauged) return criteria.clearCycles;
  const { observation } = alert;
  if (observation === null || now - observation.validTime > criteria.observationMaxAgeMs) {
    return rule.basis === 'forecast' ? criteria.clearCyclesWithoutGauge : null; // what was observed is cleared by observing
  }
  const below = observation.flag <= LAST_TRUSTED_FLAG && observation.value <= (1 - criteria.hysteresis) * rule.threshold;
  return below ? criteria.clearCycles : null;
}

/** An alert lives on evidence of its own basis. */
function expiryOf(alert: AlertState, rule: DischargeRule): EpochMs | null {
  const { criteria } = rule;
  if (rule.basis === 'observed') return after(alert.observation?.validTime, criteria.observationMaxAgeMs);
  return after(alert.forecast?.issueTime, criteria.forecastMaxAgeMs);
}

const after = (time: EpochMs | undefined, ms: number): EpochMs | null => (time === undefined ? null : ((time + ms) as EpochMs));

/** The watch itself may stop; an absence nobody has looked at for this long is stale too. */
const WATCH_MS = 60 * MINUTE_MS;

function weighFreshness(alert: AlertState, evidence: NonNullable<AlertState['freshness']>, rule: AbsenceRule): AlertState {
  if (alert.freshness !== null && evidence.at <= alert.freshness.at) return alert;
  const known: AlertState = { ...alert, freshness: evidence };
  const expiresAt = after(evidence.at, WATCH_MS);
  if (evidence.ageMs <= allowedAgeMs(evidence, rule)) {
    return ease({ ...known, upCount: 0, downCount: alert.downCount + 1, expiresAt }, rule.clearTicks);
  }
  const upCount = alert.upCount + 1;
  const absent: AlertState = { ...known, upCount, downCount: 0, lastAbove: evidence.at, expiresAt };
  const enough = upCount >= rule.raiseTicks || alert.raisedAt !== null;
  const phase: AlertPhase = enough ? 'raised' : 'pending';
  return { ...absent, phase, raisedAt: enough ? (alert.raisedAt ?? evidence.at) : null };
}
