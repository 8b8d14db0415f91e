import { z } from 'zod';
import { Envelope, Instant } from './api-envelope.js';
import { AlertEventView } from './api-alerts.js';
import { ReplayState } from './api-operations.js';

/** The `data` of one server-sent event of GET /v1/stream; `event:` carries the same kind. */
export const StreamEvent = z
  .discriminatedUnion('kind', [
    Envelope.extend({
      kind: z.literal('forecast'),
      basin: z.string(),
      issueTime: Instant,
      outcome: z.enum(['complete', 'degraded', 'aborted']),
    }),
    Envelope.extend({ kind: z.literal('alert'), event: AlertEventView }),
    Envelope.extend({ kind: z.literal('clock'), replay: ReplayState.nullable() }),
  ])
  .meta({ id: 'StreamEvent', description: 'forecast: a cycle was issued; alert: an alert changed phase; clock: at least every 5 s' });
export type StreamEvent = z.infer<typeof StreamEvent>;
