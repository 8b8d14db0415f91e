import { z } from 'zod';
import { Duration } from './duration.js';

const duration = (otherwise: string) => Duration.prefault(otherwise);
export const holdsSecret = (text: string) => /^[a-z]+:\/\/[^/]*@/.test(text);
export const isAddress = (text: string, schemes: RegExp) => schemes.test(text) && !/\s/.test(text) && URL.canParse(text);

export const Address = z
  .string()
  .refine(text => isAddress(text, /^https?:\/\//), 'must be an address such as https://host/path')
  .refine(text => !holdsSecret(text), 'must hold no user and password; put them in a file and name it under credentials');

/** A secret lies in a file that only Freshet may read, never in domain.yaml. */
const Credential = z.union([
  z.strictObject({ header: z.string().regex(/^[A-Za-z0-9-]+$/), file: z.string().min(1), prefix: z.string().default('') }),
  z.strictObject({ query: z.string().regex(/^[\w-]+$/), file: z.string().min(1) }),
]);

/** How a service is asked, whatever it gives. */
export const asking = {
  credentials: z.array(Credential).default([]),
  /** Of a whole answer. */
  timeout: duration('30s'),
  /** MB of one answer or file, unpacked. */
  largestMb: z.number().positive().max(256).default(64),
  quota: z.strictObject({ requests: z.number().int().min(1), per: Duration }).optional(),
  backOff: z.strictObject({ first: duration('30s'), longest: duration('30min') }).prefault({}),
};
