import { z } from 'zod';
import { AsOf, Envelope, Format, Instant, Limit, QueryTime } from './api-envelope.js';
import { AnalysisView, DegradationView, InputAgeView, RainAdjustmentView } from './api-forecast.js';
import { RunKind } from './topics.js';

export const InputStatus = z
  .object({
    basin: z.string(),
    input: z.string().meta({ description: '`rain`, `cycle`, a rain gauge or a station' }),
    kind: z.enum(['rain', 'rain-gauge', 'gauge', 'cycle']),
    name: z.string(),
    newest: Instant.nullable().meta({ description: 'Valid time of the newest value; of a cycle its issue time' }),
    receivedAt: Instant.nullable(),
    ageMinutes: z.number().nullable(),
    lateAfterMinutes: z.number().meta({ description: 'Age from which it counts as late' }),
    silentAfterMinutes: z.number().meta({ description: 'Age from which its silence is an alert' }),
    state: z.enum(['fresh', 'late', 'silent', 'never']),
    values24h: z.number().int().meta({ description: 'Values of the last 24 h' }),
    doubtful24h: z.number().int().meta({ description: 'Of these flagged doubtful, unreliable or missing' }),
    usualAgeMinutes: z
      .number()
      .nullable()
      .meta({ description: 'Age that the newest value usually reaches before the next comes, learned over 7 days; null: not known yet' }),
    stalled: z.boolean().meta({ description: 'More than 15 min older than usual' }),
    completeness24h: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .meta({ description: 'Share of the values of 24 h that are there; null: not known' }),
  })
  .meta({ id: 'InputStatus' });
export type InputStatus = z.infer<typeof InputStatus>;

export const RejectView = z
  .object({ basin: z.string(), source: z.string(), receivedAt: Instant, code: z.string(), message: z.string() })
  .meta({ id: 'RejectView', description: 'What could not become an observation' });
export type RejectView = z.infer<typeof RejectView>;

export const FeedView = z
  .object({
    basin: z.string(),
    source: z.string(),
    kind: z.string().meta({ description: 'Service or format, as domain.yaml says' }),
    address: z.string().meta({ description: 'URL without its query, or folder' }),
    state: z.enum(['ok', 'stalled', 'failing', 'waiting', 'unattended']).meta({
      description: 'stalled: answers, but its values are older than usual; waiting: not polled yet; unattended: nobody polls it',
    }),
    polledAt: Instant.nullable(),
    succeededAt: Instant.nullable().meta({ description: 'The last poll that did not fail' }),
    newsAt: Instant.nullable().meta({ description: 'The last poll that brought something new' }),
    nextAt: Instant.nullable(),
    failures: z.number().int().meta({ description: 'In a row' }),
    failure: z.string().nullable(),
    brought: z.record(z.string(), z.number()).meta({
      description: 'Grids, values and rejects of the last poll that brought some, and the cells that each filter of rain took out of it',
    }),
    stalled: z.array(z.object({ input: z.string(), ageMinutes: z.number(), usualMinutes: z.number() })),
  })
  .meta({ id: 'FeedView', description: 'How a live source stands' });
export type FeedView = z.infer<typeof FeedView>;

/** GET /v1/data-status */
export const DataStatusQuery = z
  .strictObject({ basin: z.string().optional(), asOf: AsOf.optional(), format: Format.optional() })
  .meta({ id: 'DataStatusQuery' });
export type DataStatusQuery = z.infer<typeof DataStatusQuery>;
export const DataStatus = Envelope.extend({
  inputs: z.array(InputStatus),
  feeds: z.array(FeedView).meta({ description: 'The live sources as they stand now; empty for a time in the past and in a replay' }),
  rejects24h: z.number().int(),
  rejects: z.array(RejectView).meta({ description: 'Newest first, at most 50' }),
}).meta({ id: 'DataStatus', description: 'The age of every input' });
export type DataStatus = z.infer<typeof DataStatus>;

export const CycleView = z
  .object({
    basin: z.string(),
    issueTime: Instant,
    runKind: RunKind,
    status: z.enum(['due', 'running', 'complete', 'degraded', 'aborted']),
    cutOff: Instant,
    attempt: z.number().int(),
    startedAt: Instant.nullable().meta({ description: 'By the machine’s clock, also in a replay' }),
    finishedAt: Instant.nullable(),
    durationMs: z.number().nullable(),
    notifies: z.boolean(),
    stateHash: z.string().nullable(),
    previousHash: z.string().nullable(),
    degradations: z.array(DegradationView),
    analysis: AnalysisView.nullable(),
    inputAges: z.array(InputAgeView),
    rainAdjustment: RainAdjustmentView.nullable().meta({ description: 'null: the domain does not adjust' }),
    versions: z.record(z.string(), z.string()).nullable(),
    stageMs: z.record(z.string(), z.number()).nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'CycleView', description: 'One line of the ledger' });
export type CycleView = z.infer<typeof CycleView>;

/** GET /v1/basins/{basin}/cycles */
export const CycleListQuery = z
  .strictObject({ from: QueryTime.optional(), to: QueryTime.optional(), limit: Limit.default(96), format: Format.optional() })
  .meta({ id: 'CycleListQuery' });
export type CycleListQuery = z.infer<typeof CycleListQuery>;
export const CycleList = Envelope.extend({ basin: z.string(), cycles: z.array(CycleView) }).meta({
  id: 'CycleList',
  description: 'The ledger of cycles, newest first',
});
export type CycleList = z.infer<typeof CycleList>;

export const ReplayState = z
  .object({
    basin: z.string(),
    from: Instant,
    to: Instant,
    clock: Instant.meta({ description: 'Simulated now' }),
    state: z.enum(['running', 'paused', 'finished']),
    speedMinutesPerSecond: z
      .number()
      .positive()
      .nullable()
      .meta({ description: 'Simulated minutes a second; null: as fast as the cycles go' }),
  })
  .meta({ id: 'ReplayState' });
export type ReplayState = z.infer<typeof ReplayState>;

/** GET /v1/replay, POST /v1/replay/pause, /resume, /speed */
export const ReplayReply = Envelope.extend({ replay: ReplayState.nullable().meta({ description: 'null on a live system' }) }).meta({
  id: 'ReplayReply',
});
export type ReplayReply = z.infer<typeof ReplayReply>;

export const ReplaySpeed = z
  .strictObject({ minutesPerSecond: z.number().positive().max(100_000).nullable().meta({ description: 'null: as fast as the cycles go' }) })
  .meta({ id: 'ReplaySpeed' });
export type ReplaySpeed = z.infer<typeof ReplaySpeed>;

export const HealthCheck = z
  .object({ name: z.string(), ok: z.boolean(), message: z.string() })
  .meta({ id: 'HealthCheck', description: 'One thing the service needs' });
export type HealthCheck = z.infer<typeof HealthCheck>;

/** GET /v1/health/live and /v1/health/ready (503 when not ready) */
export const Health = Envelope.extend({
  status: z.enum(['ok', 'unready']),
  version: z.string(),
  uptimeSeconds: z.number(),
  checks: z.array(HealthCheck),
}).meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;
