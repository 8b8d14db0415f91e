import { LEVELS, type Level } from '#hydrology';
import type { AlertBasis, AlertLevel, AlertPhase } from './alert.js';

/** What grouping needs of an alert. */
export interface Groupable {
  readonly id: string;
  readonly basin: string;
  readonly station: string;
  readonly basis: AlertBasis;
  readonly level: AlertLevel;
  readonly phase: AlertPhase;
  readonly active: boolean;
}

/** Active alerts of one station, shown and told as one. */
export interface AlertGroup {
  readonly basin: string;
  readonly station: string;
  /** Worst active level; null for an absence. */
  readonly level: Level | null;
  /** The alert that speaks for the group. */
  readonly alert: string;
  /** Alerts it says at the same time: lower levels, and the forecast of what is already observed. */
  readonly implies: readonly string[];
}

/** 0 absent, 1 yellow … 3 red. */
export const severityOf = (level: AlertLevel): number => (level === 'absent' ? 0 : LEVELS.indexOf(level) + 1);

/**
 * Groups the active alerts by station: red implies orange and yellow, and at one level what is observed implies what was
 * forecast. An absence is a group of its own: a silent gauge is not said by a high river. Worst groups first.
 */
export function groupAlerts(alerts: readonly Groupable[]): AlertGroup[] {
  const groups = new Map<string, Groupable[]>();
  for (const alert of alerts.filter(each => each.active)) {
    const key = `${alert.basin} ${alert.station} ${alert.basis === 'absence' ? 'absence' : 'discharge'}`;
    groups.set(key, [...(groups.get(key) ?? []), alert]);
  }
  const severities = new Map(alerts.map(alert => [alert.id, severityOf(alert.level)]));
  return [...groups.values()].map(groupOf).sort((a, b) => (severities.get(b.alert) ?? 0) - (severities.get(a.alert) ?? 0));
}

function groupOf(members: readonly Groupable[]): AlertGroup {
  const [speaker, ...others] = [...members].sort(byWeight);
  const { basin, station, level, id } = speaker!;
  return { basin, station, level: level === 'absent' ? null : level, alert: id, implies: others.map(other => other.id) };
}

/** Worst level first; at one level the observation speaks before the forecast. */
const byWeight = (a: Groupable, b: Groupable): number =>
  severityOf(b.level) - severityOf(a.level) || Number(b.basis === 'observed') - Number(a.basis === 'observed') || a.id.localeCompare(b.id);
