import { z } from 'zod';
import { Count, Envelope, Format, Instant, Limit } from './api-envelope.js';

export const CallerView = z
  .object({
    kind: z.enum(['key', 'token']),
    name: z.string(),
    scope: z.enum(['partner', 'operator']).meta({ description: 'partner: may read; operator: may also act' }),
    expiresAt: Instant,
  })
  .meta({ id: 'CallerView', description: 'Whose key or token the request carried' });
export type CallerView = z.infer<typeof CallerView>;

/** GET /v1/access */
export const AccessReply = Envelope.extend({
  access: z.enum(['open', 'public', 'closed']).meta({
    description: 'open: nothing needs a key; public: acts need an operator; closed: reads need a key as well',
  }),
  caller: CallerView.nullable(),
  mayRead: z.boolean(),
  mayAct: z.boolean(),
}).meta({ id: 'AccessReply', description: 'What whoever asks may do' });
export type AccessReply = z.infer<typeof AccessReply>;

/** GET /v1/operator-acts */
export const OperatorActQuery = z
  .strictObject({
    before: Count.min(1).max(Number.MAX_SAFE_INTEGER).optional().meta({ description: 'Only acts with a lower seq, to read on' }),
    limit: Limit.default(100),
    format: Format.optional(),
  })
  .meta({ id: 'OperatorActQuery' });
export type OperatorActQuery = z.infer<typeof OperatorActQuery>;

export const OperatorActView = z
  .object({
    seq: z.number().int(),
    at: Instant.meta({ description: 'By the machine’s clock, also in a replay' }),
    runKind: z.string(),
    callerKind: z.enum(['key', 'token', 'nobody', 'command']).meta({ description: 'nobody: no key was needed' }),
    caller: z.string().meta({ description: 'Id of the key, subject of the token, user of the machine' }),
    callerName: z.string(),
    address: z.string().nullable(),
    act: z.string(),
    target: z.string(),
    request: z.string().nullable().meta({ description: 'What was sent, as JSON' }),
    endedAt: Instant.nullable().meta({ description: 'null: it is not known how it ended' }),
    status: z.number().int().nullable().meta({ description: 'HTTP status; 0 for a command that ended well' }),
    code: z.string().nullable().meta({ description: 'Why it was refused' }),
  })
  .meta({ id: 'OperatorActView', description: 'One act of an operator' });
export type OperatorActView = z.infer<typeof OperatorActView>;

export const OperatorActList = Envelope.extend({ acts: z.array(OperatorActView) }).meta({
  id: 'OperatorActList',
  description: 'What operators did, newest first',
});
export type OperatorActList = z.infer<typeof OperatorActList>;
