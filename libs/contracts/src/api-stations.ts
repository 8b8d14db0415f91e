import { z } from 'zod';
import { AsOf, Count, Envelope, Format, Instant, LevelName, Limit, QueryTime } from './api-envelope.js';

export const StationThreshold = z
  .object({
    level: LevelName,
    dischargeM3s: z.number(),
    returnPeriodYears: z.number(),
    lowM3s: z.number().meta({ description: 'Lower end of the 90 % confidence interval' }),
    highM3s: z.number(),
    provenance: z.string().meta({ description: 'Distribution, years and gauge it was fitted on, or the area scaling that gave it' }),
  })
  .meta({ id: 'StationThreshold' });
export type StationThreshold = z.infer<typeof StationThreshold>;

export const ObservedNow = z
  .object({
    dischargeM3s: z.number(),
    validTime: Instant,
    receivedAt: Instant,
    ageMinutes: z.number().meta({ description: 'now − validTime' }),
    changeM3sPerHour: z.number().nullable().meta({ description: 'Against the value one to two hours before; null when there is none' }),
    exceeds: LevelName.nullable().meta({ description: 'Highest level whose threshold the value reaches' }),
  })
  .meta({ id: 'ObservedNow', description: 'Newest usable observation' });
export type ObservedNow = z.infer<typeof ObservedNow>;

export const ForecastNow = z
  .object({
    issueTime: Instant,
    ageMinutes: z.number(),
    peakM3s: z.number(),
    peakTime: Instant,
    peakLowM3s: z.number(),
    peakHighM3s: z.number(),
    exceeds: LevelName.nullable().meta({ description: 'Highest level with a probability of at least one half' }),
    probability: z.number().nullable().meta({ description: 'Of that level' }),
    firstCrossing: Instant.nullable().meta({ description: 'First valid time whose median is above that level' }),
    degraded: z.boolean(),
  })
  .meta({ id: 'ForecastNow', description: 'Newest forecast in brief' });
export type ForecastNow = z.infer<typeof ForecastNow>;

export const AlertNow = z
  .object({
    level: LevelName.nullable().meta({ description: 'Worst level that is raised or easing; null when none' }),
    observed: LevelName.nullable(),
    forecast: LevelName.nullable(),
    stale: z.boolean().meta({ description: 'An alert of the station outlived its evidence: no news, not good news' }),
    acknowledged: z.boolean().meta({ description: 'Every raised alert of the station is acknowledged' }),
  })
  .meta({ id: 'AlertNow', description: 'The station’s alerts grouped for display: the worst level stands for those below it' });
export type AlertNow = z.infer<typeof AlertNow>;

export const StationView = z
  .object({
    id: z.string(),
    basin: z.string(),
    name: z.string(),
    river: z.string(),
    gauged: z.boolean().meta({ description: 'false: a virtual station, forecast without any observation of its own' }),
    assimilated: z.boolean(),
    cell: z.number().int(),
    areaKm2: z.number(),
    longitude: z.number(),
    latitude: z.number(),
    thresholds: z.array(StationThreshold),
    observed: ObservedNow.nullable(),
    forecast: ForecastNow.nullable(),
    alert: AlertNow,
  })
  .meta({ id: 'StationView', description: 'A station with its thresholds and its situation' });
export type StationView = z.infer<typeof StationView>;

/** GET /v1/stations */
export const StationListQuery = z
  .strictObject({ basin: z.string().optional(), asOf: AsOf.optional(), format: Format.optional() })
  .meta({ id: 'StationListQuery' });
export type StationListQuery = z.infer<typeof StationListQuery>;
export const StationList = Envelope.extend({ stations: z.array(StationView) }).meta({ id: 'StationList' });
export type StationList = z.infer<typeof StationList>;

/** GET /v1/stations/{station} */
export const StationReply = Envelope.extend({ station: StationView }).meta({ id: 'StationReply' });
export type StationReply = z.infer<typeof StationReply>;

/** GET /v1/stations/{station}/observations */
/** What gauges of rivers and rain gauges measure. */
const MeasuredVariable = z.enum(['Q', 'H', 'P']);

export const ObservationQuery = z
  .strictObject({
    variable: MeasuredVariable.optional().meta({
      description: 'Q: discharge, m³/s; H: stage, m; P: rain, mm. Default Q, of a rain gauge P',
    }),
    from: QueryTime.optional().meta({ description: 'Values after this time; default 48 h before `to`' }),
    to: QueryTime.optional().meta({ description: 'Values up to and including this time; default now' }),
    asOf: AsOf.optional(),
    limit: Count.min(1).max(50_000).default(10_000),
    format: Format.optional(),
  })
  .meta({ id: 'ObservationQuery' });
export type ObservationQuery = z.infer<typeof ObservationQuery>;

export const ObservationValue = z
  .object({
    validTime: Instant,
    receivedAt: Instant,
    dischargeM3s: z.number().nullable().optional().meta({ description: 'With variable=Q; null: reported as missing' }),
    stageM: z.number().nullable().optional().meta({ description: 'With variable=H' }),
    rainMm: z.number().nullable().optional().meta({ description: 'With variable=P: rain of the durationMinutes before validTime' }),
    durationMinutes: z.number().optional(),
    flag: z.number().int().meta({ description: 'Delft-FEWS: 0 reliable, 3 doubtful, 6 unreliable, 9 missing' }),
    flagSource: z.string().meta({ description: 'The check that spoke' }),
    revision: z.number().int(),
  })
  .meta({ id: 'ObservationValue' });
export type ObservationValue = z.infer<typeof ObservationValue>;

export const ObservationList = Envelope.extend({
  basin: z.string(),
  station: z.string(),
  variable: MeasuredVariable,
  from: Instant,
  to: Instant,
  asOf: Instant,
  values: z.array(ObservationValue),
}).meta({ id: 'ObservationList', description: 'Newest revision of each value in (from, to] as known at asOf' });
export type ObservationList = z.infer<typeof ObservationList>;

/** GET /v1/stations/{station}/forecasts */
export const ForecastListQuery = z
  .strictObject({ from: QueryTime.optional(), to: QueryTime.optional(), asOf: AsOf.optional(), limit: Limit.default(96) })
  .meta({ id: 'ForecastListQuery' });
export type ForecastListQuery = z.infer<typeof ForecastListQuery>;

export const ForecastBrief = z
  .object({
    issueTime: Instant,
    outcome: z.enum(['complete', 'degraded']),
    peakM3s: z.number(),
    peakTime: Instant,
    exceeds: LevelName.nullable(),
  })
  .meta({ id: 'ForecastBrief' });
export type ForecastBrief = z.infer<typeof ForecastBrief>;
export const ForecastList = Envelope.extend({ basin: z.string(), station: z.string(), forecasts: z.array(ForecastBrief) }).meta({
  id: 'ForecastList',
  description: 'Issue times, newest first',
});
export type ForecastList = z.infer<typeof ForecastList>;
