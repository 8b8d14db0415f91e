import { stampOf, type RainGaugeSeries, type RainGrid, type TimeGrid } from '#hydrology';
import { coverSteps } from '../cover-steps.js';

/** From this flag of Delft-FEWS on a value is doubtful, unreliable or missing. */
const DOUBTFUL = 3;

/**
 * Depth of a gauge in each step, mm; NaN where values do not tile the whole step, or one of them is doubted. A value longer than a
 * step says nothing of a step.
 */
export function gaugeSums(time: TimeGrid, { times, durationsMs, depths, flags }: RainGaugeSeries): Float64Array {
  const sums = new Float64Array(time.count);
  const coveredMs = new Float64Array(time.count);
  for (let k = 0; k < times.length; k++) {
    const step = Math.ceil((times[k]! - time.start) / time.stepMs) - 1;
    if (step < 0 || step >= time.count || flags[k]! >= DOUBTFUL) continue;
    if (times[k]! - durationsMs[k]! < time.start + step * time.stepMs) continue;
    sums[step]! += depths[k]!;
    coveredMs[step]! += durationsMs[k]!;
  }
  return sums.map((sum, step) => (coveredMs[step] === time.stepMs ? sum : NaN));
}

/** Radar depth at each of the cells in each step, mm, [cell][step]; NaN where no grid covers the step or the cell was not seen. */
export function radarSums(time: TimeGrid, radar: readonly RainGrid[], cells: readonly number[]): Float64Array[] {
  const covered = coverSteps(time, radar);
  return cells.map(cell =>
    Float64Array.from(covered, parts => {
      if (parts === null) return NaN;
      let depth = 0;
      for (const { grid, factor } of parts) depth += factor * (grid.values[cell] ?? NaN);
      return depth >= 0 && depth < Infinity ? depth : NaN;
    }),
  );
}

/** What one gauge and the radar over it saw in one step, mm. */
export interface Pair {
  readonly gauge: number;
  readonly gaugeMm: number;
  readonly radarMm: number;
}

/** The pairs of each step in which both saw at least `minimumMm`. */
export function pairSteps(time: TimeGrid, gauges: readonly Float64Array[], radar: readonly Float64Array[], minimumMm: number): Pair[][] {
  return Array.from({ length: time.count }, (_, step) =>
    gauges.flatMap((sums, gauge): Pair[] => {
      const [gaugeMm, radarMm] = [sums[step]!, radar[gauge]![step]!];
      return gaugeMm >= minimumMm && radarMm >= minimumMm ? [{ gauge, gaugeMm, radarMm }] : [];
    }),
  );
}

/** The last step that any of the sums covers, as its stamp; null when none does. */
export function newestOf(time: TimeGrid, sums: readonly Float64Array[]): number | null {
  const last = Math.max(-1, ...sums.map(series => series.findLastIndex(depth => !Number.isNaN(depth))));
  return last < 0 ? null : stampOf(time, last);
}
