import type { AlertView } from '#contracts';
import { formatChance, formatDischarge, formatDuration, formatStamp, formatWhen } from '../format.js';
import { groupAlerts, type AlertGroup } from '../group-alerts.js';
import type { Condition } from '../palette.js';
import { hashOf } from '../route.js';
import { AcknowledgeForm, type Acknowledge } from './acknowledge-form.js';
import { LevelGlyph } from './level-badge.js';

export interface AlertListProps {
  readonly alerts: readonly AlertView[];
  readonly now: number;
  /** Every input is fresh: only then is the absence of alerts good news. */
  readonly informed: boolean;
  readonly onAcknowledge: Acknowledge;
}

/** Active alerts, worst first, one card a station. */
export function AlertList({ alerts, now, informed, onAcknowledge }: AlertListProps) {
  const groups = groupAlerts(alerts);
  const pending = alerts.filter(alert => alert.phase === 'pending');
  return (
    <div class="alerts" data-test="alerts">
      {groups.length === 0 && (
        <p class="quiet">{informed ? 'No active alert.' : 'No active alert, but inputs are late or silent: see below.'}</p>
      )}
      <ol>
        {groups.map(group => (
          <AlertCard key={group.leading.station + group.leading.basis} group={group} now={now} onAcknowledge={onAcknowledge} />
        ))}
      </ol>
      {pending.length > 0 && (
        <p class="pending">
          <b>Pending, waits for a second forecast:</b> {pending.map(one => `${one.level} at ${one.name}`).join('; ')}
        </p>
      )}
    </div>
  );
}

interface AlertCardProps {
  readonly group: AlertGroup;
  readonly now: number;
  readonly onAcknowledge: Acknowledge;
}

function AlertCard({ group, now, onAcknowledge }: AlertCardProps) {
  const { leading } = group;
  const condition = conditionOf(leading);
  return (
    <li class={`alert is-${condition}${leading.acknowledged ? ' is-acknowledged' : ''}`} data-alert={leading.id} data-phase={leading.phase}>
      <LevelGlyph condition={condition} hollow={leading.basis === 'forecast'} blind={leading.phase === 'stale'} size={28} />
      <div class="alert-body">
        <h3>
          {leading.basis === 'absence' ? (
            <span>Missing: {leading.name}</span>
          ) : (
            <a href={hashOf({ station: leading.station })}>
              {capital(leading.level)} {leading.basis} · {leading.name}
            </a>
          )}
          <PhaseChip phase={leading.phase} />
        </h3>
        <p>{leading.reason}</p>
        <AlertFacts alert={leading} now={now} />
        <OtherAlerts others={group.others.filter(one => one.impliedBy === null)} />
        <AcknowledgeForm group={group} now={now} onAcknowledge={onAcknowledge} />
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

/** What else stands at the station, each with its mark: a forecast red says nothing yet about what is observed. */
function OtherAlerts({ others }: { readonly others: readonly AlertView[] }) {
  if (others.length === 0) return null;
  return (
    <p class="others">
      Also{' '}
      {others.map(one => (
        <span key={one.id}>
          <LevelGlyph condition={conditionOf(one)} hollow={one.basis === 'forecast'} blind={one.phase === 'stale'} size={14} /> {one.level}{' '}
          {one.basis}
          {one.phase === 'stale' && ', stale'}
        </span>
      ))}
    </p>
  );
}

type Fact = readonly [name: string, value: string];

function factsOf(alert: AlertView, now: number): Fact[] {
  const crossing = alert.firstCrossing === null ? null : Date.parse(alert.firstCrossing);
  const facts: Fact[] = [];
  if (crossing !== null && crossing > now) facts.push(['Crosses', `${formatStamp(crossing, now)}, ${formatWhen(crossing, now)}`]);
  if (alert.probability !== null && alert.basis === 'forecast') facts.push(['Chance', formatChance(alert.probability)]);
  if (alert.peak && Date.parse(alert.peak.time) > now) facts.push(['Peak', sayAlertPeak(alert.peak, now)]);
  if (alert.raisedAt !== null) facts.push(['Raised', sayRaised(Date.parse(alert.raisedAt), now)]);
  return facts;
}

const sayAlertPeak = ({ value, low, high, time }: NonNullable<AlertView['peak']>, now: number): string =>
  `${formatDischarge(value)} m³/s (${formatDischarge(low)}–${formatDischarge(high)}) at ${formatStamp(Date.parse(time), now)}`;

const sayRaised = (at: number, now: number): string => `${formatStamp(at, now)}, ${formatDuration(now - at)} ago`;

const conditionOf = (alert: AlertView): Condition => (alert.level === 'absent' ? 'unknown' : alert.level);

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
