import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Fault } from '#errors';
import { InjectContext, type ApiContext } from '../api-context.js';
import { presentedBy } from './caller.js';
import { foreignPage } from './foreign-page.js';
import { needsCaller, requirementIn } from './requirement.js';

/** Lets in whom the route allows. Something presented that does not hold is refused wherever it is read, also where nothing was needed. */
export class PermitGuard implements CanActivate {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const requirement = requirementIn(context);
    const presented = presentedBy(request);
    if (presented.kind === 'refused') this.#refuse(request, presented.fault);
    const foreign = requirement === 'operator' && request.method !== 'GET' ? foreignPage(request, this.context.access) : null;
    if (foreign !== null) this.#refuse(request, new Fault('ORIGIN_REFUSED', `a page of ${foreign} may not act here`));
    if (!needsCaller(requirement, this.context.access.mode)) return true;
    if (presented.kind === 'nothing') this.#refuse(request, new Fault('CALLER_UNKNOWN', 'this needs a key or a token'));
    const { caller } = presented;
    if (requirement === 'operator' && caller.scope !== 'operator')
      this.#refuse(request, new Fault('SCOPE_TOO_SMALL', `${caller.name} may read and do nothing else`));
    return true;
  }

  #refuse(request: Request, fault: Fault): never {
    const { method, ip: address, path } = request;
    this.context.logger.warn({ code: fault.code, method, path, address }, 'refused a caller');
    throw fault;
  }
}
