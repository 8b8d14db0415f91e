import type { BasinId, EpochMs, Level, QualityFlag, StationId } from '#hydrology';

export const BASES = ['observed', 'forecast', 'absence'] as const;
export type AlertBasis = (typeof BASES)[number];

/** `absent`: the one level of an alert about something that did not arrive. */
export type AlertLevel = Level | 'absent';

/**
 * pending: evidence, but not yet enough; raised: it stands; easing: one cycle of all-clear; stale: the evidence stopped
 * coming, which is no good news: only evidence clears.
 */
export const PHASES = ['clear', 'pending', 'raised', 'easing', 'stale'] as const;
export type AlertPhase = (typeof PHASES)[number];

/** Forecast peak, m³/s, with its 90 % band. */
export interface AlertPeak {
  readonly value: number;
  readonly time: EpochMs;
  readonly low: number;
  readonly high: number;
}

export interface ObservationEvidence {
  readonly kind: 'observation';
  readonly validTime: EpochMs;
  readonly receivedAt: EpochMs;
  /** m³/s */
  readonly value: number;
  readonly flag: QualityFlag;
}

export interface ForecastEvidence {
  readonly kind: 'forecast';
  readonly issueTime: EpochMs;
  /** That the level is exceeded at some time of the forecast. */
  readonly probability: number;
  readonly firstCrossing: EpochMs | null;
  readonly peak: AlertPeak;
}

/** How old an input is, looked at on the beat of the clock. */
export interface FreshnessEvidence {
  readonly kind: 'freshness';
  /** Valid time (of a cycle: issue time) of the newest value, null when none ever came. */
  readonly newest: EpochMs | null;
  readonly ageMs: number;
  /** From this age on it is older than it usually gets; left out where the habit is not known or not asked for. */
  readonly stalledAfterMs?: number;
}

/** Time passed: brings nothing but expiry. */
export interface ClockEvidence {
  readonly kind: 'clock';
}

export interface AcknowledgementEvidence {
  readonly kind: 'acknowledgement';
  readonly by: string;
  readonly note: string | null;
}

export type Evidence = ObservationEvidence | ForecastEvidence | FreshnessEvidence | ClockEvidence | AcknowledgementEvidence;

export interface AlertAcknowledgement {
  readonly by: string;
  readonly at: EpochMs;
  readonly note: string | null;
}

/** One alert: a station (or an input), a basis and a level. What it remembers is all that the next transition needs. */
export interface AlertState {
  readonly id: string;
  readonly phase: AlertPhase;
  /** Number of its last event; 0 before the first. */
  readonly seq: number;
  /** Null until raised; stays through easing and stale; null again when clear. */
  readonly raisedAt: EpochMs | null;
  readonly changedAt: EpochMs | null;
  readonly expiresAt: EpochMs | null;
  readonly acknowledged: AlertAcknowledgement | null;
  /** Successive pieces of evidence for raising and successive cycles for clearing. */
  readonly upCount: number;
  readonly downCount: number;
  /** When evidence of its own basis last reached the level. */
  readonly lastAbove: EpochMs | null;
  readonly observation: ObservationEvidence | null;
  readonly forecast: ForecastEvidence | null;
  readonly freshness: (FreshnessEvidence & { readonly at: EpochMs }) | null;
}

/** A transition, as it is stored, published and shown. */
export interface AlertEvent {
  readonly alertId: string;
  readonly seq: number;
  readonly basin: BasinId;
  /** Station, or the input that is absent. */
  readonly station: StationId;
  readonly basis: AlertBasis;
  readonly level: AlertLevel;
  readonly from: AlertPhase;
  readonly phase: AlertPhase;
  readonly at: EpochMs;
  /** Observed discharge, or the highest median of the forecast, m³/s; of an absence the age in minutes. */
  readonly value: number | null;
  /** m³/s; of an absence the allowed age in minutes. */
  readonly threshold: number;
  readonly probability: number | null;
  readonly peak: AlertPeak | null;
  readonly firstCrossing: EpochMs | null;
  /** From `at` to the first crossing, hours; 0 once it has been observed. */
  readonly leadHours: number | null;
  readonly expiresAt: EpochMs | null;
  /** One sentence for the operator. */
  readonly reason: string;
  /** Since when it stands, and who took it. */
  readonly raisedAt: EpochMs | null;
  readonly acknowledged: AlertAcknowledgement | null;
  readonly evidence: Evidence;
  readonly ungauged: boolean;
}

/** An alert nobody has heard of yet. */
export const clearAlert = (id: string): AlertState => ({
  id,
  phase: 'clear',
  seq: 0,
  raisedAt: null,
  changedAt: null,
  expiresAt: null,
  acknowledged: null,
  upCount: 0,
  downCount: 0,
  lastAbove: null,
  observation: null,
  forecast: null,
  freshness: null,
});

/** To be shown and, one day, told to people: raised, easing or stale after having been raised. */
export const isActive = (alert: Pick<AlertState, 'raisedAt'>): boolean => alert.raisedAt !== null;
