import type { StationId } from '#hydrology';

/**
 * A gauge upstream of another. Its error arrives there `lagMs` later, `gain` times as large: more than once, since the ground
 * between the gauges errs in part like that above.
 */
export interface UpstreamLink {
  readonly station: StationId;
  readonly upstream: StationId;
  readonly gain: number;
  readonly lagMs: number;
}

/** Error of the free run at a gauge at any time (observed − run), m³/s: seen in the past, expected in the future. */
export type ErrorCourse = (time: number) => number;

export const noError: ErrorCourse = () => 0;

/**
 * The course through the errors seen at their stamps: linear between them (errors, never discharges, are interpolated),
 * `expected` after the newest, zero before the first.
 */
export function errorCourse(seen: readonly { readonly time: number; readonly error: number }[], expected: ErrorCourse): ErrorCourse {
  return time => {
    const after = seen.findIndex(one => one.time >= time);
    if (after < 0) return expected(time);
    const [a, b] = [seen[after - 1], seen[after]!];
    if (b.time === time) return b.error;
    return a === undefined ? 0 : a.error + ((time - a.time) / (b.time - a.time)) * (b.error - a.error);
  };
}

/** What arrives at the lower gauge of a link. */
export const arriveFrom =
  (upstream: ErrorCourse, { gain, lagMs }: UpstreamLink): ErrorCourse =>
  time =>
    gain * upstream(time - lagMs);
