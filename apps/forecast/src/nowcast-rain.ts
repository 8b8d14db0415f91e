import type { FutureRain } from '#cycle';
import { windowAround, type RainWindow } from '#forcing';
import { HOUR_MS, MINUTE_MS, epochMs, toIso, type EpochMs, type Mesh, type RainGrid } from '#hydrology';
import { Nowcast } from '#nowcast';

/** How far ahead rain is carried along. */
const REACH_MS = 3 * HOUR_MS;
/** Rain whose newest grid is older than this, at the issue time, is no start for a nowcast: two hourly grids and their latency. */
export const TOO_OLD_MS = 2.25 * HOUR_MS;
const MOSAICS = 3;

interface Times {
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
}

/**
 * The rain of the next 3 h, carried along the motion of what was received on the mesh by the cut-off, from the newest grid on. Rain that comes
 * from beyond the mesh is not seen: such cells are NaN, and the forcing lets persistence stand in for them. Persistence with
 * its reason where grids are missing, of unequal length, or too old.
 */
export function nowcastRain(mesh: Mesh, received: readonly RainGrid[], times: Times): FutureRain {
  if (mesh.rows < 2 || mesh.columns < 2) return withoutNowcast('There is no nowcast', 'the mesh is a single row of cells');
  const place = {
    ...{ rows: mesh.rows, columns: mesh.columns, cellKm: Math.sqrt(mesh.areaM2[0]!) / 1000 },
    at: Int32Array.from({ length: mesh.cellCount }, (_, cell) => mesh.row[cell]! * mesh.columns + mesh.column[cell]!),
  };
  return carryOn({ place, onRaster: grid => onRaster(mesh, grid), none: 'There is no nowcast' }, received, times);
}

/** The same of mosaics on the window around the mesh, which see what comes. */
export function nowcastMosaics(
  mesh: Mesh,
  mosaics: readonly RainGrid[],
  times: Times,
): Extract<FutureRain, { kind: 'nowcast' | 'persistence' }> {
  const toRates = ({ values, durationMs }: RainGrid): Float32Array => values.map(depth => (depth * HOUR_MS) / durationMs);
  return carryOn(
    { place: windowAround(mesh), onRaster: toRates, none: 'There is no nowcast of the rain around the basin' },
    mosaics,
    times,
  );
}

interface Carrying {
  /** `at`: raster cell of each cell of the mesh. */
  readonly place: Pick<RainWindow, 'rows' | 'columns' | 'cellKm' | 'at'>;
  /** mm/h on the whole raster. */
  readonly onRaster: (grid: RainGrid) => Float32Array;
  /** How it is said that there is none. */
  readonly none: string;
}

function carryOn(
  { place, onRaster, none }: Carrying,
  received: readonly RainGrid[],
  { issueTime, asOf }: Times,
): Extract<FutureRain, { kind: 'nowcast' | 'persistence' }> {
  const grids = newestRun(received.filter(grid => grid.receivedAt <= asOf && grid.validTime <= issueTime));
  const [newest] = grids;
  if (newest === undefined || grids.length < 2) return withoutNowcast(none, 'two successive grids of rain are needed');
  if (issueTime - newest.validTime > TOO_OLD_MS) return withoutNowcast(none, `the newest rain is of ${toIso(newest.validTime)}`);
  const { durationMs, validTime } = newest;
  const steps = Math.ceil((issueTime - validTime + REACH_MS) / durationMs);
  const { rows, columns, cellKm, at } = place;
  const mosaics = grids.map(onRaster).reverse();
  const nowcast = new Nowcast({ rows, columns, steps, mosaics, cellKm, stepMinutes: durationMs / MINUTE_MS });
  const hours = durationMs / HOUR_MS;
  const rain = Array.from({ length: steps }, (_, step) => {
    const rates = nowcast.mean(step);
    const values = Float32Array.from(at, cell => rates[cell]! * hours);
    return { validTime: epochMs(validTime + (step + 1) * durationMs), durationMs, receivedAt: asOf, values };
  });
  return { kind: 'nowcast', rain };
}

const withoutNowcast = (none: string, why: string) => ({ kind: 'persistence' as const, because: `${none}: ${why}` });

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
