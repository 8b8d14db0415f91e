import type { AlertChange, LateInputView, ReanalysisReply } from '#contracts';
import { formatDischarge, formatDuration, formatRain, formatStamp } from './format.js';

/** Transitions of one alert that differ, in the order of their time: how it went and how it would have gone. */
export interface ChangedAlert {
  readonly alert: string;
  readonly station: string;
  readonly name: string;
  readonly basis: AlertChange['basis'];
  readonly level: AlertChange['level'];
  readonly changes: readonly AlertChange[];
}

const WORST_FIRST: readonly AlertChange['level'][] = ['red', 'orange', 'yellow'];

/** One entry an alert: those that change first first, then by station, the worst level first. */
export function byAlert(changes: readonly AlertChange[]): ChangedAlert[] {
  const alerts = new Map<string, AlertChange[]>();
  for (const change of changes) alerts.set(change.alertId, [...(alerts.get(change.alertId) ?? []), change]);
  const changed = [...alerts].map(([alert, ofIt]): ChangedAlert => {
    const { station, name, basis, level } = ofIt[0]!;
    return { alert, station, name, basis, level, changes: ofIt };
  });
  const rankOf = ({ level }: ChangedAlert): number => WORST_FIRST.indexOf(level);
  const timeOf = ({ changes: [first] }: ChangedAlert): number => Date.parse(first!.at);
  return changed.sort((a, b) => timeOf(a) - timeOf(b) || a.name.localeCompare(b.name, 'en') || rankOf(a) - rankOf(b));
}

const PHASES: Readonly<Record<AlertChange['phase'], string>> = {
  pending: 'pending',
  raised: 'raised',
  easing: 'easing',
  clear: 'cleared',
  stale: 'stale',
};

/** "raised 14:15": one step of an alert. */
export const sayStep = ({ phase, at }: AlertChange, now: number): string => `${PHASES[phase]} ${formatStamp(Date.parse(at), now)}`;

/** "2 late, up to 1 h 35 after their time; 1 corrected, by 7.50 m³/s". */
export const sayLateInput = (input: LateInputView): string => [...sayLate(input), ...sayCorrected(input)].join('; ');

function sayLate({ late, longestDelayMinutes }: LateInputView): string[] {
  if (late === 0) return [];
  const delay = formatDuration((longestDelayMinutes ?? 0) * 60_000);
  return [late === 1 ? `1 late, ${delay} after its time` : `${late} late, up to ${delay} after their time`];
}

function sayCorrected({ corrected, largestChangeM3s, largestChangeMm }: LateInputView): string[] {
  if (corrected === 0) return [];
  const change =
    largestChangeM3s !== null ? `${formatDischarge(largestChangeM3s)} m³/s` : largestChangeMm !== null ? formatRain(largestChangeMm) : null;
  return [`${corrected} corrected${change === null ? '' : `, by ${corrected === 1 ? '' : 'up to '}${change}`}`];
}

/** Whether the alerts would have been others, in one sentence; never good news while something is still to be computed. */
export function sayVerdict({ inputs, changes, waiting, computedFrom }: ReanalysisReply): string {
  if (waiting > 0)
    return `${waiting} ${waiting === 1 ? 'forecast is' : 'forecasts are'} still being computed again: what follows is not complete.`;
  if (changes.length > 0) return 'Alerts would have been others, had everything come on time:';
  if (inputs.length === 0) return 'Everything came on time and nothing was corrected.';
  if (computedFrom === null) return 'Nothing has been computed again yet: whether alerts would have been others is not known.';
  return 'The alerts would have been the same, had everything come on time.';
}
