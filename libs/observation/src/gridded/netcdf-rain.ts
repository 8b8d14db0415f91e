import { HOUR_MS, epochMs, type EpochMs, type PlacedGrid } from '#hydrology';
import { Refusal, firstLineOf, reject, type Reject } from '../reject.js';
import { cfDefinition } from './cf-projection.js';
import { parseTimeUnits } from './cf-time.js';
import type { DataNode } from './data-node.js';
import {
  requirePlausibleForecast,
  requirePlausibleInterval,
  requirePlausibleShape,
  type RainDecoding,
  type RainRaster,
  type RainReading,
} from './rain-raster.js';
import { celsiusFrom, middleOf, requirePlausibleTime } from './temperature.js';
import { scaleBand } from './scale-band.js';

/** CF standard names that are rain. */
const STANDARD_NAMES: ReadonlySet<string> = new Set([
  ...['rainfall_amount', 'precipitation_amount', 'thickness_of_rainfall_amount', 'lwe_thickness_of_precipitation_amount'],
  ...['rainfall_rate', 'rainfall_flux', 'lwe_precipitation_rate', 'precipitation_flux'],
]);

const TEMPERATURE_NAMES: ReadonlySet<string> = new Set(['air_temperature']);

/** mm of one unit of a depth; mm an hour of one unit of a rate. 1 kg of water on a m² is 1 mm. */
const DEPTHS: Readonly<Record<string, number>> = { mm: 1, 'kg m-2': 1, 'kg/m2': 1, 'kg m**-2': 1, m: 1000, cm: 10 };
const RATES: Readonly<Record<string, number>> = {
  ...{ 'mm h-1': 1, 'mm/h': 1, 'mm hr-1': 1, 'mm/hr': 1, 'kg m-2 h-1': 1, 'kg m-2 s-1': 3600, 'mm s-1': 3600, 'm s-1': 3.6e6 },
};

/**
 * Decodes the rain variable of a CF NetCDF file, [time, y, x] or [y, x], every step a raster. A step covers its bounds; without
 * bounds the time before its stamp to the stamp before, or `durationMs` of the source.
 */
export function decodeNetCdf(root: DataNode, reading: RainReading): RainDecoding {
  const { name, variable } = findRain(root, reading);
  const shape = variable.shape ?? [];
  const [rows, columns] = shape.slice(-2) as [number, number];
  if (shape.length < 2 || shape.length > 3)
    throw new Refusal('GRID_IMPLAUSIBLE', `holds ${name} with ${shape.length} dimensions, not 2 or 3`);
  requirePlausibleShape(rows, columns);
  const { grid, flipped } = placeOf(root, variable, { rows, columns });
  const intervals = intervalsOf(root, shape.length === 3 ? shape[0]! : 1, reading);
  const issued = issueOf(root);
  const hasBounds = root.child('time')?.text('bounds') !== undefined;
  const values = valuesOf(variable);
  const rasters: RainRaster[] = [];
  const rejects: Reject[] = [];
  intervals.forEach(({ from, to }, step) => {
    try {
      if (reading.quantity === 'temperature') {
        const depths = values.slice(step * rows * columns, (step + 1) * rows * columns).map(celsiusFrom(variable.text('units') ?? ''));
        if (flipped) turnOver(depths, columns);
        rasters.push(temperatureOf({ grid, depths, name, issued, at: hasBounds ? middleOf(from, to) : to }, reading));
        return;
      }
      const isForecast = issued !== null && to > issued;
      if (isForecast) requirePlausibleForecast({ issued, from, to }, reading.receivedAt);
      else requirePlausibleInterval(from, to, reading.receivedAt);
      const factor = factorOf(variable.text('units') ?? '', (to - from) / HOUR_MS);
      const depths = values.slice(step * rows * columns, (step + 1) * rows * columns).map(value => value * factor);
      if (flipped) turnOver(depths, columns);
      rasters.push({ grid, from, to, depths, quality: null, product: `NetCDF ${name}`, ...(isForecast && { issued }) });
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      rejects.push(reject(cause.code, `step ${step} of ${intervals.length} ${cause.message}`));
    }
  });
  return { rasters, rejects };
}

function findRain(
  root: DataNode,
  { variable: wanted, quantity = 'rain' }: { readonly variable?: string; readonly quantity?: string },
): Found {
  const names = quantity === 'rain' ? STANDARD_NAMES : TEMPERATURE_NAMES;
  const isRain = (node: DataNode) => names.has(node.text('standard_name') ?? '');
  const name = wanted ?? root.names().find(each => (root.child(each)?.shape?.length ?? 0) >= 2 && isRain(root.child(each)!));
  const variable = name === undefined ? undefined : root.child(name);
  if (name === undefined || variable?.shape === undefined) {
    const has = root.names().slice(0, 20).join(', ') || 'nothing';
    throw new Refusal(
      'QUANTITY_UNKNOWN',
      `holds ${has}; ${wanted === undefined ? 'none has a standard_name of ${quantity}; name the variable' : `no ${wanted}`}`,
    );
  }
  return { name, variable };
}

function valuesOf(variable: DataNode): Float32Array {
  const scale = {
    gain: variable.number('scale_factor') ?? 1,
    offset: variable.number('add_offset'),
    nodata: variable.number('_FillValue') ?? variable.number('missing_value'),
    undetect: undefined,
  };
  return scaleBand(variable.band(), scale, value => value, 0);
}

interface Temperatures {
  readonly grid: PlacedGrid;
  /** °C */
  readonly depths: Float32Array;
  readonly name: string;
  readonly issued: EpochMs | null;
  readonly at: EpochMs;
}

