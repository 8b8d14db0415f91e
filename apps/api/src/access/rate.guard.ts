import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Fault } from '#errors';
import { InjectContext, type ApiContext } from '../api-context.js';
import { callerOf } from './caller.js';
import { requirementIn } from './requirement.js';

const WINDOW_SECONDS = 60;

/**
 * Counts the requests of each caller in this process, all routes together; who is not known, or gives a wrong key, is
 * counted by address. Probes are not counted.
 */
export class RateGuard implements CanActivate {
  readonly #limit: number;
  readonly #limiter: RateLimiterMemory | null;

  constructor(@InjectContext() { access: { requestsPerMinute } }: ApiContext) {
    this.#limit = requestsPerMinute ?? 0;
    this.#limiter = requestsPerMinute === null ? null : new RateLimiterMemory({ points: requestsPerMinute, duration: WINDOW_SECONDS });
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.#limiter === null || requirementIn(context) === 'nothing') return true;
    const http = context.switchToHttp();
    const response = http.getResponse<Response>();
    const counted = await this.#limiter.consume(trackerOf(http.getRequest<Request>())).catch((refusal: unknown) => {
      if (refusal instanceof RateLimiterRes) return refusal;
      throw refusal;
    });
    const seconds = Math.ceil(counted.msBeforeNext / 1000);
    response.setHeader('X-RateLimit-Limit', this.#limit);
    response.setHeader('X-RateLimit-Remaining', counted.remainingPoints);
    response.setHeader('X-RateLimit-Reset', seconds);
    if (counted.consumedPoints <= this.#limit) return true;
    response.setHeader('Retry-After', seconds);
    throw new Fault('RATE_EXCEEDED', `more than ${this.#limit} requests in a minute`);
  }
}

function trackerOf(request: Request): string {
  const caller = callerOf(request);
  return caller === null ? `address ${request.ip ?? ''}` : `${caller.kind} ${caller.id}`;
}
