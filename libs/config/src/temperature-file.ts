import { Fault } from '#errors';
import { stampOf, type EpochMs, type GridGeometry, type TimeGrid } from '#hydrology';
import { readHdf5 } from './netcdf.js';
import { equalStepMs, gridOf } from './rain-file.js';

/** Mean air temperature over (stamp − step, stamp] on a raster, °C, [time × rows × columns]; NaN = missing. */
export interface TemperatureRecord extends GridGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly stepMs: number;
  /** Stamps (ends), ascending and equally spaced. */
  readonly stamps: readonly EpochMs[];
  readonly values: Float32Array;
}

/** 0 °C in each unit that CF files use. */
const ZERO_CELSIUS: Readonly<Record<string, number>> = { K: 273.15, kelvin: 273.15, degC: 0, deg_C: 0, degree_Celsius: 0, celsius: 0 };

/**
 * Reads the CF variable `air_temperature(time, y, x)`, K or degC.
 * @throws Fault FILE_UNREADABLE when the file is corrupt, lacks a variable, its unit is no temperature or it disagrees with itself.
 */
export async function readTemperatureFile(path: string, epsg: number): Promise<TemperatureRecord> {
  const { stamps, x, y, shape, raw, units } = await readHdf5(path, file => ({
    stamps: file.times(),
    x: file.numbers('x'),
    y: file.numbers('y'),
    shape: file.shape('air_temperature'),
    raw: file.quantities('air_temperature'),
    units: file.text('air_temperature', 'units'),
  }));
  const zero = ZERO_CELSIUS[units];
  if (zero === undefined)
    throw new Fault('FILE_UNREADABLE', `${path}: air_temperature is in "${units}"; write ${Object.keys(ZERO_CELSIUS).join(', ')}`, {
      path,
    });
  const expected = [stamps.length, y.length, x.length].join(' × ');
  if (shape.join(' × ') !== expected)
    throw new Fault('FILE_UNREADABLE', `${path}: air_temperature is [${shape.join(' × ')}] but time, y, x are [${expected}]`, { path });
  const values = raw.map(degrees => degrees - zero);
  return { epsg, ...gridOf(path, x, y), rows: y.length, columns: x.length, stepMs: equalStepMs(path, stamps), stamps, values };
}

/**
 * Temperature of the cells on the steps of a run: the mean over what the record knows of the step, a finer step has that of the interval
 * it lies in. NaN where it knows nothing. `position` is the place of each cell in the raster.
 */
export function temperatureOnSteps(record: TemperatureRecord, position: Int32Array, time: TimeGrid): Float32Array {
  const { stamps, stepMs, values, rows, columns } = record;
  const cells = position.length;
  const onSteps = new Float32Array(time.count * cells);
  for (let step = 0; step < time.count; step++) {
    const to = stampOf(time, step);
    const first = Math.max(0, Math.floor((to - time.stepMs - stamps[0]!) / stepMs) + 1);
    const last = Math.min(stamps.length - 1, Math.ceil((to - stamps[0]!) / stepMs));
    for (let cell = 0; cell < cells; cell++) {
      let [sum, known] = [0, 0];
      for (let k = first; k <= last; k++) {
        const degrees = values[k * rows * columns + position[cell]!]!;
        const overlap = Math.min(to, stamps[k]!) - Math.max(to - time.stepMs, stamps[k]! - stepMs);
        if (Number.isNaN(degrees) || overlap <= 0) continue;
        sum += overlap * degrees;
        known += overlap;
      }
      onSteps[step * cells + cell] = known > 0 ? sum / known : NaN;
    }
  }
  return onSteps;
}
