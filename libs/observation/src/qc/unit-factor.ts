import { HOUR_MS } from '#hydrology';
import { DOUBTFUL, isTrusted, type Candidate, type Finding, type KnownValue } from './verdict.js';

/** Beyond this gap a river may have changed by any factor. */
const REACH_MS = 6 * HOUR_MS;
/** l/s against m³/s, ft³/s against m³/s. */
const FACTORS = [1000, 1 / 0.3048 ** 3];
/** A river changes a little meanwhile. */
const TOLERANCE = 0.1;
/** Below it a factor of a thousand is noise, m³/s. */
const SMALLEST = 0.01;

/**
 * A jump or a drop from the last trusted value by the factor between two units is doubtful: a sender that has changed from m³/s to
 * l/s, or back. Small rivers show it neither by range nor by rate.
 */
export function checkUnitFactor({ validTime, value }: Candidate, history: readonly KnownValue[]): Finding | null {
  const last = history.findLast(known => known.validTime < validTime && isTrusted(known.flag));
  if (last === undefined || validTime - last.validTime > REACH_MS || Math.max(value, last.value) < SMALLEST) return null;
  const [low, high] = [Math.min(value, last.value), Math.max(value, last.value)];
  if (low <= 0) return null;
  return FACTORS.some(factor => Math.abs(high / low / factor - 1) <= TOLERANCE) ? { flag: DOUBTFUL, source: 'UF' } : null;
}
