import type { Request } from 'express';
import type { Fault } from '#errors';
import type { EpochMs } from '#hydrology';
import type { KeyScope } from '#store';

/** Somebody whose key or token holds. */
export interface Caller {
  readonly kind: 'key' | 'token';
  /** Id of the key, subject of the token. */
  readonly id: string;
  readonly name: string;
  readonly scope: KeyScope;
  readonly expiresAt: EpochMs;
}

/** What a request said of its caller: nothing, something that holds, or something that does not. */
export type Presented =
  { readonly kind: 'nothing' } | { readonly kind: 'known'; readonly caller: Caller } | { readonly kind: 'refused'; readonly fault: Fault };

const NOTHING: Presented = Object.freeze({ kind: 'nothing' });
const presented = new WeakMap<Request, Presented>();

/** Kept beside the request, where no header can put it. */
export const rememberCaller = (request: Request, found: Presented): void => {
  presented.set(request, found);
};

export const presentedBy = (request: Request): Presented => presented.get(request) ?? NOTHING;

/** Null where nobody is known. */
export function callerOf(request: Request): Caller | null {
  const found = presentedBy(request);
  return found.kind === 'known' ? found.caller : null;
}
