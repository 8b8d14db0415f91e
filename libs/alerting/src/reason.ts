import { HOUR_MS, MINUTE_MS, toIso, type EpochMs } from '#hydrology';
import type { AlertState } from './alert.js';
import type { Change } from './event.js';
import { allowedAgeMs, type AbsenceRule, type DischargeRule } from './rules.js';

/** One sentence that tells the operator what changed and on what it rests. */
export function reasonOf(change: Change): string {
  if (change.evidence.kind === 'acknowledgement') return acknowledgedReason(change.after);
  return change.rule.kind === 'absence' ? absenceReason(change, change.rule) : dischargeReason(change, change.rule);
}

const acknowledgedReason = ({ acknowledged }: AlertState): string =>
  `Acknowledged by ${acknowledged?.by ?? 'nobody'}${acknowledged?.note ? `: ${acknowledged.note}` : ''}.`;

function dischargeReason({ before, after, now }: Change, rule: DischargeRule): string {
  const level = `the ${rule.level} level of ${flow(rule.threshold)} (${rule.returnPeriodYears}-year) at ${rule.name}`;
  switch (after.phase) {
    case 'pending':
      return rule.basis === 'observed'
        ? `${observed(after)}, a doubtful value, reaches ${level}; a second one would raise the alert.`
        : `${chance(after)} of exceeding ${level}; a second successive cycle would raise the alert.`;
    case 'raised':
      return raisedReason(before, after, rule, level);
    case 'easing':
      return `${chance(after)} of exceeding ${level} and ${lately(after, rule, now)}; one more cycle like this clears the alert.`;
    case 'stale':
      return rule.basis === 'observed'
        ? `No usable observation since ${lastTime(after.observation?.validTime)}: the alert for ${level} stands without news, which is no all-clear.`
        : `No forecast since ${lastTime(after.forecast?.issueTime)}: the alert for ${level} stands without news, which is no all-clear.`;
    case 'clear': {
      const why = `${chance(after)} of exceeding ${level} and ${lately(after, rule, now)}`;
      return before.raisedAt === null ? `It did not persist: ${why}.` : `All clear in successive cycles: ${why}.`;
    }
  }
}

function raisedReason(before: AlertState, after: AlertState, rule: DischargeRule, level: string): string {
  const again = before.raisedAt === null ? '' : before.phase === 'stale' ? 'Evidence is back: ' : 'No all-clear after all: ';
  if (rule.basis === 'observed') {
    const above = after.observation !== null && after.observation.value >= rule.threshold;
    return `${again}${observed(after)} ${above ? 'reaches' : 'does not yet clear'} ${level}.`;
  }
  const ungauged = rule.gauged ? '' : ' (ungauged: forecast only)';
  return `${again}${chance(after)}${again === '' ? ', in two successive cycles,' : ''} of exceeding ${level}${ungauged}${outlook(after)}.`;
}

function outlook({ forecast }: AlertState): string {
  if (forecast === null) return '';
  const { peak, firstCrossing, issueTime } = forecast;
  const crossing =
    firstCrossing === null ? '' : `, first at ${clock(firstCrossing)}, ${hours(firstCrossing - issueTime)} after the issue time`;
  return `${crossing}; the peak is forecast at ${flow(peak.value)} (${number(peak.low)} to ${number(peak.high)}) at ${clock(peak.time)}`;
}

const observed = ({ observation }: AlertState): string =>
  observation === null ? 'No observation' : `The discharge of ${flow(observation.value)} observed at ${clock(observation.validTime)}`;

const chance = ({ forecast }: AlertState): string =>
  forecast === null ? 'No forecast' : `The forecast of ${clock(forecast.issueTime)} gives a chance of ${percent(forecast.probability)}`;

function lately({ observation }: AlertState, rule: DischargeRule, now: EpochMs): string {
  if (!rule.gauged) return 'the place has no gauge';
  if (observation === null || now - observation.validTime > rule.criteria.observationMaxAgeMs) return 'the gauge is silent';
  const below = `${percent(rule.criteria.hysteresis)} below it`;
  return `the observed ${flow(observation.value)} of ${clock(observation.validTime)} is at least ${below}`;
}

function absenceReason({ before, after }: Change, rule: AbsenceRule): string {
  const gauge = `gauge ${rule.name} (${rule.subject})`;
  const what = { rain: 'rain', 'rain-gauge': `value of the rain ${gauge}`, gauge: `value of the ${gauge}`, cycle: 'forecast cycle' }[
    rule.input
  ];
  const newest = after.freshness?.newest ?? null;
  const age =
    newest === null ? `No ${what} has ever arrived` : `The newest ${what} is of ${clock(newest)}, ${span(after.freshness!.ageMs)} ago`;
  switch (after.phase) {
    case 'clear':
      return before.raisedAt === null
        ? `It was a short gap: the ${what} is back.`
        : `The ${what} is back, newest of ${lastTime(newest ?? undefined)}.`;
    case 'easing':
      return `The ${what} is back; one more look like this clears the alert.`;
    case 'stale':
      return `Nobody has looked at the age of the ${what} since ${lastTime(after.freshness?.at)}: the watch itself has stopped.`;
    default:
      return `${age}; ${span(allowedAgeMs(after.freshness, rule))} are allowed.`;
  }
}

const number = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
const flow = (value: number): string => `${number(value)} m³/s`;
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const clock = (time: EpochMs): string => `${toIso(time).slice(0, 16).replace('T', ' ')} UTC`;
const lastTime = (time: EpochMs | undefined): string => (time === undefined ? 'the start' : clock(time));
const hours = (ms: number): string => `${(ms / HOUR_MS).toFixed(2).replace(/\.?0+$/, '')} h`;
const span = (ms: number): string => (ms < 2 * HOUR_MS ? `${(ms / MINUTE_MS).toFixed(0)} minutes` : hours(ms));
