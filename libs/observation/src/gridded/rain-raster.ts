import { HOUR_MS, VARIABLES, toIso, type EpochMs, type PlacedGrid } from '#hydrology';
import { Refusal, reject, type Reject } from '../reject.js';
import type { ClutterMap } from './filters/clutter-map.js';
import type { RainFilter, RainFilters } from './filters/rain-filters.js';
import type { ReflectivityRelation } from './reflectivity.js';

/** One accumulation of rain on the raster of its source, over (from, to]. */
export interface RainRaster {
  readonly grid: PlacedGrid;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** mm over the interval (°C where temperature is read; then `from` and `to` are its one time), row-major, row 0 = north; NaN = not seen by any radar. What was seen and found dry is 0. */
  readonly depths: Float32Array;
  /** The source's own quality index, 0 … 1 as deep as `depths`; null where it gives none. */
  readonly quality: Float32Array | null;
  /** Cells (of spokes: rays) that each filter took out; only filters that are on. */
  readonly filtered?: Readonly<Partial<Record<RainFilter, Uint32Array>>>;
  /** The radar of a polar file, as the file names it, and the elevation of its sweep in degrees. */
  readonly radar?: { readonly id: string; readonly elevation: number };
  /** What it was decoded from, for a human: "ODIM_H5/V2_3 ACRR". */
  readonly product: string;
  /** When a forecast was issued; absent where the rain was measured or analysed. */
  readonly issued?: EpochMs;
}

/** Everything a file held: rasters, and by name what could not be taken. */
export interface RainDecoding {
  readonly rasters: readonly RainRaster[];
  readonly rejects: readonly Reject[];
}

/** How a file is read; what a source's file does not say must be said here. */
export interface RainReading {
  /** Of the file, in messages and for the time of a GeoTIFF. */
  readonly name: string;
  readonly receivedAt: EpochMs;
  /** Of a weather model's files: its air temperature at 2 m instead of rain. */
  readonly quantity?: 'temperature';
  /** Of files that hold a rate or an instant without a beginning. */
  readonly durationMs?: number;
  /** ODIM quantity or NetCDF variable, where a file holds several. */
  readonly variable?: string;
  /** Of an ensemble, 0 unless set. */
  readonly member?: number;
  readonly reflectivity: ReflectivityRelation;
  /** Cells of a lower quality index become missing; 0 takes all. */
  readonly minimumQuality: number;
  /** mm of one unit of a raster that has no unit of its own (GeoTIFF). */
  readonly unitMm: number;
  /** Side of the cells onto which polar data are brought, m. */
  readonly polarCellM: number;
  /** What takes out echoes that are no rain; absent = nothing. */
  readonly filters?: RainFilters;
  /** What the filter of clutter learns on, by grid; without it that filter finds nothing. */
  readonly clutterOn?: (grid: PlacedGrid) => ClutterMap;
  /** proj4 text of an EPSG code; undefined where it is not known. */
  readonly definitionOf: (epsg: number) => string | undefined;
}

/** More bytes, once unpacked, or more cells than any national mosaic has (the largest known: 6,400 × 5,600) are refused. */
export const MOST_BYTES = 256 * 1024 * 1024;
export const MOST_CELLS = 40_000_000;

/** @throws Refusal GRID_IMPLAUSIBLE unless both counts are positive, whole and together within MOST_CELLS. */
export function requirePlausibleShape(rows: number, columns: number): void {
  const whole = Number.isInteger(rows) && Number.isInteger(columns);
  if (whole && rows > 0 && columns > 0 && rows * columns <= MOST_CELLS) return;
  throw new Refusal('GRID_IMPLAUSIBLE', `says that it has ${rows} rows of ${columns} cells; up to ${MOST_CELLS} cells are read`);
}

