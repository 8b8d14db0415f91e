const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const two = (n: number): string => String(n).padStart(2, '0');

/** 13:15, in UTC like every time of the console. */
export function formatTime(ms: number): string {
  const time = new Date(ms);
  return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
}

/** Tue 4 Nov */
export function formatDay(ms: number): string {
  const time = new Date(ms);
  return `${DAYS[time.getUTCDay()] ?? ''} ${time.getUTCDate()} ${MONTHS[time.getUTCMonth()] ?? ''}`;
}

/** Tue 4 Nov 2014 */
export const formatDate = (ms: number): string => `${formatDay(ms)} ${new Date(ms).getUTCFullYear()}`;

/** 13:15 on the day of `reference`, Wed 5 Nov 01:00 on any other. */
export function formatStamp(ms: number, reference: number): string {
  return Math.floor(ms / DAY_MS) === Math.floor(reference / DAY_MS) ? formatTime(ms) : `${formatDay(ms)} ${formatTime(ms)}`;
}

/** A duration as it is said: 45 s, 15 min, 2 h 05, 3 d 4 h. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  if (size < MINUTE_MS) return `${Math.round(size / 1000)} s`;
  const minutes = Math.round(size / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  if (size < DAY_MS) return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)}`;
  const hours = Math.round(size / HOUR_MS);
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** "in 1 h 45" before an event, "1 h 45 ago" after it, "now" within half a minute. */
export function formatWhen(ms: number, now: number): string {
  if (Math.abs(ms - now) < MINUTE_MS / 2) return 'now';
  return ms > now ? `in ${formatDuration(ms - now)}` : `${formatDuration(now - ms)} ago`;
}

/** Three significant digits at most, as many as a rating curve deserves: 0.42, 8.42, 57.3, 214. */
export function formatDischarge(m3s: number | null | undefined): string {
  if (m3s === null || m3s === undefined || !Number.isFinite(m3s)) return '–';
  if (m3s >= 99.95) return String(Math.round(m3s));
  return m3s.toFixed(m3s >= 9.995 ? 1 : 2);
}

/** A chance in whole per cent; the ends are never written as certainty. */
export function formatChance(p: number): string {
  if (p > 0.99) return '> 99 %';
  return p < 0.01 ? '< 1 %' : `${Math.round(p * 100)} %`;
}

/** 12.4 mm, and 0.4 mm below one. */
export const formatRain = (mm: number): string => `${mm.toFixed(1)} mm`;

/** What became of the radar rain, and between which factors 90 % of the estimate lie. */
export function sayAdjustment({
  message,
  low,
  high,
  pairs,
}: {
  readonly message: string;
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}): string {
  return pairs === 0 ? `${message}.` : `${message} (90 % from ${low.toFixed(2)} to ${high.toFixed(2)}).`;
}
