import { NEVER, exhaustMap, filter, from, interval, take, type Observable } from 'rxjs';
import { isFault } from '#errors';
import { keyHolds } from '#store';
import type { ApiContext } from '../api-context.js';
import type { Caller } from './caller.js';

/** A revoked key hears no longer than this. */
const LOOK_MS = 2_000;

/** Tells once when the key or token that somebody was let in with holds no longer; never for whoever needed none. */
export function endOfAccess(context: Pick<ApiContext, 'pool' | 'machineClock'>, caller: Caller | null): Observable<unknown> {
  if (caller === null) return NEVER;
  return interval(LOOK_MS).pipe(
    exhaustMap(() => from(stillHolds(context, caller))),
    filter(holds => !holds),
    take(1),
  );
}

async function stillHolds({ pool, machineClock }: Pick<ApiContext, 'pool' | 'machineClock'>, caller: Caller): Promise<boolean> {
  const now = machineClock.now();
  if (now >= caller.expiresAt) return false;
  if (caller.kind === 'token') return true; // nobody revokes a token: that is why it is short-lived
  return keyHolds(pool, caller.id, now).catch((error: unknown) => {
    if (isFault(error) && error.code === 'SQL_UNAVAILABLE') return true; // nothing can be revoked there now; its expiry is known here
    throw error;
  });
}
