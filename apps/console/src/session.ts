const KEY = 'freshet.key';

/** The key or token entered in this tab; it is gone when the tab is closed. */
export function recallKey(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null; // storage may be refused: then one signs in again after each reload
  }
}

/** Null signs out. */
export function keepKey(key: string | null): void {
  try {
    if (key === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, key);
  } catch {
    // Said above.
  }
}

/** What a request carries: a key of Freshet by its own header, anything else as a bearer token. */
export function credentialsOf(key: string | null): Readonly<Record<string, string>> {
  if (key === null) return {};
  return key.startsWith('freshet_') ? { 'x-api-key': key } : { authorization: `Bearer ${key}` };
}
