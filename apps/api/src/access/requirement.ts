import { SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { AccessMode } from '#config';

/**
 * What a route asks of its caller: nothing at all, not even who it is; to say who it is, if anybody; to be allowed to
 * read; to be an operator.
 */
export type Requirement = 'nothing' | 'identity' | 'read' | 'operator';

const REQUIREMENT = 'requirement';

/** Says what a route asks where its method does not: a GET reads, everything else is an operator’s. */
export const Requires = (requirement: Requirement): MethodDecorator & ClassDecorator => SetMetadata(REQUIREMENT, requirement);

type Handler = (...args: never[]) => unknown;

/** What a route asks; one that says nothing is judged by its method, so that a new act cannot be left open. */
export function requirementOf(handler: Handler, method: string): Requirement {
  const said = new Reflector().get<Requirement | undefined>(REQUIREMENT, handler);
  return said ?? (method === 'GET' || method === 'HEAD' ? 'read' : 'operator');
}

export const requirementIn = (context: ExecutionContext): Requirement =>
  requirementOf(context.getHandler() as Handler, context.switchToHttp().getRequest<{ method: string }>().method);

/** Does this need somebody known, in this mode? */
export const needsCaller = (requirement: Requirement, mode: AccessMode): boolean =>
  mode !== 'open' && (requirement === 'operator' || (requirement === 'read' && mode === 'closed'));
