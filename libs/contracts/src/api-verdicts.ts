import { z } from 'zod';
import { AsOf, Envelope, Format, Instant, Limit, QueryTime } from './api-envelope.js';
import { Printable } from './api-alerts.js';

export const VerdictDecision = z.enum(['trust', 'reject', 'checks']).meta({
  id: 'VerdictDecision',
  description: 'trust: reliable whatever the checks say; reject: unreliable, not assimilated; checks: back to what the checks say',
});
export type VerdictDecision = z.infer<typeof VerdictDecision>;

const variable = z.enum(['Q', 'H', 'P']).meta({ description: 'Q: discharge; H: stage; P: rain, of a rain gauge' });
const to = Instant.nullable().meta({ description: 'The end, included; null: until further notice, values to come included' });

/** GET /v1/stations/{station}/verdicts */
export const VerdictQuery = z
  .strictObject({
    from: QueryTime.optional().meta({ description: 'Of stretches that end after this time' }),
    to: QueryTime.optional().meta({ description: 'Of stretches that begin before this time' }),
    asOf: AsOf.optional(),
    limit: Limit.default(100),
    format: Format.optional(),
  })
  .meta({ id: 'VerdictQuery' });
export type VerdictQuery = z.infer<typeof VerdictQuery>;

export const VerdictView = z
  .object({
    seq: z.number().int(),
    variable,
    from: Instant.meta({ description: 'Values after this time' }),
    to,
    decision: VerdictDecision,
    reason: z.string(),
    by: z.string(),
    at: Instant.meta({ description: 'When it was decided, by the system’s clock: reads as of an earlier time do not see it' }),
    superseded: z.boolean().meta({ description: 'A newer one covers all of it' }),
  })
  .meta({ id: 'VerdictView', description: 'What an operator decided of values in place of the checks' });
export type VerdictView = z.infer<typeof VerdictView>;

export const VerdictList = Envelope.extend({ basin: z.string(), station: z.string(), verdicts: z.array(VerdictView) }).meta({
  id: 'VerdictList',
  description: 'Verdicts of operators on a station’s values, the newest first',
});
export type VerdictList = z.infer<typeof VerdictList>;

/** POST /v1/stations/{station}/verdicts */
export const VerdictDecided = z
  .strictObject({
    operator: Printable.max(80).meta({ description: 'Who decides', example: 'M. Durand' }),
    reason: Printable.max(500).meta({ description: 'Why, for whoever reads it later', example: 'Float stuck, seen on site' }),
    variable: variable.default('Q'),
    from: Instant.meta({ description: 'Values after this time, at most 31 days ago' }),
    to,
    decision: VerdictDecision,
  })
  .meta({ id: 'VerdictDecided' });
export type VerdictDecided = z.infer<typeof VerdictDecided>;

export const VerdictReply = Envelope.extend({
  basin: z.string(),
  station: z.string(),
  verdict: VerdictView,
  values: z.number().int().meta({ description: 'Values whose flag it changed' }),
}).meta({ id: 'VerdictReply' });
export type VerdictReply = z.infer<typeof VerdictReply>;
