import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import type { OidcSettings } from '#config';
import { Fault } from '#errors';
import { epochMs, type EpochMs } from '#hydrology';
import type { Caller } from './caller.js';

/** Signatures only an issuer's private key can make: a shared secret or `none` is no proof. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** Clocks of two machines differ. */
const CLOCK_TOLERANCE_SECONDS = 30;
const JWKS_TIMEOUT_MS = 5_000;

/** Checks bearer tokens against the published keys of their issuer (OpenID Connect). */
export class TokenVerifier {
  readonly #settings: OidcSettings;
  readonly #clock: { now(): EpochMs };
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(settings: OidcSettings, clock: { now(): EpochMs }) {
    this.#settings = settings;
    this.#clock = clock;
    this.#keys = createRemoteJWKSet(new URL(settings.jwks), { timeoutDuration: JWKS_TIMEOUT_MS });
  }

  /** @throws Fault CALLER_UNKNOWN when the token does not hold, ISSUER_UNAVAILABLE when that cannot be found out. */
  async verify(token: string): Promise<Caller> {
    const { issuer, audience, operatorClaim } = this.#settings;
    const payload = await jwtVerify(token, this.#keys, {
      ...{ issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['sub', 'exp'] },
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(this.#clock.now()),
    }).then(verified => verified.payload, refuse);
    const isOperator = holds(payload[operatorClaim.claim], operatorClaim.value);
    return {
      kind: 'token',
      id: payload.sub!,
      name: nameOf(payload),
      scope: isOperator ? 'operator' : 'partner',
      expiresAt: epochMs(payload.exp! * 1000),
    };
  }
}

/** The claim is the value, or a list (or words) with the value among them. */
function holds(claim: unknown, value: string): boolean {
  if (Array.isArray(claim)) return claim.includes(value);
  return typeof claim === 'string' && (claim === value || claim.split(' ').includes(value));
}

function nameOf({ name, preferred_username: user, email, sub }: JWTPayload): string {
  const given = [name, user, email].find(each => typeof each === 'string' && each !== '');
  return typeof given === 'string' ? given : sub!;
}

/** Of jose's errors only those about the token are the caller's. */
function refuse(error: unknown): never {
  const isOfToken = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && !(error instanceof errors.JWKSInvalid);
  if (isOfToken && error.code !== 'ERR_JOSE_GENERIC') throw new Fault('CALLER_UNKNOWN', `the token does not hold: ${error.message}`);
  const reason = error instanceof Error ? error.message : String(error);
  throw new Fault('ISSUER_UNAVAILABLE', `the token cannot be checked: ${reason}`, {}, { cause: error });
}
