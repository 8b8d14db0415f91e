import { HOUR_MS, MINUTE_MS, stationId, type BasinId, type Level, type Station, type StationId } from '#hydrology';
import type { AlertBasis, AlertLevel } from './alert.js';

/** When an alert of discharge rises and clears. The defaults were set before any replay and are the same at every station. */
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

export const CRITERIA: AlertCriteria = Object.freeze({
  raiseProbability: 0.5,
  clearProbability: 0.3,
  hysteresis: 0.1,
  raiseCycles: 2,
  clearCycles: 2,
  clearCyclesWithoutGauge: 4,
  quietMs: 6 * HOUR_MS,
  observationMaxAgeMs: 3 * HOUR_MS,
  forecastMaxAgeMs: HOUR_MS,
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
  /** From this age on it counts as late (shown), from `silentAfterMs` on it is an alert. */
  readonly lateAfterMs: number;
  readonly silentAfterMs: number;
  readonly raiseTicks: number;
  readonly clearTicks: number;
}

export type AlertRule = DischargeRule | AbsenceRule;
export type InputKind = 'rain' | 'gauge' | 'cycle';

/** Ages from which an input is late and silent. Hourly values that arrive 15 to 20 minutes after their stamp are at most 80 minutes old. */
export const FRESHNESS: Readonly<Record<InputKind, { readonly lateAfterMs: number; readonly silentAfterMs: number }>> = Object.freeze({
  rain: { lateAfterMs: 2 * HOUR_MS, silentAfterMs: 3 * HOUR_MS },
  gauge: { lateAfterMs: 2 * HOUR_MS, silentAfterMs: 3 * HOUR_MS },
  // the beat of 15 minutes and the 10 minutes a cycle may take
  cycle: { lateAfterMs: 25 * MINUTE_MS, silentAfterMs: 25 * MINUTE_MS },
});

/** Every alert a basin can have: each level of each station by forecast and, where there is a gauge, by observation; each input by its absence. */
export function rulesOf(basin: BasinId, runKind: string, stations: readonly Station[]): AlertRule[] {
  const discharge = stations.flatMap(station => dischargeRules({ basin, runKind, station }));
  const gauges = stations.filter(station => station.gauged);
  return [
    ...discharge,
    absenceRule(basin, runKind, { subject: stationId('rain'), name: 'Rain', input: 'rain' }),
    ...gauges.map(({ id, name }) => absenceRule(basin, runKind, { subject: id, name, input: 'gauge' })),
    absenceRule(basin, runKind, { subject: stationId('cycle'), name: 'Forecast cycle', input: 'cycle' }),
  ];
}

function dischargeRules(of: { readonly basin: BasinId; readonly runKind: string; readonly station: Station }): DischargeRule[] {
  const { basin, runKind, station } = of;
  const bases = station.gauged ? (['observed', 'forecast'] as const) : (['forecast'] as const);
  return bases.flatMap(basis =>
    station.thresholds.map((threshold): DischargeRule => ({
      kind: 'discharge',
      alertId: alertIdOf(runKind, basin, { subject: station.id, basis, level: threshold.level }),
      basin,
      subject: station.id,
      name: station.name,
      basis,
      level: threshold.level,
      threshold: threshold.discharge,
      returnPeriodYears: threshold.returnPeriodYears,
      gauged: station.gauged,
      criteria: CRITERIA,
    })),
  );
}

function absenceRule(basin: BasinId, runKind: string, of: Pick<AbsenceRule, 'subject' | 'name' | 'input'>): AbsenceRule {
  const alertId = alertIdOf(runKind, basin, { subject: of.subject, basis: 'absence', level: 'absent' });
  return {
    kind: 'absence',
    basis: 'absence',
    level: 'absent',
    alertId,
    basin,
    ...of,
    ...FRESHNESS[of.input],
    raiseTicks: 2,
    clearTicks: 2,
  };
}

/** `replay:cance:V3524010:Q:forecast:red`: an exercise never shares an alert with the present. */
function alertIdOf(
  runKind: string,
  basin: BasinId,
  of: { readonly subject: StationId; readonly basis: AlertBasis; readonly level: AlertLevel },
): string {
  const quantity = of.basis === 'absence' ? 'input' : 'Q';
  return [runKind, basin, of.subject, quantity, of.basis, of.level].join(':');
}
