import { MINUTE_MS } from '#hydrology';

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Epoch ms of an ISO 8601 time; NaN for what is none, the 31st of February too. A date alone is 00:00, a time without a zone is
 * `zoneMinutes` east of Greenwich. Zones with or without a colon.
 */
export function readTime(text: string, zoneMinutes = 0): number {
  const match = ISO.exec(text);
  if (match === null) return NaN;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  return utcOf({ year, month, day, hour, minute, second }) - zoneOf(match[7], zoneMinutes) * MINUTE_MS;
}

export interface CalendarTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** NaN unless every part is in its range. */
export function utcOf({ year, month, day, hour, minute, second }: CalendarTime): number {
  if (month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return NaN;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day ? ms : NaN;
}

function zoneOf(zone: string | undefined, otherwise: number): number {
  if (zone === undefined) return otherwise;
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** A plausible time for a message. */
export const sayTime = (time: number): string => `${new Date(time).toISOString().slice(0, 16)}Z`;
