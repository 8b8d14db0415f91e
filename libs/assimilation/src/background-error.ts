import { choleskyFactor } from './cholesky.js';
import type { ControlLayout } from './control.js';
import type { AssimilationSettings, ZonePrior } from './settings.js';

/** A control that may not move still needs a variance for the factor to exist. */
const LEAST_SD = 1e-4;

/**
 * Factor L of the background error covariance, B = L Lᵀ: v = L χ turns controls into variables of unit variance (the usual
 * preconditioning of variational assimilation). Correlated: rain factors of successive blocks, the same control of two zones.
 * A zone whose own gauge is not assimilated keeps only `ungaugedShare` of its standard deviations.
 */
export function backgroundFactor(settings: AssimilationSettings, control: ControlLayout, gauged: readonly boolean[]): Float64Array {
  const n = control.size;
  const sd = Float64Array.from({ length: n }, (_, k) => {
    const zone = Math.floor(k / control.perZone);
    return Math.max(LEAST_SD, sdOf(settings.priors[zone]!, k % control.perZone, control) * (gauged[zone] === true ? 1 : UNGAUGED_SHARE));
  });
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) covariance[i * n + j] = sd[i]! * sd[j]! * correlation(settings, control, i, j);
  }
  return choleskyFactor(covariance, n);
}

/**
 * Increments where no own gauge speaks were measured to harm (withheld gauges 3 to 31 % worse than the free run), so such a
 * zone is left alone.
 */
const UNGAUGED_SHARE = 0;

function sdOf(prior: ZonePrior, k: number, { blocks }: ControlLayout): number {
  if (k < blocks) return prior.rain;
  return [prior.production, prior.transfer, prior.channel][k - blocks]!;
}

function correlation(settings: AssimilationSettings, { perZone, blocks }: ControlLayout, i: number, j: number): number {
  const between = Math.floor(i / perZone) === Math.floor(j / perZone) ? 1 : settings.zoneCorrelation;
  const [a, b] = [i % perZone, j % perZone];
  if (a === b) return between;
  if (a >= blocks || b >= blocks || settings.rainMemoryMs === 0) return 0;
  return between * Math.exp((-Math.abs(a - b) * settings.rainBlockMs) / settings.rainMemoryMs);
}
