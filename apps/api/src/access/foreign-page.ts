import type { Request } from 'express';
import type { AccessSettings } from '#config';

/** Names that no other machine can have, whatever its DNS says. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * The origin of a web page that must not act here, null for everybody else. Where nothing needs a key any page that is open
 * on this machine could act through its browser, which says so in `Origin`: only the console of this very address may, and
 * pages that are named. Programs send no `Origin`; a key travels in a header that no other page can set.
 */
export function foreignPage(request: Request, { mode, corsOrigins }: Pick<AccessSettings, 'mode' | 'corsOrigins'>): string | null {
  const origin = request.get('origin');
  if (mode !== 'open' || origin === undefined || corsOrigins.includes(origin)) return null;
  const page = URL.canParse(origin) ? new URL(origin) : null;
  // the name must be the machine's own: a page whose name was turned to 127.0.0.1 has a Host that fits
  return page !== null && page.host === request.get('host') && LOOPBACK.test(page.hostname) ? null : origin;
}
