import { z } from 'zod';
import { AlertEventView } from './api-alerts.js';
import { Envelope, Format, Instant, QueryTime } from './api-envelope.js';

/** GET /v1/basins/{basin}/reanalysis */
export const ReanalysisQuery = z
  .strictObject({
    from: QueryTime.optional().meta({ description: 'Cycles issued from here on; by default three days before `to`' }),
    to: QueryTime.optional().meta({ description: 'Cycles issued until here; by default now. At most 31 days after `from`' }),
    format: Format.optional(),
  })
  .meta({ id: 'ReanalysisQuery' });
export type ReanalysisQuery = z.infer<typeof ReanalysisQuery>;

export const LateInputView = z
  .object({
    input: z.string().meta({ description: 'Station, or `rain`' }),
    name: z.string(),
    late: z.number().int().meta({ description: 'Values that came after the cut-off of the first cycle they were due for' }),
    corrected: z.number().int().meta({ description: 'Values that another one replaced' }),
    from: Instant.meta({ description: 'Valid time of the first of these' }),
    to: Instant.meta({ description: 'Valid time of the last of these' }),
    longestDelayMinutes: z.number().nullable().meta({ description: 'From the valid time to the receipt of a late value' }),
    largestChangeM3s: z.number().nullable().meta({ description: 'Largest correction of a gauge' }),
    largestChangeMm: z.number().nullable().meta({ description: 'Largest correction of the rain, mean over the basin' }),
  })
  .meta({ id: 'LateInputView', description: 'What of one input came late or was corrected' });
export type LateInputView = z.infer<typeof LateInputView>;

export const AlertChange = AlertEventView.extend({
  change: z.enum(['lost', 'gained']).meta({
    description: 'lost: was, and would not have been had everything come on time; gained: was not, and would have been',
  }),
  name: z.string().meta({ description: 'Of the station' }),
}).meta({ id: 'AlertChange', description: 'A transition in which the alerts as they were and as they would have been differ' });
export type AlertChange = z.infer<typeof AlertChange>;

export const ReanalysisReply = Envelope.extend({
  basin: z.string(),
  from: Instant.meta({ description: 'Begin of the time looked at' }),
  to: Instant,
  computedFrom: Instant.nullable().meta({ description: 'First issue time that was computed again; null when none was' }),
  computedTo: Instant.nullable(),
  waiting: z.number().int().meta({ description: 'Cycles still to be computed again: until then the changes are not complete' }),
  inputs: z.array(LateInputView).meta({ description: 'Empty when everything came on time and nothing was corrected' }),
  changes: z.array(AlertChange).meta({ description: 'In the order of their time' }),
}).meta({
  id: 'ReanalysisReply',
  description:
    'What late and corrected values would have changed in the alerts of the stations; forecasts and alerts stay as they were published',
});
export type ReanalysisReply = z.infer<typeof ReanalysisReply>;
