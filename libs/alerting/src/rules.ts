import { HOUR_MS, MINUTE_MS, stationId, type BasinId, type Level, type Station, type StationId } from '#hydrology';
import type { AlertBasis, AlertLevel, FreshnessEvidence } from './alert.js';

/** What domain.yaml says about alerts; durations in ms. */
export interface AlertSettings {
  readonly raiseProbability: number;
  readonly clearProbability: number;
  /** Successive cycles that must agree. */
  readonly cycles: number;
  /** Share below the level that the observation must have fallen. */
  readonly hysteresis: number;
  readonly expiry: number;
  readonly quiet: number;
  /** Ages from which an input counts as absent. */
  readonly absence: Readonly<Record<Exclude<InputKind, 'rain-gauge'>, number>> & {
    /** Absent sooner where it is older than the input usually gets. */
    readonly learned?: boolean;
  };
}

/** The defaults of domain.yaml, set before any replay. */
export const ALERT_SETTINGS: AlertSettings = Object.freeze({
  raiseProbability: 0.5,
  clearProbability: 0.3,
  cycles: 2,
  hysteresis: 0.1,
  expiry: 3 * HOUR_MS,
  quiet: 6 * HOUR_MS,
  absence: { rain: HOUR_MS, gauge: 2 * HOUR_MS, cycle: 30 * MINUTE_MS },
});

/** When an alert of discharge rises and clears; the same at every station. */
export interface AlertCriteria {
  /** P ≥ this in `raiseCycles` successive cycles raises. */
  readonly raiseProbability: number;
  /** P < this, and the observation `hysteresis` below the level, in `clearCycles` successive cycles clears. */
  readonly clearProbability: number;
  readonly hysteresis: number;
  readonly raiseCycles: number;
  readonly clearCycles: number;
  /** Where a gauge fell silent the forecast alone must say so for longer. */
  readonly clearCyclesWithoutGauge: number;
  /** No clearing before the basis has been below its level for this long: a flood's second rise is the same flood. */
  readonly quietMs: number;
  /** An older observation says nothing about now. */
  readonly observationMaxAgeMs: number;
  /** A forecast speaks until this long after its issue time. */
  readonly forecastMaxAgeMs: number;
}

/** The criteria that settings of a domain amount to. */
export const criteriaOf = (settings: AlertSettings): AlertCriteria => ({
  raiseProbability: settings.raiseProbability,
  clearProbability: settings.clearProbability,
  hysteresis: settings.hysteresis,
  raiseCycles: settings.cycles,
  clearCycles: settings.cycles,
  clearCyclesWithoutGauge: 2 * settings.cycles,
  quietMs: settings.quiet,
  observationMaxAgeMs: settings.expiry,
  forecastMaxAgeMs: settings.expiry,
});

interface RuleSubject {
  readonly alertId: string;
  readonly basin: BasinId;
  /** Station, or the input that may be absent. */
  readonly subject: StationId;
  readonly name: string;
}

export interface DischargeRule extends RuleSubject {
  readonly kind: 'discharge';
  readonly basis: 'observed' | 'forecast';
  readonly level: Level;
  /** m³/s */
  readonly threshold: number;
  readonly returnPeriodYears: number;
  readonly gauged: boolean;
  readonly criteria: AlertCriteria;
}

export interface AbsenceRule extends RuleSubject {
  readonly kind: 'absence';
  readonly basis: 'absence';
  readonly level: 'absent';
  readonly input: InputKind;
  /** From this age on it counts as absent; at two looks in succession that is an alert. */
  readonly absentAfterMs: number;
  readonly raiseTicks: number;
  readonly clearTicks: number;
}

/** From which age an input counts as absent: that of the rule, or sooner where it is older than it usually gets. */
export const allowedAgeMs = (known: Pick<FreshnessEvidence, 'stalledAfterMs'> | null, rule: AbsenceRule): number =>
  Math.min(rule.absentAfterMs, known?.stalledAfterMs ?? Infinity);

export type AlertRule = DischargeRule | AbsenceRule;
export type InputKind = 'rain' | 'rain-gauge' | 'gauge' | 'cycle';

/** A rain gauge is allowed what a gauge is. */
export const absentAfterMs = (absence: AlertSettings['absence'], input: InputKind): number =>
  absence[input === 'rain-gauge' ? 'gauge' : input];

/** What may fall silent besides the gauges of rivers. */
export interface WatchedRainGauge {
  readonly id: StationId;
  readonly name: string;
}

export interface RuleScope {
  readonly basin: BasinId;
  readonly runKind: string;
  readonly stations: readonly Station[];
  readonly rainGauges: readonly WatchedRainGauge[];
  readonly settings: AlertSettings;
}

/** Every alert a basin can have: each level of each station by forecast and, where there is a gauge, by observation; each input by its absence. */
export function rulesOf(scope: RuleScope): AlertRule[] {
  const gauges = scope.stations.filter(station => station.gauged);
  return [
    ...scope.stations.flatMap(station => dischargeRules(scope, station)),
    absenceRule(scope, { subject: stationId('rain'), name: 'Rain', input: 'rain' }),
    ...scope.rainGauges.map(({ id, name }) => absenceRule(scope, { subject: id, name, input: 'rain-gauge' })),
    ...gauges.map(({ id, name }) => absenceRule(scope, { subject: id, name, input: 'gauge' })),
    absenceRule(scope, { subject: stationId('cycle'), name: 'Forecast cycle', input: 'cycle' }),
  ];
}

function dischargeRules(scope: RuleScope, station: Station): DischargeRule[] {
  const bases = station.gauged ? (['observed', 'forecast'] as const) : (['forecast'] as const);
  const criteria = criteriaOf(scope.settings);
  return bases.flatMap(basis =>
    station.thresholds.map((threshold): DischargeRule => ({
      kind: 'discharge',
      alertId: alertIdOf(scope, { subject: station.id, basis, level: threshold.level }),
      basin: scope.basin,
      subject: station.id,
      name: station.name,
      basis,
      level: threshold.level,
      threshold: threshold.discharge,
      returnPeriodYears: threshold.returnPeriodYears,
      gauged: station.gauged,
      criteria,
    })),
  );
}

function absenceRule(scope: RuleScope, of: Pick<AbsenceRule, 'subject' | 'name' | 'input'>): AbsenceRule {
  const { absence, cycles } = scope.settings;
  const alertId = alertIdOf(scope, { subject: of.subject, basis: 'absence', level: 'absent' });
  return {
    kind: 'absence',
    basis: 'absence',
    level: 'absent',
    alertId,
    basin: scope.basin,
    ...of,
    absentAfterMs: absentAfterMs(absence, of.input),
    raiseTicks: cycles,
    clearTicks: cycles,
  };
}

/** `replay:cance:V3524010:Q:forecast:red`: an exercise never shares an alert with the present. */
function alertIdOf(
  { runKind, basin }: RuleScope,
  of: { readonly subject: StationId; readonly basis: AlertBasis; readonly level: AlertLevel },
): string {
  const quantity = of.basis === 'absence' ? 'input' : 'Q';
  return [runKind, basin, of.subject, quantity, of.basis, of.level].join(':');
}
