import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Fault, isFault } from '#errors';
import { toIso } from '#hydrology';
import { checkApiKey } from '#store';
import { InjectContext, type ApiContext } from '../api-context.js';
import { rememberCaller, type Presented } from './caller.js';
import { requirementIn } from './requirement.js';
import { TokenVerifier } from './token-verifier.js';

export const KEY_HEADER = 'x-api-key';

/** Finds out who asks and refuses nobody yet: whoever guesses keys is counted by address first. */
export class IdentifyGuard implements CanActivate {
  readonly #tokens: TokenVerifier | null;

  constructor(@InjectContext() private readonly context: ApiContext) {
    const { oidc } = context.access;
    this.#tokens = oidc === null ? null : new TokenVerifier(oidc, context.machineClock);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    // probes are answered whatever they carry, and while the database is away
    if (this.context.access.mode === 'open' || requirementIn(context) === 'nothing') return true;
    rememberCaller(request, await this.#identify(request));
    return true;
  }

  async #identify(request: Request): Promise<Presented> {
    const key = request.get(KEY_HEADER);
    const authorization = request.get('authorization');
    if (key !== undefined) return this.#checkKey(key);
    if (authorization === undefined) return { kind: 'nothing' };
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (token === undefined) return refused('Authorization must be "Bearer" and a token');
    return this.#checkToken(token);
  }

  async #checkKey(text: string): Promise<Presented> {
    const verdict = await checkApiKey(this.context.pool, text, this.context.machineClock.now());
    if (verdict.kind === 'unknown') return refused('the key is not known');
    const { key } = verdict;
    if (verdict.kind === 'revoked') return refused(`the key ${key.id} was revoked`);
    if (verdict.kind === 'expired') return refused(`the key ${key.id} expired at ${toIso(key.expiresAt)}`);
    const { id, name, scope, expiresAt } = key;
    return { kind: 'known', caller: { kind: 'key', id, name, scope, expiresAt } };
  }

  async #checkToken(token: string): Promise<Presented> {
    if (this.#tokens === null) return refused('this system takes no bearer tokens; send a key in X-API-Key');
    try {
      return { kind: 'known', caller: await this.#tokens.verify(token) };
    } catch (fault) {
      if (isFault(fault) && fault.code === 'CALLER_UNKNOWN') return { kind: 'refused', fault };
      throw fault;
    }
  }
}

const refused = (message: string): Presented => ({ kind: 'refused', fault: new Fault('CALLER_UNKNOWN', message) });
