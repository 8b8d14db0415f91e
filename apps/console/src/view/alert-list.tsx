import type { AlertView } from '#contracts';
import { formatChance, formatDischarge, formatDuration, formatStamp, formatWhen } from '../format.js';
import type { Condition } from '../palette.js';
import { hashOf } from '../route.js';
import { AcknowledgeForm } from './acknowledge-form.js';
import { LevelGlyph } from './level-badge.js';

export interface AlertListProps {
  readonly alerts: readonly AlertView[];
  readonly now: number;
  readonly onAcknowledge: (alert: string, operator: string) => Promise<void>;
}

/** Active alerts, worst first; one that a higher level at the same station already says is named under that. */
export function AlertList({ alerts, now, onAcknowledge }: AlertListProps) {
  const active = alerts.filter(alert => alert.active);
  const leading = active.filter(alert => !active.some(other => other.id === alert.impliedBy));
  const pending = alerts.filter(alert => alert.phase === 'pending');
  return (
    <div class="alerts" data-test="alerts">
      {leading.length === 0 && <p class="quiet">No active alert.</p>}
      <ol>
        {leading.map(alert => (
          <AlertCard
            key={alert.id}
            alert={alert}
            implied={active.filter(other => other.impliedBy === alert.id)}
            now={now}
            onAcknowledge={onAcknowledge}
          />
        ))}
      </ol>
      {pending.length > 0 && (
        <p class="pending">
          <b>Pending, waits for a second forecast:</b> {pending.map(one => `${capital(one.level)} at ${one.name}`).join('; ')}
        </p>
      )}
    </div>
  );
}

interface AlertCardProps {
  readonly alert: AlertView;
  readonly implied: readonly AlertView[];
  readonly now: number;
  readonly onAcknowledge: AlertListProps['onAcknowledge'];
}

function AlertCard({ alert, implied, now, onAcknowledge }: AlertCardProps) {
  const condition = conditionOf(alert);
  return (
    <li class={`alert is-${condition}${alert.acknowledged ? ' is-acknowledged' : ''}`} data-alert={alert.id} data-phase={alert.phase}>
      <LevelGlyph condition={condition} hollow={alert.basis === 'forecast'} blind={alert.phase === 'stale'} size={28} />
      <div class="alert-body">
        <h3>
          {alert.basis === 'absence' ? (
            <span>Missing: {alert.name}</span>
          ) : (
            <a href={hashOf({ station: alert.station })}>
              {capital(alert.level)} {alert.basis} · {alert.name}
            </a>
          )}
          <PhaseChip phase={alert.phase} />
        </h3>
        <p>{alert.reason}</p>
        <AlertFacts alert={alert} now={now} />
        {implied.length > 0 && <p class="quiet implied">Includes {implied.map(one => `${one.level} ${one.basis}`).join(', ')}</p>}
        <AcknowledgeForm alert={alert} now={now} onAcknowledge={onAcknowledge} />
      </div>
    </li>
  );
}

function PhaseChip({ phase }: { readonly phase: AlertView['phase'] }) {
  if (phase === 'stale') return <em class="chip is-stale">? stale: no news, not good news</em>;
  if (phase === 'easing') return <em class="chip">easing</em>;
  return null;
}

function AlertFacts({ alert, now }: { readonly alert: AlertView; readonly now: number }) {
  return (
    <dl class="facts">
      {factsOf(alert, now).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function factsOf(alert: AlertView, now: number): (readonly [string, string])[] {
  const facts: (readonly [string, string])[] = [];
  const crossing = alert.firstCrossing === null ? null : Date.parse(alert.firstCrossing);
  if (crossing !== null && crossing > now) facts.push(['Crosses', `${formatStamp(crossing, now)}, ${formatWhen(crossing, now)}`]);
  if (alert.peak) {
    const { value, low, high, time } = alert.peak;
    facts.push([
      'Peak',
      `${formatDischarge(value)} (${formatDischarge(low)}–${formatDischarge(high)}) at ${formatStamp(Date.parse(time), now)}`,
    ]);
  }
  if (alert.basis === 'observed' && alert.value !== null) facts.push(['Observed', `${formatDischarge(alert.value)} m³/s`]);
  if (alert.basis !== 'absence' && alert.threshold !== null) facts.push(['Threshold', `${formatDischarge(alert.threshold)} m³/s`]);
  if (alert.probability !== null) facts.push(['Chance', formatChance(alert.probability)]);
  if (alert.raisedAt !== null)
    facts.push(['Raised', `${formatStamp(Date.parse(alert.raisedAt), now)}, ${formatDuration(now - Date.parse(alert.raisedAt))} ago`]);
  return facts;
}

const conditionOf = (alert: AlertView): Condition => (alert.level === 'absent' ? 'unknown' : alert.level);

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
