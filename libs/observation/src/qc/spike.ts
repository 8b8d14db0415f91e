import { HOUR_MS } from '#hydrology';
import type { QcLimits } from './limits.js';
import { DOUBTFUL, isTrusted, type Finding, type KnownValue } from './verdict.js';

/** Neighbours further apart than this let a flood pass between them. */
const REACH_MS = 3 * HOUR_MS;
/** The noise of a station is that of this many values before. */
const NOISE_VALUES = 12;
/** Fewer triples than this tell no noise. */
const FEWEST_TRIPLES = 3;
/** A spike stands out by this many times the noise. */
const TIMES_NOISE = 10;
/** It is half as large again as both neighbours, or half of them. */
const SHARE = 0.5;
/** Its neighbours differ by less than this share of its height: the river came back to where it had been. */
const RETURN = 0.5;

/**
 * A value that stands out alone from the trusted value before it and from the one after it is doubtful. A flood does not do so: it
 * falls more slowly than it rose. Decided when the next value has come.
 * @param value the one that is judged
 * @param history values before it, ascending; the last trusted one is its neighbour, those before tell the noise
 * @param after the next value that is possible
 */
export function checkSpike(value: Spot, history: readonly KnownValue[], after: Spot, limits: QcLimits): Finding | null {
  const before = history.findLast(known => known.validTime < value.validTime && isTrusted(known.flag));
  if (before === undefined || after.validTime - before.validTime > REACH_MS) return null;
  const [low, high] = [Math.min(before.value, after.value), Math.max(before.value, after.value)];
  const above = value.value > high;
  const height = above ? value.value - high : low - value.value;
  if (height < limits.spikeMin || height < SHARE * (above ? high : low) || high - low > RETURN * height) return null;
  return height >= TIMES_NOISE * noiseOf(history, before) ? { flag: DOUBTFUL, source: 'SP' } : null;
}

type Spot = Pick<KnownValue, 'validTime' | 'value'>;

/** Median distance of a trusted value from the middle of its neighbours, m³/s; 0 where too few are known. */
function noiseOf(history: readonly KnownValue[], last: KnownValue): number {
  const known = history.filter(one => one.validTime <= last.validTime && isTrusted(one.flag)).slice(-NOISE_VALUES);
  const distances = known.slice(1, -1).map((one, k) => Math.abs(one.value - (known[k]!.value + known[k + 2]!.value) / 2));
  if (distances.length < FEWEST_TRIPLES) return 0;
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)]!;
}
