import { epochMs, type EpochMs, type RainGrid } from '#hydrology';

/** Rain of an interval as a run of a weather model expects it. */
export interface RunGrid extends RainGrid {
  readonly issued: EpochMs;
}

/**
 * The rain of each interval of runs that give sums: models write what has fallen since the issue (or since a reset), so of sums that begin at one
 * time each is taken off the next. Where a sum falls by rounding, the rain is 0. A newer run counts as received later, so that it stands where two
 * runs say something.
 */
export function deaccumulate(grids: readonly RunGrid[]): RainGrid[] {
  const series = new Map<string, RunGrid[]>();
  for (const grid of grids) {
    const key = `${grid.issued}/${grid.validTime - grid.durationMs}`;
    series.set(key, [...(series.get(key) ?? []), grid]);
  }
  return [...series.values()].flatMap(sums => {
    const ascending = sums.toSorted((a, b) => a.durationMs - b.durationMs);
    return ascending.map((sum, k) => increment(sum, ascending[k - 1]));
  });
}

function increment({ issued, validTime, durationMs, values }: RunGrid, before: RunGrid | undefined): RainGrid {
  const receivedAt = epochMs(issued);
  if (before === undefined) return { validTime, durationMs, receivedAt, values };
  const rest = values.map((sum, cell) => Math.max(0, sum - before.values[cell]!));
  return { validTime, durationMs: durationMs - before.durationMs, receivedAt, values: rest };
}
