import { isIP } from 'node:net';
import { z } from 'zod';

/** What needs a key: nothing; what an operator does; everything. */
export const ACCESS_MODES = ['open', 'public', 'closed'] as const;
export type AccessMode = (typeof ACCESS_MODES)[number];

/** Whose bearer tokens are an operator's. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer publishes its keys. */
  readonly jwks: string;
  /** The token's claim that makes an operator of whoever brings it, and the value it must be or hold. */
  readonly operatorClaim: { readonly claim: string; readonly value: string };
}

/** Who may use the API, and how much. */
export interface AccessSettings {
  readonly mode: AccessMode;
  /** Requests a minute of one key, or of one address without a key; null = no limit. */
  readonly requestsPerMinute: number | null;
  /** Web pages elsewhere that may read from a browser. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly oidc: OidcSettings | null;
}

const parts = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');

const isOrigin = (text: string): boolean => {
  try {
    return new URL(text).origin === text;
  } catch {
    return false;
  }
};

const isAddressOrNetwork = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  return isIP(address) !== 0 && rest.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits));
};

const address = (message: string) => z.string().refine(text => /^https?:\/\//.test(text) && URL.canParse(text), message);

/** The variables about who may use the API. */
export const AccessVariables = {
  FRESHET_ACCESS: z.enum(ACCESS_MODES, { error: 'must be open, public (reads need no key) or closed' }).optional(),
  FRESHET_RATE_LIMIT: z.coerce
    .number({ error: 'must be a whole number of requests a minute, 0 for no limit' })
    .int()
    .min(0)
    .max(1_000_000)
    .optional(),
  FRESHET_CORS_ORIGINS: z
    .string()
    .transform(parts)
    .pipe(z.array(z.string().refine(isOrigin, 'must be origins such as https://maps.example.org, separated by commas')))
    .default([]),
  FRESHET_TRUSTED_PROXIES: z
    .string()
    .transform(parts)
    .pipe(z.array(z.string().refine(isAddressOrNetwork, 'must be addresses or networks such as 10.0.0.0/8, separated by commas')))
    .default([]),
  FRESHET_OIDC_ISSUER: address('must be the issuer’s address').optional(),
  FRESHET_OIDC_AUDIENCE: z.string().min(1).optional(),
  FRESHET_OIDC_JWKS: address('must be the address of the issuer’s keys').optional(),
  FRESHET_OIDC_OPERATORS: z
    .string()
    .regex(/^[^=\s]+=.+$/, 'must be claim=value, such as groups=flood-operators')
    .optional(),
};

type Given = Readonly<z.infer<z.ZodObject<typeof AccessVariables>>> & { readonly FRESHET_HOST: string };

export interface AccessMistake {
  readonly variable: keyof typeof AccessVariables;
  readonly message: string;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** Without keys nobody but this machine gets in: any other address is closed unless it is said to be public. */
const DEFAULT_LIMIT = 1_200;

/** What the variables say about access, or every mistake in them. */
export function readAccess(given: Given): { readonly settings: AccessSettings; readonly mistakes: readonly AccessMistake[] } {
  const mistakes: AccessMistake[] = [];
  const local = isLoopback(given.FRESHET_HOST);
  const mode = given.FRESHET_ACCESS ?? (local ? 'open' : 'closed');
  if (mode === 'open' && !local) {
    const message = `must be public or closed with FRESHET_HOST=${given.FRESHET_HOST}: only this machine (127.0.0.1) may come in without a key`;
    mistakes.push({ variable: 'FRESHET_ACCESS', message });
  }
  const limit = given.FRESHET_RATE_LIMIT ?? (mode === 'open' ? 0 : DEFAULT_LIMIT);
  const settings = Object.freeze({
    mode,
    requestsPerMinute: limit === 0 ? null : limit,
    corsOrigins: Object.freeze(given.FRESHET_CORS_ORIGINS),
    trustedProxies: Object.freeze(given.FRESHET_TRUSTED_PROXIES),
    oidc: readOidc(given, mistakes),
  });
  return { settings, mistakes };
}

function readOidc(given: Given, mistakes: AccessMistake[]): OidcSettings | null {
  const { FRESHET_OIDC_ISSUER: issuer, FRESHET_OIDC_AUDIENCE: audience, FRESHET_OIDC_JWKS: jwks, FRESHET_OIDC_OPERATORS: who } = given;
  const named = ['FRESHET_OIDC_ISSUER', 'FRESHET_OIDC_AUDIENCE', 'FRESHET_OIDC_JWKS', 'FRESHET_OIDC_OPERATORS'] as const;
  if (named.every(variable => given[variable] === undefined)) return null;
  for (const variable of named)
    if (given[variable] === undefined) mistakes.push({ variable, message: 'must be given with the other FRESHET_OIDC_… variables' });
  if (issuer === undefined || audience === undefined || jwks === undefined || who === undefined) return null;
  const at = who.indexOf('=');
  return Object.freeze({ issuer, audience, jwks, operatorClaim: { claim: who.slice(0, at), value: who.slice(at + 1) } });
}