function temperatureOf({ grid, depths, name, issued, at }: Temperatures, { receivedAt }: RainReading): RainRaster {
  if (issued === null) throw new Refusal('FIELD_MISSING', 'has no forecast_reference_time; it is no run of a weather model');
  requirePlausibleTime({ issued, at }, receivedAt);
  return { grid, from: at, to: at, depths, quality: null, product: `NetCDF ${name}`, issued };
}

interface Found {
  readonly name: string;
  readonly variable: DataNode;
}

function factorOf(units: string, hours: number): number {
  if (Object.hasOwn(DEPTHS, units)) return DEPTHS[units]!;
  if (Object.hasOwn(RATES, units)) return RATES[units]! * hours;
  throw new Refusal('QUANTITY_UNKNOWN', `has rain in "${units}"; known are ${[...Object.keys(DEPTHS), ...Object.keys(RATES)].join(', ')}`);
}

interface Place {
  readonly grid: PlacedGrid;
  /** The file runs from south to north. */
  readonly flipped: boolean;
}

function placeOf(root: DataNode, variable: DataNode, { rows, columns }: { readonly rows: number; readonly columns: number }): Place {
  const y = axisOf(root, 'y', ['projection_y_coordinate', 'latitude'], rows);
  const x = axisOf(root, 'x', ['projection_x_coordinate', 'longitude'], columns);
  if (x.step < 0) throw new Refusal('GRID_IMPLAUSIBLE', 'has columns from east to west');
  const height = Math.abs(y.step);
  const grid = {
    definition: cfDefinition(root, variable, x.standardName === 'longitude'),
    ...{
      xMin: x.first - x.step / 2,
      yMax: Math.max(y.first, y.last) + height / 2,
      xResolution: x.step,
      yResolution: height,
      rows,
      columns,
    },
  };
  return { grid, flipped: y.step > 0 };
}

interface Axis {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly standardName: string | undefined;
}

/** A coordinate by its standard name, else by its name; its kilometres become metres. */
function axisOf(root: DataNode, name: string, standardNames: readonly string[], length: number): Axis {
  const candidates = root.names().flatMap(each => root.child(each) ?? []);
  const found =
    candidates.find(node => standardNames.includes(node.text('standard_name') ?? '') && node.shape?.length === 1) ?? root.child(name);
  if (found?.shape?.length !== 1 || found.shape[0] !== length || length < 2) {
    throw new Refusal(
      'FIELD_MISSING',
      `has no coordinate ${name} of ${length} cells (a variable with standard_name ${standardNames.join(' or ')})`,
    );
  }
  const { values } = found.band();
  const scale = found.text('units') === 'km' ? 1000 : 1;
  const [first, last] = [values[0]! * scale, values[length - 1]! * scale];
  const step = (last - first) / (length - 1);
  const uneven = values.some((value, k) => !(Math.abs(value * scale - first - k * step) <= 0.01 * Math.abs(step)));
  if (uneven || step === 0 || !Number.isFinite(step))
    throw new Refusal('GRID_IMPLAUSIBLE', `has a coordinate ${name} that is not equally spaced`);
  return { first, last, step, standardName: found.text('standard_name') };
}

interface Interval {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

function intervalsOf(root: DataNode, count: number, { durationMs }: RainReading): readonly Interval[] {
  const time = root.child('time');
  const units = time?.text('units');
  if (time === undefined || units === undefined) throw new Refusal('FIELD_MISSING', 'has no time with units');
  const toMs = timeReader(units);
  const stamps = Array.from(time.band().values, toMs);
  if (stamps.length !== count) throw new Refusal('GRID_IMPLAUSIBLE', `has ${stamps.length} times for ${count} grids`);
  const bounds = boundsOf(root, time);
  return stamps.map((to, k) => {
    if (bounds?.length === 2 * count) return { from: toMs(bounds[2 * k]!), to: toMs(bounds[2 * k + 1]!) };
    const spacing = k > 0 ? to - stamps[k - 1]! : count > 1 ? stamps[1]! - to : 0;
    return { from: epochMs(to - (durationMs ?? spacing)), to };
  });
}

/** When a forecast was issued: the one value of the coordinate with the standard name forecast_reference_time; null without. */
function issueOf(root: DataNode): EpochMs | null {
  const coordinate = root
    .names()
    .flatMap(name => root.child(name) ?? [])
    .find(node => node.text('standard_name') === 'forecast_reference_time');
  const units = coordinate?.text('units');
  if (coordinate === undefined || units === undefined) return null;
  const { values } = coordinate.band();
  if (values.length === 1) return timeReader(units)(values[0]!);
  throw new Refusal('FIELD_MISSING', `has ${values.length} forecast_reference_times; one file holds one run`);
}

function boundsOf(root: DataNode, time: DataNode): ArrayLike<number> | undefined {
  const name = time.text('bounds');
  return name === undefined ? undefined : root.child(name)?.band().values;
}

function timeReader(units: string): (value: number) => EpochMs {
  try {
    const { unitMs, origin } = parseTimeUnits(units);
    return value => epochMs(Math.round(origin + value * unitMs));
  } catch (cause) {
    throw new Refusal('FIELD_MISSING', `has ${firstLineOf(cause)}`);
  }
}

/** Row 0 becomes the last one, in place. */
function turnOver(values: Float32Array, columns: number): void {
  for (let top = 0, bottom = values.length - columns; top < bottom; top += columns, bottom -= columns) {
    const row = values.slice(top, top + columns);
    values.copyWithin(top, bottom, bottom + columns);
    values.set(row, bottom);
  }
}
