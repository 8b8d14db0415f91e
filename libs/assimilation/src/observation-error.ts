import { choleskyFactor, solveLower, solveLowerTransposed } from './cholesky.js';
import type { ObservationErrorModel } from './settings.js';

/** Observations of one gauge inside the window. */
export interface GaugeObservations {
  /** Row of the kernel's discharge. */
  readonly row: number;
  /** Step of the window that ends at each observation. */
  readonly steps: readonly number[];
  /** m³/s */
  readonly values: readonly number[];
  /** m³/s added before the logarithm. */
  readonly offset: number;
}

/** Observations with the factor of their error covariance: R = L Lᵀ. */
export interface WeightedObservations extends GaugeObservations {
  readonly factor: Float64Array;
}

export function weighObservations(gauge: GaugeObservations, model: ObservationErrorModel, stepMs: number): WeightedObservations {
  const n = gauge.steps.length;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const apart = Math.abs(gauge.steps[i]! - gauge.steps[j]!) * stepMs;
      const correlated = model.parts.reduce((sum, [share, eFold]) => sum + share * Math.exp(-apart / eFold), 0);
      covariance[i * n + j] = model.sd ** 2 * (correlated + (i === j ? model.white ** 2 : 0));
    }
  }
  return { ...gauge, factor: choleskyFactor(covariance, n) };
}

/** ½ dᵀ R⁻¹ d of the log departures of one gauge; adds ∂/∂Q to `adjoint` when given. */
export function departureCost(gauge: WeightedObservations, discharge: Float64Array, steps: number, adjoint?: Float64Array): number {
  const base = gauge.row * steps;
  const departures = gauge.steps.map((step, k) => Math.log((discharge[base + step]! + gauge.offset) / (gauge.values[k]! + gauge.offset)));
  const white = solveLower(gauge.factor, departures);
  if (adjoint !== undefined) {
    const weighted = solveLowerTransposed(gauge.factor, white);
    gauge.steps.forEach((step, k) => (adjoint[base + step]! += weighted[k]! / (discharge[base + step]! + gauge.offset)));
  }
  return 0.5 * white.reduce((sum, value) => sum + value * value, 0);
}
