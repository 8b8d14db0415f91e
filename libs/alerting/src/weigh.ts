import { BEAT_MS, epochMs, type BasinId, type EpochMs, type Level, type Station, type StationId } from '#hydrology';
import { clearAlert, type AlertEvent, type AlertState, type Evidence, type ForecastEvidence, type ObservationEvidence } from './alert.js';
import type { AlertRule, AlertSettings, WatchedRainGauge } from './rules.js';
import { transition } from './transition.js';

/** A basin whose alerts are evaluated. */
export interface AlertedBasin {
  readonly basin: BasinId;
  readonly stations: readonly Station[];
  readonly rainGauges: readonly WatchedRainGauge[];
  readonly settings: AlertSettings;
}

/** What of a domain its alerts are about. */
export const alertedBasin = ({
  settings,
  ...of
}: Omit<AlertedBasin, 'settings'> & { readonly settings: { readonly alerts: AlertSettings } }): AlertedBasin => ({
  ...{ basin: of.basin, stations: of.stations, rainGauges: of.rainGauges },
  settings: settings.alerts,
});

/** What became known about one station, or one of its levels, and when. */
export interface StationEvidence {
  readonly station: StationId;
  /** Null: for every level. */
  readonly level: Level | null;
  readonly knownAt: EpochMs;
  readonly evidence: ObservationEvidence | ForecastEvidence;
}

/** Evidence and whom it concerns. */
export interface EvidenceItem {
  readonly knownAt: EpochMs;
  readonly evidence: Evidence;
  concerns(rule: AlertRule): boolean;
}

/** Beats in [from, to). */
export function beatsOf(from: EpochMs, to: EpochMs): EpochMs[] {
  const beats: EpochMs[] = [];
  for (let beat = Math.ceil(from / BEAT_MS) * BEAT_MS; beat < to; beat += BEAT_MS) beats.push(epochMs(beat));
  return beats;
}

export const stationItem = ({ station, level, knownAt, evidence }: StationEvidence): EvidenceItem => ({
  knownAt,
  evidence,
  concerns: rule => rule.kind === 'discharge' && rule.subject === station && (level === null || rule.level === level),
});

export const clockItem = (beat: EpochMs): EvidenceItem => ({
  knownAt: beat,
  evidence: { kind: 'clock' },
  concerns: rule => rule.kind === 'discharge',
});

interface Standing {
  readonly before: ReadonlyMap<string, AlertState>;
  /** A forecast that came late is weighed when it came: time never runs backwards in the history of an alert. */
  readonly notBefore: EpochMs;
}

/** Runs the timeline through every alert it concerns. */
export function weigh(items: readonly EvidenceItem[], rules: readonly AlertRule[], { before, notBefore }: Standing) {
  const states = new Map(rules.map(rule => [rule.alertId, before.get(rule.alertId) ?? clearAlert(rule.alertId)]));
  const events: AlertEvent[] = [];
  for (const item of items) {
    const now = epochMs(Math.max(item.knownAt, notBefore));
    for (const rule of rules.filter(each => item.concerns(each))) {
      const result = transition(states.get(rule.alertId)!, item.evidence, rule, now);
      states.set(rule.alertId, result.alert);
      events.push(...result.events);
    }
  }
  const changed = rules.map(rule => ({ rule, state: states.get(rule.alertId)! })).filter(({ state }) => state !== before.get(state.id));
  return { states: changed, events };
}
