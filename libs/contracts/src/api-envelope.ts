import { parseIso, type EpochMs } from '#hydrology';
import { z } from 'zod';
import { RunKind } from './topics.js';

/** Stands on every page, reply and alert of a replay, so that nobody takes the past for now. */
export const REPLAY_MARKER = 'REPLAY · EXERCISE';

/** The marker a reply of this kind of run carries: only the live beat goes without one. */
export const markerOf = (runKind: RunKind): typeof REPLAY_MARKER | null => (runKind === 'scheduled' ? null : REPLAY_MARKER);

/** ISO 8601 in UTC, always with Z. */
export const Instant = z.iso.datetime().meta({ description: 'ISO 8601, UTC', example: '2014-11-04T15:00:00Z' });
export type Instant = z.infer<typeof Instant>;

export const LevelName = z.enum(['yellow', 'orange', 'red']).meta({
  id: 'LevelName',
  description:
    'Freshet’s own levels, lowest first: the 2-, 5- and 20-year return levels of discharge. They are no official warning levels.',
});
export type LevelName = z.infer<typeof LevelName>;

/** What every reply begins with. */
export const Envelope = z
  .object({
    runKind: RunKind.meta({ description: 'scheduled: the present; replay: the past played as an exercise' }),
    marker: z.literal(REPLAY_MARKER).nullable().meta({ description: 'To be shown wherever the data are shown; null for the live system' }),
    now: Instant.meta({
      description: 'The system’s clock; in a replay the simulated time. Ages are counted from it, never from the reader’s clock.',
    }),
  })
  .meta({ id: 'Envelope', description: 'Which clock the reply speaks of' });
export type Envelope = z.infer<typeof Envelope>;

/** A time in a query: a date alone is 00:00 UTC, a time without zone is UTC. */
export const QueryTime = z
  .string()
  .transform((text, context): EpochMs => {
    try {
      return parseIso(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error), input: text });
      return z.NEVER;
    }
  })
  .meta({ description: 'ISO 8601; a date alone is 00:00 UTC', example: '2014-11-04T12:00:00Z' });

export const Format = z
  .enum(['json', 'csv'])
  .meta({ description: 'csv gives the rows as comma-separated values, as does Accept: text/csv' });
export type Format = z.infer<typeof Format>;
export const AsOf = QueryTime.meta({ description: 'Answer with what was known at this time: nothing received or issued later is seen' });
/** A number of rows in a query. */
export const Count = z.coerce.number({ error: 'must be a whole number' }).int({ error: 'must be a whole number' });
export const Limit = Count.min(1).max(1000);
export type Limit = z.infer<typeof Limit>;

/** Reads without parameters refuse any. */
export const NoQuery = z.strictObject({}).meta({ id: 'NoQuery' });
export type NoQuery = z.infer<typeof NoQuery>;

/** Parameters of reads that take nothing but the cut-off. */
export const AsOfQuery = z.strictObject({ asOf: AsOf.optional() }).meta({ id: 'AsOfQuery' });
export type AsOfQuery = z.infer<typeof AsOfQuery>;

export const ProblemError = z
  .object({ parameter: z.string(), message: z.string() })
  .meta({ id: 'ProblemError', description: 'One mistake of the request' });
export type ProblemError = z.infer<typeof ProblemError>;

/** RFC 9457, with the code of Freshet’s register and what the reader can do. */
export const Problem = z
  .object({
    type: z
      .string()
      .meta({ description: 'Names the code; docs/reference/errors.md documents it', example: 'urn:freshet:problem:QUERY_INVALID' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'The path asked for' }),
    code: z.string().meta({ description: 'A code of docs/reference/errors.md' }),
    remedy: z.string(),
    errors: z.array(ProblemError),
    runKind: RunKind,
    marker: z.literal(REPLAY_MARKER).nullable(),
  })
  .meta({ id: 'Problem', description: 'application/problem+json' });
export type Problem = z.infer<typeof Problem>;
