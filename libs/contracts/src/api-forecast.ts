import { z } from 'zod';
import { AsOf, Envelope, Format, Instant, LevelName, QueryTime } from './api-envelope.js';

/** GET /v1/stations/{station}/forecast */
export const ForecastQuery = z
  .strictObject({
    issueTime: QueryTime.optional().meta({ description: 'The forecast of this issue time; default the latest' }),
    asOf: AsOf.optional(),
    format: Format.optional(),
  })
  .meta({ id: 'ForecastQuery' });
export type ForecastQuery = z.infer<typeof ForecastQuery>;

export const DegradationView = z
  .object({
    code: z.string(),
    subject: z.string().meta({ description: 'Source or station it is about' }),
    message: z.string().meta({ description: 'One sentence for the operator' }),
  })
  .meta({ id: 'DegradationView', description: 'Something that was not as it should be but did not stop the forecast' });
export type DegradationView = z.infer<typeof DegradationView>;

export const InputAgeView = z
  .object({
    input: z.string().meta({ description: '`rain`, `rain-gauges` or a station' }),
    newest: Instant.nullable(),
    ageMinutes: z.number().nullable(),
  })
  .meta({
    id: 'InputAgeView',
    description: 'How old each input was at the cut-off: of a gauge the newest value that could be used, neither doubted nor rejected',
  });
export type InputAgeView = z.infer<typeof InputAgeView>;

export const RainAdjustmentView = z
  .object({
    factor: z.number().meta({ description: 'By which the newest radar was multiplied; 1 = as measured' }),
    low: z.number().meta({ description: '90 % of the estimate lie from low to high, before the factor is bounded' }),
    high: z.number(),
    gauges: z.number().int().meta({ description: 'Rain gauges that were compared with the radar' }),
    gaugesHeard: z.number().int().meta({ description: 'Rain gauges that sent anything' }),
    pairs: z.number().int().meta({ description: 'Comparisons used: of one gauge in one step' }),
    newestPair: Instant.nullable().meta({ description: 'End of the newest one' }),
    message: z.string().meta({ description: 'One sentence for the operator' }),
  })
  .meta({ id: 'RainAdjustmentView', description: 'How the radar rain was adjusted by rain gauges' });
export type RainAdjustmentView = z.infer<typeof RainAdjustmentView>;

export const ForecastValue = z
  .object({
    validTime: Instant,
    leadHours: z.number(),
    q05M3s: z.number(),
    q25M3s: z.number(),
    q50M3s: z.number().meta({ description: 'Median: the issued forecast' }),
    q75M3s: z.number(),
    q95M3s: z.number(),
    openLoopM3s: z.number().meta({ description: 'Model without any observation of discharge' }),
    analysisM3s: z.number().meta({ description: 'Model from the analysed state, before the correction at the gauges' }),
  })
  .meta({ id: 'ForecastValue' });
export type ForecastValue = z.infer<typeof ForecastValue>;

export const PeakView = z
  .object({ time: Instant, valueM3s: z.number(), lowM3s: z.number(), highM3s: z.number() })
  .meta({ id: 'PeakView', description: 'Highest median of the forecast with its 90 % band' });
export type PeakView = z.infer<typeof PeakView>;

export const ExceedanceView = z
  .object({
    level: LevelName,
    thresholdM3s: z.number(),
    probability: z.number().meta({ description: 'That the threshold is exceeded at some time of the forecast' }),
    firstCrossing: Instant.nullable().meta({ description: 'First valid time whose median is above it' }),
    leadHours: z.number().nullable(),
  })
  .meta({ id: 'ExceedanceView' });
export type ExceedanceView = z.infer<typeof ExceedanceView>;

export const RainBar = z
  .object({
    validTime: Instant.meta({ description: 'End of the step' }),
    rainMm: z.number().meta({ description: 'Mean over the basin, mm in the step' }),
    origin: z.enum(['observed', 'future']).meta({ description: 'future: assumed after the last received rain' }),
  })
  .meta({ id: 'RainBar' });
export type RainBar = z.infer<typeof RainBar>;

export const AnalysisView = z
  .object({ outcome: z.string(), reason: z.string(), costBefore: z.number().nullable(), costAfter: z.number().nullable() })
  .meta({ id: 'AnalysisView', description: 'What the assimilation did' });
export type AnalysisView = z.infer<typeof AnalysisView>;

export const MemberForecastView = z
  .object({
    name: z.string(),
    kind: z.string().meta({ description: 'corrector: corrects the issued forecast; lstm: from rain and past discharge alone' }),
    hash: z.string().meta({ description: 'SHA-256 of the file of its weights' }),
    values: z.array(z.object({ validTime: Instant, leadHours: z.number(), dischargeM3s: z.number() })),
  })
  .meta({ id: 'MemberForecastView', description: 'What a trained network says beside the forecast; it raises no alert' });
export type MemberForecastView = z.infer<typeof MemberForecastView>;

export const Forecast = Envelope.extend({
  basin: z.string(),
  station: z.string(),
  name: z.string(),
  gauged: z.boolean(),
  issueTime: Instant,
  cutOff: Instant.meta({ description: 'Nothing received later was seen' }),
  outcome: z.enum(['complete', 'degraded']),
  current: z.boolean().meta({ description: 'Is it the newest one known at asOf?' }),
  stepSeconds: z.number().int(),
  values: z.array(ForecastValue),
  peak: PeakView,
  exceedances: z.array(ExceedanceView),
  degradations: z.array(DegradationView),
  inputAges: z.array(InputAgeView),
  rainAdjustment: RainAdjustmentView.nullable().meta({ description: 'null: the domain does not adjust' }),
  rain: z.object({ stepSeconds: z.number().int(), values: z.array(RainBar) }),
  analysis: AnalysisView.nullable(),
  versions: z
    .record(z.string(), z.string())
    .nullable()
    .meta({ description: 'Model, and hashes of its parameters, mesh, configuration and members' }),
  members: z.array(MemberForecastView),
}).meta({ id: 'Forecast', description: 'Discharge forecast of one station; (from, to] steps stamped by their end' });
export type Forecast = z.infer<typeof Forecast>;
