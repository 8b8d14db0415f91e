import type { FutureRain } from '#cycle';
import { HOUR_MS, MINUTE_MS, epochMs, toIso, type EpochMs, type Mesh, type RainGrid } from '#hydrology';
import { Nowcast } from '#nowcast';

/** How far ahead rain is carried along. */
const REACH_MS = 3 * HOUR_MS;
/** Rain whose newest grid is older than this, at the issue time, is no start for a nowcast: two hourly grids and their latency. */
const TOO_OLD_MS = 2.25 * HOUR_MS;
const MOSAICS = 3;

/**
 * The rain of the next 3 h, carried along the motion of what was received by the cut-off, from the newest grid on. The grids are those of the mesh, so
 * rain that comes from beyond it is not seen: such cells are NaN, and the forcing lets persistence stand in for them. Persistence with
 * its reason where grids are missing, of unequal length, or too old.
 */
export function nowcastRain(
  mesh: Mesh,
  received: readonly RainGrid[],
  { issueTime, asOf }: { readonly issueTime: EpochMs; readonly asOf: EpochMs },
): FutureRain {
  const grids = newestRun(received.filter(grid => grid.receivedAt <= asOf && grid.validTime <= issueTime));
  const [newest] = grids;
  if (newest === undefined || grids.length < 2) return withoutNowcast('two successive grids of rain are needed');
  if (issueTime - newest.validTime > TOO_OLD_MS) return withoutNowcast(`the newest rain is of ${toIso(newest.validTime)}`);
  if (mesh.rows < 2 || mesh.columns < 2) return withoutNowcast('the mesh is a single row of cells');
  const { durationMs, validTime } = newest;
  const steps = Math.ceil((issueTime - validTime + REACH_MS) / durationMs);
  const nowcast = new Nowcast({
    ...{ rows: mesh.rows, columns: mesh.columns, steps },
    mosaics: grids.map(grid => onRaster(mesh, grid)).reverse(),
    cellKm: Math.sqrt(mesh.areaM2[0]!) / 1000,
    stepMinutes: durationMs / MINUTE_MS,
  });
  const rain = Array.from({ length: steps }, (_, step) => ({
    ...{ validTime: epochMs(validTime + (step + 1) * durationMs), durationMs, receivedAt: asOf },
    values: onMesh(mesh, nowcast.mean(step), durationMs),
  }));
  return { kind: 'nowcast', rain };
}

const withoutNowcast = (why: string): FutureRain => ({ kind: 'persistence', because: `There is no nowcast: ${why}` });

/** Up to three grids of one length that follow one another, the newest first; of revisions the one received last. */
function newestRun(received: readonly RainGrid[]): RainGrid[] {
  const latest = new Map<number, RainGrid>();
  for (const grid of [...received].sort((a, b) => a.receivedAt - b.receivedAt)) latest.set(grid.validTime, grid);
  const newest = latest.get(Math.max(...latest.keys()));
  const run: RainGrid[] = [];
  for (let grid = newest; grid !== undefined && run.length < MOSAICS; grid = latest.get(grid.validTime - grid.durationMs)) {
    if (grid.durationMs !== newest?.durationMs || !grid.values.some(depth => depth >= 0)) break;
    run.push(grid);
  }
  return run;
}

/** mm/h on the whole raster of the mesh; NaN off the mesh. */
function onRaster(mesh: Mesh, { values, durationMs }: RainGrid): Float32Array {
  const rates = new Float32Array(mesh.rows * mesh.columns).fill(NaN);
  for (let cell = 0; cell < mesh.cellCount; cell++) {
    const depth = values[cell]!;
    if (depth >= 0) rates[mesh.row[cell]! * mesh.columns + mesh.column[cell]!] = (depth * HOUR_MS) / durationMs;
  }
  return rates;
}

/** mm over the duration on the cells of the mesh. */
const onMesh = (mesh: Mesh, rates: Float32Array, durationMs: number): Float32Array =>
  Float32Array.from(
    { length: mesh.cellCount },
    (_, cell) => (rates[mesh.row[cell]! * mesh.columns + mesh.column[cell]!]! * durationMs) / HOUR_MS,
  );
