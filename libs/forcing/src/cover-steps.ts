import type { RainGrid, TimeGrid } from '#hydrology';

/** A share of one received accumulation. */
export interface RainPart {
  readonly grid: RainGrid;
  /** Depth of the step = factor × depth of the grid. */
  readonly factor: number;
}

/**
 * The accumulations that make up each step, null where none do. A grid longer than a step is shared equally among its steps
 * (the four quarters of an hour); grids shorter than a step must tile it without a gap. Of two grids for one interval the one
 * received later counts; a step covered by a long grid and by short ones takes the one received later.
 */
export function coverSteps(time: TimeGrid, grids: readonly RainGrid[]): (readonly RainPart[] | null)[] {
  const covered = new Array<readonly RainPart[] | null>(time.count).fill(null);
  const shorter = new Map<number, Map<number, RainGrid>>();
  for (const grid of [...grids].sort((a, b) => a.receivedAt - b.receivedAt || a.validTime - b.validTime)) {
    if (grid.durationMs >= time.stepMs) shareAmongSteps(time, grid, covered);
    else collect(time, grid, shorter);
  }
  for (const [step, parts] of shorter) {
    const tiles = tile([...parts.values()], time.start + step * time.stepMs, time.stepMs);
    if (tiles !== null && newestReceipt(tiles) >= newestReceipt(covered[step] ?? [])) covered[step] = tiles;
  }
  return covered;
}

function shareAmongSteps(time: TimeGrid, grid: RainGrid, covered: (readonly RainPart[] | null)[]): void {
  const first = Math.ceil((grid.validTime - grid.durationMs - time.start) / time.stepMs);
  const last = Math.floor((grid.validTime - time.start) / time.stepMs) - 1;
  const part = [{ grid, factor: time.stepMs / grid.durationMs }];
  for (let step = Math.max(0, first); step <= Math.min(last, time.count - 1); step++) covered[step] = part;
}

function collect(time: TimeGrid, grid: RainGrid, shorter: Map<number, Map<number, RainGrid>>): void {
  const step = Math.floor((grid.validTime - grid.durationMs - time.start) / time.stepMs);
  if (step < 0 || step >= time.count) return;
  const parts = shorter.get(step) ?? new Map<number, RainGrid>();
  parts.set(grid.validTime, grid); // ascending receipt: the later revision replaces
  shorter.set(step, parts);
}

/** The grids that follow one another from `start` over the whole step, null when there is a gap or an overlap. */
function tile(grids: readonly RainGrid[], start: number, stepMs: number): readonly RainPart[] | null {
  let at = start;
  for (const grid of [...grids].sort((a, b) => a.validTime - b.validTime)) {
    if (grid.validTime - grid.durationMs !== at) return null;
    at = grid.validTime;
  }
  return at === start + stepMs ? grids.map(grid => ({ grid, factor: 1 })) : null;
}

const newestReceipt = (parts: readonly RainPart[]): number =>
  parts.reduce((newest, { grid }) => Math.max(newest, grid.receivedAt), -Infinity);
