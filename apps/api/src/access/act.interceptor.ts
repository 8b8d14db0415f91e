import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { catchError, from, mergeMap, type Observable } from 'rxjs';
import { recordAct, recordActOutcome, type Actor } from '#store';
import { InjectContext, type ApiContext } from '../api-context.js';
import { refusalOf } from '../problem.filter.js';
import { callerOf } from './caller.js';
import { requirementIn } from './requirement.js';

const NOBODY: Actor = Object.freeze({ kind: 'nobody', id: '', name: '' });

/** Records every act of an operator, in the database and in the log: before it is done, and how it ended. What cannot be recorded is not done. */
export class ActInterceptor implements NestInterceptor {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (request.method === 'GET' || requirementIn(context) !== 'operator') return next.handle();
    const { statusCode } = http.getResponse<Response>();
    return from(this.#record(request)).pipe(
      mergeMap(seq =>
        next.handle().pipe(
          mergeMap(async (reply: unknown) => {
            await this.#end(seq, { status: statusCode, code: null });
            return reply;
          }),
          catchError(async (error: unknown) => {
            await this.#end(seq, refusalOf(error));
            throw error;
          }),
        ),
      ),
    );
  }

  async #record(request: Request): Promise<number> {
    const { pool, runKind, machineClock, logger } = this.context;
    const caller = callerOf(request);
    const actor: Actor = caller === null ? NOBODY : { kind: caller.kind, id: caller.id, name: caller.name };
    const address = request.ip ?? null;
    const act = `${request.method} ${(request.route as { readonly path: string }).path}`;
    const asked = { act, target: request.path, request: request.body as unknown };
    const seq = await recordAct(pool, { at: machineClock.now(), runKind, actor, address, ...asked });
    logger.info({ seq, actor, address, act, target: request.path }, 'an operator acts');
    return seq;
  }

  /** The act is over: a record that fails now is told in the log and changes nothing. */
  async #end(seq: number, outcome: { readonly status: number; readonly code: string | null }): Promise<void> {
    const { pool, machineClock, logger } = this.context;
    logger.info({ seq, ...outcome }, 'the act ended');
    await recordActOutcome(pool, seq, { at: machineClock.now(), ...outcome }).catch((error: unknown) => {
      logger.warn({ err: error, seq }, 'how an act ended could not be recorded');
    });
  }
}
