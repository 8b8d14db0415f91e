import { z } from 'zod';

/** scheduled: the live beat; replay: the past played as an exercise; rerun, reanalysis, hindcast: computed again on purpose. */
export const RunKind = z.enum(['scheduled', 'replay', 'rerun', 'reanalysis', 'hindcast']);
export type RunKind = z.infer<typeof RunKind>;

const time = z.number().int().meta({ description: 'epoch milliseconds, UTC' });

export const GaugeMessage = z.object({
  basin: z.string(),
  source: z.string(),
  receivedAt: time,
  values: z.array(
    z.object({ station: z.string(), variable: z.enum(['Q', 'H']), validTime: time, value: z.number().nullable(), unit: z.string() }),
  ),
});
export type GaugeMessage = z.infer<typeof GaugeMessage>;

/** Accumulations of rain gauges, received together. */
export const RainGaugeMessage = z.object({
  basin: z.string(),
  source: z.string(),
  receivedAt: time,
  values: z.array(
    z.object({
      gauge: z.string(),
      /** End of the accumulation. */
      validTime: time,
      durationMs: z.number().int().positive(),
      /** mm over the duration; 0 = dry, null = reported as missing. */
      depthMm: z.number().nonnegative().nullable(),
    }),
  ),
});
export type RainGaugeMessage = z.infer<typeof RainGaugeMessage>;

/** One accumulation on the active cells of one basin: mm × 10 would lose nothing for radar, yet float32 costs little and loses nothing anywhere. */
export const RainMessage = z.object({
  basin: z.string(),
  source: z.string(),
  receivedAt: time,
  validTime: time,
  durationMs: z.number().int().positive(),
  /** Of the run of a weather model; absent where the rain was measured. */
  issuedAt: time.optional(),
  cells: z.number().int().positive(),
  /** base64 of little-endian float32, mm over the duration, NaN = missing. */
  depthMm: z.string(),
  /** Filters that altered cells of the basin. */
  alteredBy: z.array(z.string()).optional(),
});
export type RainMessage = z.infer<typeof RainMessage>;

/** Air temperature at 2 m at one time, as a run of a weather model expects it, on the active cells of one basin. */
export const TemperatureMessage = z.object({
  basin: z.string(),
  source: z.string(),
  receivedAt: time,
  validTime: time,
  issuedAt: time,
  cells: z.number().int().positive(),
  /** base64 of little-endian float32, °C, NaN = missing. */
  celsius: z.string(),
});
export type TemperatureMessage = z.infer<typeof TemperatureMessage>;

/** Gauge values are in the store, checked: whoever weighs them reads them there, as of a time. */
export const ArchivedMessage = z.object({
  basin: z.string(),
  receivedAt: time,
  runKind: RunKind,
  /** How many. */
  values: z.number().int().nonnegative(),
});
export type ArchivedMessage = z.infer<typeof ArchivedMessage>;

export const CycleDue = z.object({ basin: z.string(), issueTime: time, runKind: RunKind });
export type CycleDue = z.infer<typeof CycleDue>;

export const ForecastIssued = z.object({
  basin: z.string(),
  issueTime: time,
  asOf: time,
  runKind: RunKind,
  outcome: z.enum(['complete', 'degraded', 'aborted']),
  /** Only the newest cycle notifies. */
  notifies: z.boolean(),
});
export type ForecastIssued = z.infer<typeof ForecastIssued>;

export const AlertChanged = z.object({ basin: z.string(), alertId: z.string(), seq: z.number().int(), runKind: RunKind });
export type AlertChanged = z.infer<typeof AlertChanged>;

/** Something the bus could not deliver or a handler refused as input. */
export const DeadLetter = z.object({ topic: z.string(), key: z.string(), messageId: z.string(), reason: z.string(), value: z.unknown() });
export type DeadLetter = z.infer<typeof DeadLetter>;

/** Every topic: its value's schema. The key is always the basin. */
export const TOPICS = {
  'obs.gauge.v1': GaugeMessage,
  'obs.rain.v1': RainMessage,
  'obs.temperature.v1': TemperatureMessage,
  'obs.rain-gauge.v1': RainGaugeMessage,
  'obs.archived.v1': ArchivedMessage,
  'cycle.due.v1': CycleDue,
  'forecast.issued.v1': ForecastIssued,
  'alert.changed.v1': AlertChanged,
  'dead.v1': DeadLetter,
} as const;

export type Topic = keyof typeof TOPICS;
export type TopicValue<T extends Topic> = z.infer<(typeof TOPICS)[T]>;

/** Who must have handled a topic's messages before everything has settled: the groups of the roles. Screens listen beside them. */
export const GROUPS: readonly { readonly topic: Topic; readonly group: string }[] = Object.freeze([
  { topic: 'obs.rain.v1', group: 'archive' },
  { topic: 'obs.temperature.v1', group: 'archive' },
  { topic: 'obs.gauge.v1', group: 'archive' },
  { topic: 'obs.rain-gauge.v1', group: 'archive' },
  { topic: 'dead.v1', group: 'archive' },
  { topic: 'cycle.due.v1', group: 'forecast' },
  { topic: 'obs.archived.v1', group: 'alert' },
  { topic: 'forecast.issued.v1', group: 'alert' },
]);
