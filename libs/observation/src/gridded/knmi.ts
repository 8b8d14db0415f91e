import { HOUR_MS, epochMs, type EpochMs, type PlacedGrid } from '#hydrology';
import { Refusal } from '../reject.js';
import type { Hdf5Node } from './hdf5.js';
import { projectionOf } from './odim-fields.js';
import { requirePlausibleInterval, requirePlausibleShape, type RainRaster, type RainReading } from './rain-raster.js';
import { rainRateOf } from './reflectivity.js';
import { scaleBand } from './scale-band.js';

/** Is this tree one of KNMI's own HDF5 products (KNMI HDF5 data format specification 3.5)? */
export const isKnmi = (root: Hdf5Node): boolean => root.child('overview') !== undefined && root.child('image1/image_data') !== undefined;

/**
 * Decodes image1 of a KNMI HDF5 file: accumulations (ACCUMULATION, PRECIP, in the unit of the formula, mm), intensities (mm/h) or
 * reflectivities (dBZ). The projection's unit is the kilometre. Pixels outside of the image and missing ones are NaN.
 */
export function decodeKnmi(root: Hdf5Node, reading: RainReading): RainRaster {
  const image = root.child('image1')!;
  const stored = image.child('image_data')!.band();
  const grid = gridOf(root, stored.shape);
  const calibration = image.child('calibration');
  const { gain, offset } = formulaOf(calibration?.text('calibration_formulas') ?? calibration?.text('calibration_formula'));
  const missing = calibration?.number('calibration_missing_data');
  const outside = calibration?.number('calibration_out_of_image');
  const interval = intervalOf(root, reading);
  const parameter = image.text('image_geo_parameter') ?? '';
  const toDepth = conversionOf(parameter, (interval.to - interval.from) / HOUR_MS, reading);
  const depths = scaleBand(stored, { gain, offset, nodata: missing, undetect: undefined }, toDepth, 0);
  if (outside !== undefined && outside !== 0) for (let k = 0; k < depths.length; k++) if (stored.values[k] === outside) depths[k] = NaN;
  return { grid, ...interval, depths, quality: null, product: `KNMI HDF5 ${parameter}`.trim() };
}

function conversionOf(parameter: string, hours: number, { reflectivity, name }: RainReading): (value: number) => number {
  if (/REFLECTIVITY|DBZ/i.test(parameter)) return dbz => rainRateOf(dbz, reflectivity) * hours;
  if (/INTENSITY|MM\/H/i.test(parameter)) return rate => rate * hours;
  if (parameter === '' || /PRECIP|ACCUM|RAIN|RR|RAC/i.test(parameter)) return depth => depth;
  throw new Refusal('QUANTITY_UNKNOWN', `holds ${parameter}, from which no rain is read (${name})`);
}

/** "GEO = 0.010000 * PV + 0.000000" */
function formulaOf(formula: string | undefined): { readonly gain: number; readonly offset: number } {
  const match = /=\s*([-+.\deE]+)\s*\*\s*PV\s*(?:([-+])\s*([.\deE+-]+))?/i.exec(formula ?? '');
  if (match === null) throw new Refusal('FIELD_MISSING', `has no calibration formula that is understood ("${formula ?? ''}")`);
  return { gain: Number(match[1]), offset: match[3] === undefined ? 0 : Number(match[3]) * (match[2] === '-' ? -1 : 1) };
}

/** Offsets count in pixels from the origin of the projection; the pixel size in y is negative, rows run southwards. */
function gridOf(root: Hdf5Node, shape: readonly number[]): PlacedGrid {
  const geographic = root.child('geographic');
  const number = (name: string): number => {
    const value = geographic?.number(name);
    if (value === undefined) throw new Refusal('FIELD_MISSING', `has no geographic/${name}`);
    return value;
  };
  const [rows, columns] = [number('geo_number_rows'), number('geo_number_columns')];
  requirePlausibleShape(rows, columns);
  if (shape.join() !== [rows, columns].join()) {
    throw new Refusal('GRID_IMPLAUSIBLE', `says ${rows} × ${columns} cells, but image_data is ${shape.join(' × ')}`);
  }
  const definition = geographic?.child('map_projection')?.text('projection_proj4_params');
  if (definition === undefined) throw new Refusal('FIELD_MISSING', 'has no projection_proj4_params');
  projectionOf(definition);
  const [width, height] = [number('geo_pixel_size_x'), number('geo_pixel_size_y')];
  if (!(width > 0) || !(height < 0)) throw new Refusal('GRID_IMPLAUSIBLE', `has pixels of ${width} × ${height}; rows must run southwards`);
  const [xMin, yMax] = [number('geo_column_offset') * width, number('geo_row_offset') * height];
  return { definition, xMin, yMax, xResolution: width, yResolution: -height, rows, columns };
}

function intervalOf(root: Hdf5Node, reading: RainReading): { readonly from: EpochMs; readonly to: EpochMs } {
  const overview = root.child('overview');
  const to = stampOf(overview?.text('product_datetime_end')) ?? stampOf(overview?.text('product_datetime_start'));
  if (to === undefined) throw new Refusal('FIELD_MISSING', 'has no overview/product_datetime_end');
  const start = stampOf(overview?.text('product_datetime_start')) ?? to;
  const from = start < to || reading.durationMs === undefined ? start : epochMs(to - reading.durationMs);
  requirePlausibleInterval(from, to, reading.receivedAt);
  return { from, to };
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** "01-JAN-2010;00:05:00.000", UTC. */
function stampOf(text: string | undefined): EpochMs | undefined {
  const match = /^(\d\d)-([A-Z]{3})-(\d{4});(\d\d):(\d\d):(\d\d)/i.exec(text ?? '');
  const month = MONTHS.indexOf(match?.[2]?.toUpperCase() ?? '');
  if (match === null || month < 0) return undefined;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map(k => Number(match[k])) as [number, number, number, number, number];
  return epochMs(Date.UTC(year, month, day, hour, minute, second));
}
