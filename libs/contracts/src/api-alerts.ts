import { z } from 'zod';
import { AsOf, Envelope, Format, Instant, LevelName, Limit, QueryTime, REPLAY_MARKER } from './api-envelope.js';
import { RunKind } from './topics.js';

export const AlertPhase = z.enum(['clear', 'pending', 'raised', 'easing', 'stale']).meta({
  id: 'AlertPhase',
  description: 'pending: one cycle of evidence; easing: one cycle of all-clear; stale: evidence stopped coming, only evidence clears',
});
export type AlertPhase = z.infer<typeof AlertPhase>;
export const AlertBasis = z.enum(['observed', 'forecast', 'absence']).meta({ id: 'AlertBasis' });
export type AlertBasis = z.infer<typeof AlertBasis>;
/** An absence has no threshold of discharge: something did not arrive. */
export const AlertLevel = z.enum(['yellow', 'orange', 'red', 'absent']).meta({ id: 'AlertLevel' });
export type AlertLevel = z.infer<typeof AlertLevel>;

export const AlertPeak = z
  .object({ value: z.number(), time: Instant, low: z.number(), high: z.number() })
  .meta({ id: 'AlertPeak', description: 'Forecast peak, m³/s, with its 90 % band' });
export type AlertPeak = z.infer<typeof AlertPeak>;

export const AlertEvidence = z
  .object({
    kind: z.enum(['observation', 'forecast', 'freshness', 'expiry', 'acknowledgement']),
    time: Instant.meta({ description: 'Valid time of the observation, issue time of the forecast, or when it was looked at' }),
    receivedAt: Instant.nullable(),
    value: z.number().nullable(),
    probability: z.number().nullable(),
    ungauged: z.boolean(),
  })
  .meta({ id: 'AlertEvidence', description: 'What the transition rests on' });
export type AlertEvidence = z.infer<typeof AlertEvidence>;

/** One transition; the replay command prints the same object. Discharges in m³/s, times ISO 8601 UTC. */
export const AlertEventView = z
  .object({
    alertId: z.string(),
    seq: z.number().int(),
    basin: z.string(),
    station: z.string().meta({ description: 'Station, or the input that is absent' }),
    basis: AlertBasis,
    level: AlertLevel,
    phase: AlertPhase,
    at: Instant,
    value: z.number().nullable().meta({ description: 'Observed or highest forecast discharge, m³/s; for an absence the age in minutes' }),
    threshold: z.number().nullable().meta({ description: 'm³/s; for an absence the allowed age in minutes' }),
    probability: z.number().nullable(),
    peak: AlertPeak.nullable(),
    firstCrossing: Instant.nullable(),
    leadHours: z.number().nullable().meta({ description: 'From `at` to the first crossing' }),
    expiresAt: Instant.nullable(),
    reason: z.string().meta({ description: 'One sentence for the operator' }),
    acknowledgedBy: z.string().nullable(),
    evidence: AlertEvidence.nullable(),
    runKind: RunKind,
    marker: z.literal(REPLAY_MARKER).nullable(),
  })
  .meta({ id: 'AlertEventView' });
export type AlertEventView = z.infer<typeof AlertEventView>;

export const AlertView = z
  .object({
    id: z.string(),
    basin: z.string(),
    station: z.string().meta({ description: 'Station, or the input that is absent' }),
    name: z.string(),
    gauged: z.boolean(),
    basis: AlertBasis,
    level: AlertLevel,
    phase: AlertPhase,
    active: z.boolean().meta({ description: 'raised, easing or stale' }),
    value: z.number().nullable(),
    threshold: z.number().nullable(),
    probability: z.number().nullable(),
    peak: AlertPeak.nullable(),
    firstCrossing: Instant.nullable(),
    raisedAt: Instant.nullable(),
    changedAt: Instant,
    expiresAt: Instant.nullable(),
    acknowledged: z.object({ by: z.string(), at: Instant, note: z.string().nullable() }).nullable(),
    impliedBy: z.string().nullable().meta({ description: 'The alert of a higher level at the same station that already says this one' }),
    reason: z.string(),
    runKind: RunKind,
    marker: z.literal(REPLAY_MARKER).nullable(),
  })
  .meta({ id: 'AlertView' });
export type AlertView = z.infer<typeof AlertView>;

/** GET /v1/alerts */
export const AlertListQuery = z
  .strictObject({
    basin: z.string().optional(),
    station: z.string().optional(),
    basis: AlertBasis.optional(),
    level: AlertLevel.optional(),
    phase: AlertPhase.optional(),
    active: z
      .enum(['true', 'false'])
      .transform(text => text === 'true')
      .optional()
      .meta({ description: 'true: raised, easing or stale' }),
    asOf: AsOf.optional(),
    format: Format.optional(),
  })
  .meta({ id: 'AlertListQuery' });
export type AlertListQuery = z.infer<typeof AlertListQuery>;
export const AlertGroup = z
  .object({
    basin: z.string(),
    station: z.string(),
    name: z.string(),
    level: LevelName.nullable().meta({ description: 'Worst active level; null for an absence' }),
    alert: z.string().meta({ description: 'The alert that speaks for the group' }),
    implies: z.array(z.string()).meta({ description: 'Alerts it says at the same time' }),
  })
  .meta({ id: 'AlertGroup', description: 'Active alerts of one station, to be shown and notified as one' });
export type AlertGroup = z.infer<typeof AlertGroup>;
export const AlertList = Envelope.extend({
  alerts: z.array(AlertView).meta({ description: 'Worst first' }),
  groups: z.array(AlertGroup),
}).meta({ id: 'AlertList' });
export type AlertList = z.infer<typeof AlertList>;

/** GET /v1/alerts/{alert} */
export const AlertReply = Envelope.extend({ alert: AlertView, events: z.array(AlertEventView) }).meta({
  id: 'AlertReply',
  description: 'An alert with its whole history',
});
export type AlertReply = z.infer<typeof AlertReply>;

/** Text that a database can hold and a log can show: no control characters, no half of a surrogate pair. */
const printable = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern, 'must begin with a letter or sign and hold no control characters')
    .refine(text => !/\p{Surrogate}/u.test(text), 'must be whole characters');

/** A name or a sentence, which something stands in. */
export const Printable = printable(/^[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$/);

/** POST /v1/alerts/{alert}/acknowledge */
export const Acknowledgement = z
  .strictObject({
    operator: Printable.max(80).meta({ description: 'Who takes it', example: 'M. Durand' }),
    note: printable(/^[^\u0000-\u001f\u007f-\u009f]*$/)
      .max(500)
      .optional(),
  })
  .meta({ id: 'Acknowledgement' });
export type Acknowledgement = z.infer<typeof Acknowledgement>;

/** GET /v1/alert-events */
export const AlertEventQuery = z
  .strictObject({
    basin: z.string().optional(),
    station: z.string().optional(),
    basis: AlertBasis.optional(),
    from: QueryTime.optional(),
    to: QueryTime.optional(),
    asOf: AsOf.optional(),
    limit: Limit.default(500),
    format: Format.optional(),
  })
  .meta({ id: 'AlertEventQuery' });
export type AlertEventQuery = z.infer<typeof AlertEventQuery>;
export const AlertEventList = Envelope.extend({ events: z.array(AlertEventView) }).meta({
  id: 'AlertEventList',
  description: 'Transitions in the order they happened; the newest `limit` of them',
});
export type AlertEventList = z.infer<typeof AlertEventList>;