/** @throws Refusal GRID_IMPLAUSIBLE for a place that is no number or a raster of another length than its grid. */
export function requirePlace({ grid, depths }: Pick<RainRaster, 'grid' | 'depths'>): void {
  const { xMin, yMax, xResolution, yResolution, rows, columns } = grid;
  const placed = [xMin, yMax, xMin + columns * xResolution, yMax - rows * yResolution].every(Number.isFinite);
  if (placed && xResolution > 0 && yResolution > 0 && depths.length === rows * columns) return;
  throw new Refusal('GRID_IMPLAUSIBLE', 'lies nowhere: its corner or the size of its cells is no number');
}

const EARLIEST = Date.UTC(1990, 0, 1);
/** Clocks differ, and some products are stamped by the end of a period that still runs. */
const AHEAD_MS = HOUR_MS;

/**
 * @throws Refusal TIME_IMPLAUSIBLE for an interval before 1990, one that ends more than an hour after receipt, one that is not
 * ascending, or one longer than 40 days; DURATION_UNKNOWN for one without length.
 */
export function requirePlausibleInterval(from: EpochMs, to: EpochMs, receivedAt: EpochMs): void {
  if (!(from >= EARLIEST) || !(to <= receivedAt + AHEAD_MS) || !(to >= from) || to - from > 40 * 24 * HOUR_MS) {
    const [start, end] = [sayTime(from), sayTime(to)];
    throw new Refusal('TIME_IMPLAUSIBLE', `says that it covers (${start}, ${end}], received ${sayTime(receivedAt)}; correct the clock`);
  }
  if (to === from) throw new Refusal('DURATION_UNKNOWN', 'does not say over which time its rain fell; set `duration` of the source');
}

/** Longer leads are no weather forecast. */
const LONGEST_LEAD_MS = 20 * 24 * HOUR_MS;

/** @throws Refusal TIME_IMPLAUSIBLE for a forecast that was issued before 1990 or after its receipt, or is not about the time after its issue. */
export function requirePlausibleForecast(
  of: { readonly issued: EpochMs; readonly from: EpochMs; readonly to: EpochMs },
  receivedAt: EpochMs,
): void {
  const { issued, from, to } = of;
  if (issued >= EARLIEST && issued <= receivedAt + AHEAD_MS && from >= issued && to > from && to - issued <= LONGEST_LEAD_MS) return;
  throw new Refusal(
    'TIME_IMPLAUSIBLE',
    `says that it was issued at ${sayTime(issued)} for (${sayTime(from)}, ${sayTime(to)}], received ${sayTime(receivedAt)}`,
  );
}

const sayTime = (time: number): string => (Math.abs(time) < 8.64e15 ? toIso(time as EpochMs) : 'no date');

/** Cells of less than `minimum` quality become missing, in place. */
export function dropPoorCells(depths: Float32Array, quality: Float32Array | null, minimum: number): void {
  if (quality === null || minimum <= 0) return;
  for (let k = 0; k < depths.length; k++) if (!(quality[k]! >= minimum)) depths[k] = NaN;
}

/**
 * Impossible depths (negative, infinite, above 300 mm an hour) become missing, in place, and are named with their number; a
 * raster without any value is refused.
 * @throws Refusal RAIN_NOT_A_NUMBER when no cell has a value.
 */
export function refuseImpossibleDepths({ depths, from, to }: RainRaster): Reject[] {
  const highest = VARIABLES.P.max * Math.max(1, (to - from) / HOUR_MS);
  let [negative, impossible, present] = [0, 0, 0];
  for (let k = 0; k < depths.length; k++) {
    const depth = depths[k]!;
    if (depth !== depth) continue; // NaN
    if (depth >= 0 && depth <= highest) present++;
    else {
      if (depth < 0) negative++;
      else impossible++;
      depths[k] = NaN;
    }
  }
  if (present === 0 && negative + impossible === 0) throw new Refusal('RAIN_NOT_A_NUMBER', 'holds no value in any cell');
  const said = (count: number, what: string) => `${count} of ${depths.length} cells ${what}; they count as missing`;
  return [
    ...(negative > 0 ? [reject('RAIN_NEGATIVE', said(negative, 'are negative'))] : []),
    ...(impossible > 0 ? [reject('RAIN_OUT_OF_RANGE', said(impossible, `are above ${highest} mm`))] : []),
  ];
}
