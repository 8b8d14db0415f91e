import { HOUR_MS, type EpochMs } from '#hydrology';
import { DOUBTFUL, MISSING, RELIABLE, UNRELIABLE, type Quality } from './verdict.js';

/**
 * Checks of a rain gauge by their flag source: HX more than ever fell, SX more than falls here, SR the same reading for long, TS stamped
 * after it was received; not of Delft-FEWS is BL, blocked: dry while the radar over it saw plenty.
 */
export const RAIN_FLAG_SOURCES = ['HX', 'SX', 'SR', 'TS', 'BL'] as const;
export type RainFlagSource = (typeof RAIN_FLAG_SOURCES)[number];

/** What is plausible at a rain gauge. */
export interface RainGaugeLimits {
  /** Above it a depth cannot be true, and is doubtful; mm/h over a quarter of an hour or more. */
  readonly hardMax: number;
  readonly softMax: number;
  /** The same wet reading may last so long. */
  readonly sameReadingMs: number;
  /** Radar depth over the gauge that cannot pass by a gauge that sees nothing, mm, and the time over which both are summed. */
  readonly blockedMm: number;
  readonly blockedWindowMs: number;
  readonly off: readonly RainFlagSource[];
}

/**
 * An hour of 401 mm is the most that was ever measured (Shangdi, 1975); 100 mm in an hour falls somewhere in a country once in years.
 * A bucket that tips in tenths may say the same twice or thrice, not for hours.
 */
export const RAIN_GAUGE_LIMITS: RainGaugeLimits = Object.freeze({
  ...{ hardMax: 450, softMax: 120, sameReadingMs: 3 * HOUR_MS, blockedMm: 5, blockedWindowMs: 3 * HOUR_MS, off: [] },
});

export interface RainDepth {
  readonly validTime: EpochMs;
  readonly durationMs: number;
  /** mm; null = reported as missing. */
  readonly value: number | null;
}

/** What was known when a depth was received. */
export interface RainSurroundings {
  /** Of the same gauge, before it, ascending. */
  readonly history: readonly RainDepth[];
  /** Radar at the cell under the gauge, mm, NaN = not seen. */
  readonly radar: readonly RainDepth[];
  readonly receivedAt: EpochMs;
}

/** Shorter accumulations tip in bursts: their rate is taken over a quarter of an hour. */
const SHORTEST_MS = HOUR_MS / 4;
/** Less than this the same again says nothing, mm. */
const NOTABLE_MM = 0.5;

/** Judges a depth by what was known when it was received: the worst flag found and every check that spoke. */
export function judgeRainDepth(depth: RainDepth, around: RainSurroundings, limits: RainGaugeLimits): Quality {
  if (depth.value === null) return { flag: MISSING, flagSource: '' };
  const found = CHECKS.filter(({ source, finds }) => !limits.off.includes(source) && finds(depth as Measured, around, limits));
  const flag = found.reduce<Quality['flag']>((worst, { flag }) => (flag > worst ? flag : worst), RELIABLE);
  return { flag, flagSource: found.map(({ source }) => source).join(' ') };
}

type Measured = RainDepth & { readonly value: number };

interface Check {
  readonly source: RainFlagSource;
  readonly flag: Quality['flag'];
  readonly finds: (depth: Measured, around: RainSurroundings, limits: RainGaugeLimits) => boolean;
}

const CHECKS: readonly Check[] = [
  { source: 'HX', flag: UNRELIABLE, finds: (depth, _, { hardMax }) => rateOf(depth) > hardMax },
  { source: 'SX', flag: DOUBTFUL, finds: (depth, _, { softMax, hardMax }) => rateOf(depth) > softMax && rateOf(depth) <= hardMax },
  { source: 'SR', flag: DOUBTFUL, finds: isStuck },
  { source: 'TS', flag: UNRELIABLE, finds: ({ validTime }, { receivedAt }) => validTime > receivedAt },
  { source: 'BL', flag: DOUBTFUL, finds: isBlocked },
];

const rateOf = ({ value, durationMs }: Measured): number => (value * HOUR_MS) / Math.max(durationMs, SHORTEST_MS);

/** The same wet reading again and again, for longer than allowed; three in a row at least. */
function isStuck({ value, validTime, durationMs }: Measured, { history }: RainSurroundings, { sameReadingMs }: RainGaugeLimits): boolean {
  if (value < NOTABLE_MM) return false;
  let [since, count] = [validTime - durationMs, 1];
  for (let k = history.length - 1; k >= 0 && history[k]!.value === value && history[k]!.validTime >= since; k--) {
    since = Math.min(since, history[k]!.validTime - history[k]!.durationMs);
    count++;
  }
  return count > 2 && validTime - since > sameReadingMs;
}

/** The gauge was dry all through the window of which the radar saw plenty; a gauge that was not there all the time is not judged. */
function isBlocked({ value, validTime, durationMs }: Measured, { history, radar }: RainSurroundings, limits: RainGaugeLimits): boolean {
  if (value > 0) return false;
  const from = validTime - limits.blockedWindowMs;
  const within = (one: RainDepth): boolean => one.validTime - one.durationMs >= from && one.validTime <= validTime;
  const before = history.filter(one => within(one) && one.validTime < validTime);
  if (before.some(one => one.value === null || one.value > 0)) return false;
  const dryMs = before.reduce((sum, one) => sum + one.durationMs, durationMs);
  if (dryMs < limits.blockedWindowMs) return false;
  const seen = radar.filter(one => within(one) && one.value !== null && one.value >= 0);
  return seen.reduce((sum, one) => sum + one.value!, 0) >= limits.blockedMm;
}
