import { HOUR_MS, SECOND_MS, epochMs, type EpochMs, type GridGeometry } from '#hydrology';
import { Fault } from '#errors';
import { gridVariables, readHdf5, writeNetCdf } from './netcdf.js';
import type { Projection } from './projection.js';

/** Rain accumulations on a raster: tenths of mm over (stamp − step, stamp], −1 = missing, [time × rows × columns]. */
export interface RainRecord extends GridGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly stepMs: number;
  /** Stamps (ends), ascending and equally spaced. */
  readonly stamps: readonly EpochMs[];
  readonly tenthsMm: Int16Array;
}

export const MISSING_RAIN = -1;
const HOURS_PER_CHUNK = 168;

/** Writes the record as one chunked CF variable `rainfall_amount` (1 kg m-2 is 1 mm). */
export async function writeRainFile(path: string, rain: RainRecord, projection: Projection, source: string): Promise<void> {
  const count = rain.stamps.length;
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
      type: '<h',
      data: rain.tenthsMm,
      shape: [count, rain.rows, rain.columns],
      dimensions: ['time', 'y', 'x'],
      chunks: [Math.min(count, HOURS_PER_CHUNK), rain.rows, rain.columns],
      fillValue: MISSING_RAIN,
      attributes: { standard_name: 'rainfall_amount', units: 'kg m-2', cell_methods: 'time: sum', scale_factor: 0.1, grid_mapping: 'crs' },
    },
  ]);
}

/**
 * Reads a rain record; the geometry comes from its x and y.
 * @throws Fault FILE_UNREADABLE when the file is corrupt, lacks a variable or disagrees with itself.
 */
export async function readRainFile(path: string, epsg: number): Promise<RainRecord> {
  const read = await readHdf5(path, file => ({
    times: file.numbers('time'),
    x: file.numbers('x'),
    y: file.numbers('y'),
    shape: file.shape('rainfall_amount'),
    values: file.numbers('rainfall_amount'),
    scale: file.number('rainfall_amount', 'scale_factor'),
  }));
  const { times, x, y, shape, values, scale } = read;
  const expected = [times.length, y.length, x.length];
  if (shape.join() !== expected.join())
    refuse(path, `rainfall_amount is [${shape.join(' × ')}] but time, y, x are [${expected.join(' × ')}]`);
  if (!(values instanceof Int16Array) || Math.abs(scale - 0.1) > 1e-6) refuse(path, 'rainfall_amount must be int16 with scale_factor 0.1');
  const stepMs = times.length > 1 ? (times[1]! - times[0]!) * SECOND_MS : HOUR_MS;
  for (let k = 1; k < times.length; k++) {
    if ((times[k]! - times[k - 1]!) * SECOND_MS !== stepMs) refuse(path, `time is not equally spaced at index ${k}`);
  }
  const stamps = Array.from(times, seconds => epochMs(seconds * SECOND_MS));
  return { epsg, ...geometryOf(x, y), rows: y.length, columns: x.length, stepMs, stamps, tenthsMm: values };
}

/** CF time in seconds: exact in int32 until 2038. */
export const TIME = { standard_name: 'time', units: 'seconds since 1970-01-01 00:00:00', calendar: 'standard', axis: 'T' } as const;

/** Corner and resolution of a grid given by the centres of its cells, y from north to south. */
export function geometryOf(x: ArrayLike<number>, y: ArrayLike<number>): Omit<GridGeometry, 'epsg'> {
  const xResolution = x[1]! - x[0]!;
  const yResolution = y[0]! - y[1]!;
  return { xMin: x[0]! - xResolution / 2, yMax: y[0]! + yResolution / 2, xResolution, yResolution };
}

function refuse(path: string, reason: string): never {
  throw new Fault('FILE_UNREADABLE', `${path}: ${reason}`, { path });
}
