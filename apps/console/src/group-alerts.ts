import type { AlertView } from '#contracts';

/** Alerts of one station that are shown, and acknowledged, as one. */
export interface AlertGroup {
  /** The worst of them; it speaks for the group. */
  readonly leading: AlertView;
  readonly others: readonly AlertView[];
}

/** Active alerts by station, in the order of the API (worst first). What is absent stands alone: it is another kind of trouble. */
export function groupAlerts(alerts: readonly AlertView[]): AlertGroup[] {
  const groups = new Map<string, AlertView[]>();
  for (const alert of alerts.filter(one => one.active)) {
    const key = alert.basis === 'absence' ? alert.id : alert.station;
    groups.set(key, [...(groups.get(key) ?? []), alert]);
  }
  return [...groups.values()].flatMap(([leading, ...others]) => (leading ? [{ leading, others }] : []));
}

/** "5 active, 2 to acknowledge" */
export function sayAlertCount(alerts: readonly AlertView[]): string {
  const groups = groupAlerts(alerts);
  if (groups.length === 0) return '';
  const open = groups.filter(group => unsignedOf(group).length > 0).length;
  return `${groups.length} active, ${open === 0 ? 'all acknowledged' : `${open} to acknowledge`}`;
}

/** Those nobody has signed yet. */
export const unsignedOf = ({ leading, others }: AlertGroup): AlertView[] => [leading, ...others].filter(one => one.acknowledged === null);
