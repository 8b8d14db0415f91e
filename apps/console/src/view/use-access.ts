import { useEffect, useState } from 'preact/hooks';
import type { AccessReply } from '#contracts';
import type { Client } from '../client.js';
import type { Live } from '../live.js';
import { credentialsOf, keepKey, recallKey } from '../session.js';
import type { SignIn } from './sign-in.js';

export interface Access {
  /** Null until it is known. */
  readonly access: AccessReply | null;
  readonly signIn: SignIn;
}

/** What this tab may do, and signing in and out. A key that does not hold is not kept. */
export function useAccess(client: Client, live: Pick<Live, 'reopen'>): Access {
  const [access, setAccess] = useState<AccessReply | null>(null);
  const signIn: SignIn = async key => {
    setAccess(await client.readAccess(credentialsOf(key)));
    keepKey(key);
    live.reopen();
  };
  useEffect(() => {
    client.readAccess().then(setAccess, () => {
      // a key that no longer holds, or no server: the banner says which, and the form asks again
      if (recallKey() !== null) signIn(null).catch(() => undefined);
    });
  }, []);
  return { access, signIn };
}
