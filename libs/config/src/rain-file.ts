import { SECOND_MS, type EpochMs, type GridGeometry } from '#hydrology';
import { Fault } from '#errors';
import { gridVariables, readHdf5, writeNetCdf } from './netcdf.js';
import type { Projection } from './projection.js';

/** Rain accumulations over (stamp − step, stamp] on a raster, [time × rows × columns]. */
export interface RainRecord extends GridGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly stepMs: number;
  /** Stamps (ends), ascending and equally spaced. */
  readonly stamps: readonly EpochMs[];
  /** Depth in mm = value / perMm. */
  readonly values: Int16Array | Float32Array;
  /** The value that stands for a missing one; NaN does in any case. */
  readonly missing: number;
  /** Units of a value in one mm: 10 for tenths. */
  readonly perMm: number;
}

export const MISSING_RAIN = -1;
export const TENTHS = 10;
/** A chunk holds at most a week of hours, or as many steps of a large grid as make some megabytes. */
const STEPS_PER_CHUNK = 168;
const VALUES_PER_CHUNK = 4_000_000;

/** Writes the record as one chunked CF variable `rainfall_amount` (1 kg m-2 is 1 mm), int16 in tenths or float32 in mm. */
export async function writeRainFile(
  path: string,
  rain: Omit<RainRecord, 'missing'>,
  projection: Projection,
  source: string,
): Promise<void> {
  const count = rain.stamps.length;
  const tenths = rain.values instanceof Int16Array;
  const chunk = Math.min(count, STEPS_PER_CHUNK, Math.max(1, Math.floor(VALUES_PER_CHUNK / (rain.rows * rain.columns))));
  const stamps = Int32Array.from(rain.stamps, stamp => stamp / SECOND_MS);
  const bounds = Int32Array.from({ length: 2 * count }, (_, k) => stamps[k >> 1]! - (k % 2 === 0 ? rain.stepMs / SECOND_MS : 0));
  await writeNetCdf(path, { title: 'Rain accumulations', source }, [
    {
      name: 'time',
      type: '<i',
      data: stamps,
      shape: [count],
      attributes: { ...TIME, bounds: 'time_bounds', long_name: 'end of the accumulation' },
    },
    ...gridVariables(rain, projection),
    { name: 'bound', type: '<i', data: Int32Array.of(0, 1), shape: [2], attributes: { long_name: 'start and end of an interval' } },
    { name: 'time_bounds', type: '<i', data: bounds, shape: [count, 2], dimensions: ['time', 'bound'], chunks: [count, 2] },
    {
      name: 'rainfall_amount',
      type: tenths ? '<h' : '<f',
      data: rain.values,
      shape: [count, rain.rows, rain.columns],
      dimensions: ['time', 'y', 'x'],
      chunks: [chunk, rain.rows, rain.columns],
      fillValue: tenths ? MISSING_RAIN : NaN,
      attributes: {
        standard_name: 'rainfall_amount',
        units: 'kg m-2',
        cell_methods: 'time: sum',
        ...(tenths ? { scale_factor: 1 / TENTHS } : {}),
        grid_mapping: 'crs',
      },
    },
  ]);
}

/**
 * Reads a rain record; the geometry comes from its x and y.
 * @throws Fault FILE_UNREADABLE when the file is corrupt, lacks a variable or disagrees with itself.
 */
export async function readRainFile(path: string, epsg: number): Promise<RainRecord> {
  const { stamps, x, y, shape, raw, missing, scale } = await readHdf5(path, file => ({
    stamps: file.times(),
    x: file.numbers('x'),
    y: file.numbers('y'),
    shape: file.shape('rainfall_amount'),
    raw: file.numbers('rainfall_amount'),
    missing: file.numberOr('rainfall_amount', '_FillValue', NaN),
    scale: file.numberOr('rainfall_amount', 'scale_factor', 1),
  }));
  const expected = [stamps.length, y.length, x.length];
  if (shape.join() !== expected.join())
    refuse(path, `rainfall_amount is [${shape.join(' × ')}] but time, y, x are [${expected.join(' × ')}]`);
  const stepMs = equalStepMs(path, stamps);
  const values = raw instanceof Int16Array ? raw : Float32Array.from(raw);
  return { epsg, ...gridOf(path, x, y), rows: y.length, columns: x.length, stepMs, stamps, values, missing, perMm: perMmOf(scale) };
}

/**
 * The spacing of the stamps of a record.
 * @throws Fault FILE_UNREADABLE unless they ascend in equal steps.
 */
export function equalStepMs(path: string, stamps: readonly EpochMs[]): number {
  if (stamps.length < 2) refuse(path, `time holds ${stamps.length} stamps; two at least tell the duration`);
  const stepMs = stamps[1]! - stamps[0]!;
  const uneven = stamps.findIndex((stamp, k) => k > 0 && stamp - stamps[k - 1]! !== stepMs);
  if (uneven > 0 || stepMs <= 0)
    refuse(path, `time is not equally spaced at index ${uneven > 0 ? uneven : 1}; write missing steps as missing values`);
  return stepMs;
}

/** 0.1 as float32 is not 1/10: whole numbers of units in a mm are meant so. */
function perMmOf(scale: number): number {
  const whole = Math.round(1 / scale);
  return Math.abs(whole * scale - 1) < 1e-6 ? whole : 1 / scale;
}

/** CF time in seconds: exact in int32 until 2038. */
export const TIME = { standard_name: 'time', units: 'seconds since 1970-01-01 00:00:00', calendar: 'standard', axis: 'T' } as const;

/**
 * Corner and resolution of a grid given by the centres of its cells.
 * @throws Fault FILE_UNREADABLE unless x ascends and y descends (row 0 = north) in equal steps.
 */
export function gridOf(path: string, x: ArrayLike<number>, y: ArrayLike<number>): Omit<GridGeometry, 'epsg'> {
  const xResolution = spacing(path, 'x', x);
  const yResolution = -spacing(path, 'y', y);
  if (xResolution <= 0) refuse(path, 'x must run from west to east');
  if (yResolution <= 0) refuse(path, 'y must run from north to south');
  return { xMin: x[0]! - xResolution / 2, yMax: y[0]! + yResolution / 2, xResolution, yResolution };
}

function spacing(path: string, axis: string, centres: ArrayLike<number>): number {
  const count = centres.length;
  if (count < 2) refuse(path, `${axis} holds ${count} cells; two at least tell the resolution`);
  const step = (centres[count - 1]! - centres[0]!) / (count - 1);
  for (let k = 1; k < count; k++) {
    if (Math.abs(centres[k]! - centres[k - 1]! - step) > 1e-3 * Math.abs(step)) refuse(path, `${axis} is not equally spaced at index ${k}`);
  }
  return step;
}

function refuse(path: string, reason: string): never {
  throw new Fault('FILE_UNREADABLE', `${path}: ${reason}`, { path });
}
