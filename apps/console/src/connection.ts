import { formatDuration, formatStamp } from './format.js';

/** What the page knows about its line to the server. Times are of the browser's monotonic clock, never of the device's calendar. */
export interface Connection {
  readonly streaming: boolean;
  /** Refreshes that failed since the last that succeeded. */
  readonly failures: number;
  readonly lastReplyAt: number | null;
  readonly problem: string | null;
  /** The server answers, but not to whoever sits here: nothing is shown until somebody signs in. */
  readonly refused: boolean;
}

export const DISCONNECTED: Connection = Object.freeze({ streaming: false, failures: 0, lastReplyAt: null, problem: null, refused: false });

export type Line = 'connecting' | 'live' | 'polling' | 'lost';

/** A reply this old without a failure (a hanging server, a sleeping laptop) is a lost line as well. */
const STALE_REPLY_MS = 30_000;

export function lineOf(connection: Connection, at: number): Line {
  if (connection.refused) return 'connecting';
  if (connection.lastReplyAt === null) return connection.failures > 0 ? 'lost' : 'connecting';
  if (connection.failures > 0 || at - connection.lastReplyAt > STALE_REPLY_MS) return 'lost';
  return connection.streaming ? 'live' : 'polling';
}

/** The sentence of the banner, null while the line holds. `shownNow` is the system's clock at the last reply. */
export function sayLost(connection: Connection, at: number, shownNow: number | null): string | null {
  if (lineOf(connection, at) !== 'lost') return null;
  if (connection.lastReplyAt === null || shownNow === null) return 'The server does not answer. Nothing can be shown; trying again.';
  const age = formatDuration(at - connection.lastReplyAt);
  return `No answer for ${age}. What you see is as of ${formatStamp(shownNow, shownNow)} UTC on the system’s clock and is not being updated.`;
}
