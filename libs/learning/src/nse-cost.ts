import type { Cost } from '#kernel';

/** Observed discharge beside the discharge of a run: `[station × steps + step]`, m³/s, NaN where nothing counts. */
export interface Target {
  readonly observed: Float64Array;
  readonly steps: number;
  /** Rows of `observed` that enter the cost. */
  readonly stations: readonly number[];
}

/** 1 − NSE averaged over the chosen stations, with its derivative by the discharge. */
export function nseCost({ observed, steps, stations }: Target): Cost {
  const scales = new Map(stations.map(station => [station, 1 / (squaredDeviations(observed, station, steps) * stations.length)]));
  return (discharge, adjoint) => {
    adjoint.fill(0);
    let cost = 0;
    for (const [station, scale] of scales) {
      for (let k = station * steps; k < (station + 1) * steps; k++) {
        const error = discharge[k]! - observed[k]!;
        if (Number.isNaN(observed[k]!)) continue;
        cost += scale * error * error;
        adjoint[k] = 2 * scale * error;
      }
    }
    return cost;
  };
}

function squaredDeviations(observed: Float64Array, station: number, steps: number): number {
  const values = observed.subarray(station * steps, (station + 1) * steps).filter(value => !Number.isNaN(value));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
