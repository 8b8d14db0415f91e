import { SECOND_MS, epochMs, toIso, type EpochMs } from '#hydrology';
import { Refusal, reject, type Reject } from '../../reject.js';
import {
  MOST_CELLS,
  requirePlausibleForecast,
  requirePlausibleInterval,
  type RainDecoding,
  type RainRaster,
  type RainReading,
} from '../rain-raster.js';
import { KELVIN, celsiusFrom, middleOf, requirePlausibleTime } from '../temperature.js';
import { placeInMessage, readGrid, type GribGrid } from './grid.js';
import { readFields, type GribField } from './messages.js';
import { unpackValues } from './packing.js';
import { readProduct, type GribProduct } from './product.js';

/** Total precipitation, total water precipitation: kg m⁻², which is mm. */
const DEPTHS: ReadonlySet<string> = new Set(['0.1.8', '0.1.49']);
/** Precipitation rate, total precipitation rate, rain rate: kg m⁻² s⁻¹; accumulated over their interval they are depths. */
const RATES: ReadonlySet<string> = new Set(['0.1.7', '0.1.52', '0.1.65']);
/** Air temperature, K. */
const TEMPERATURE = '0.0.0';
const AVERAGE = 0;
const ACCUMULATION = 1;
/** Cells of all fields of a file that are kept in memory at once. */
const MOST_CELLS_OF_ALL = 2 * MOST_CELLS;

/**
 * Decodes the rain of a GRIB2 file: every field of it, each over its own interval, forecasts with their issue time. Fields of other quantities are
 * passed over; of an ensemble one member is read.
 * @throws Refusal for a file that is broken or holds no rain
 */
export async function decodeGrib2(bytes: Uint8Array, reading: RainReading): Promise<RainDecoding> {
  const rasters: RainRaster[] = [];
  const rejects: Reject[] = [];
  const others = new Set<string>();
  const members = new Set<number>();
  let cells = 0;
  for (const field of readFields(bytes)) {
    const wanted = productOf(field, reading);
    if ('other' in wanted) {
      others.add(wanted.other);
      continue;
    }
    if (wanted.member !== null && wanted.member !== (reading.member ?? 0)) {
      members.add(wanted.member);
      continue;
    }
    try {
      const placed = readGrid(field.grid);
      cells += placed.grid.rows * placed.grid.columns;
      if (cells > MOST_CELLS_OF_ALL) throw new Refusal('GRID_IMPLAUSIBLE', `has more than ${MOST_CELLS_OF_ALL} cells in all its fields`);
      rasters.push(await rasterOf(field, wanted, placed, reading));
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      rejects.push(reject(cause.code, cause.message));
      if (cells > MOST_CELLS_OF_ALL) break;
    }
  }
  if (members.size > 0) rejects.push(otherMembers(members, reading, rasters.length > 0));
  if (rasters.length + rejects.length > 0) return { rasters, rejects };
  throw new Refusal(
    'QUANTITY_UNKNOWN',
    `holds no ${reading.quantity ?? 'rain'} but ${[...others].sort().slice(0, 10).join(', ') || 'nothing'} (discipline.category.number)`,
  );
}

function productOf(field: GribField, { variable, quantity }: RainReading): GribProduct | { readonly other: string } {
  const parameter = `${field.discipline}.${field.product.unsigned(10, 1)}.${field.product.unsigned(11, 1)}`;
  if (quantity === 'temperature') {
    const isWanted = parameter === (variable ?? TEMPERATURE) && isAtTwoMetres(field);
    return isWanted ? readProduct(field) : { other: parameter };
  }
  const isRain = variable === undefined ? DEPTHS.has(parameter) || RATES.has(parameter) : variable === parameter;
  return isRain ? readProduct(field) : { other: parameter };
}

/** Code table 4.5: a height above the ground, m. */
const ABOVE_GROUND = 103;

/** The same number is the temperature of every level. */
function isAtTwoMetres({ product }: GribField): boolean {
  const [surface, scale, height] = [product.unsigned(23, 1), product.signed(24, 1), product.signed(25, 4)];
  return surface === ABOVE_GROUND && Math.abs(height / 10 ** scale - 2) < 0.01;
}

function otherMembers(members: ReadonlySet<number>, { member = 0 }: RainReading, found: boolean): Reject {
  const numbers = [...members].sort((a, b) => a - b).slice(0, 10);
  const message = `holds members ${numbers.join(', ')} of an ensemble, which are not read${found ? '' : `; set member to one of them in place of ${member}`}`;
  return reject('MEMBER_NOT_READ', message);
}

async function rasterOf(field: GribField, product: GribProduct, placed: GribGrid, reading: RainReading): Promise<RainRaster> {
  if (reading.quantity === 'temperature') return temperatureOf(field, product, placed, reading);
  const { from, to } = intervalOf(product, reading);
  const isForecast = to > product.reference;
  if (isForecast) requirePlausibleForecast({ issued: product.reference, from, to }, reading.receivedAt);
  else requirePlausibleInterval(from, to, reading.receivedAt);
  const factor = factorOf(product, to - from, reading);
  const depths = await unpackPlaced(field, placed, value => value * factor);
  roundUp(depths);
  return {
    ...{ grid: placed.grid, from, to, depths, quality: null, product: `GRIB2 ${product.parameter}` },
    ...(isForecast && { issued: product.reference }),
  };
}

/** Values with row 0 in the north and column 0 in the west. */
async function unpackPlaced(field: GribField, placed: GribGrid, convert: (value: number) => number): Promise<Float32Array> {
  const { rows, columns } = placed.grid;
  const values = await unpackValues(field, rows * columns);
  const turned = new Float32Array(values.length);
  for (let row = 0, k = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[k++] = convert(values[placeInMessage(placed, row, column)]!);
  }
  return turned;
}

/** Of an instant, or a mean, which stands for the middle of its interval. */
async function temperatureOf(field: GribField, product: GribProduct, placed: GribGrid, reading: RainReading): Promise<RainRaster> {
  const { parameter, reference, process } = product;
  if (process !== null && process !== AVERAGE)
    throw new Refusal('QUANTITY_UNKNOWN', `holds ${parameter} by statistical process ${process}, which is no mean`);
  const at = middleOf(product.from, product.to);
  requirePlausibleTime({ issued: reference, at }, reading.receivedAt);
  const depths = await unpackPlaced(field, placed, celsiusFrom(KELVIN));
  return { grid: placed.grid, from: at, to: at, depths, quality: null, product: `GRIB2 ${parameter}`, issued: reference };
}

/** A field of an instant holds for the duration that the source is set to, up to its time. */
function intervalOf({ from, to, parameter }: GribProduct, { durationMs }: RainReading): { readonly from: EpochMs; readonly to: EpochMs } {
  if (from !== to) return { from, to };
  if (durationMs !== undefined) return { from: epochMs(to - durationMs), to };
  throw new Refusal('DURATION_UNKNOWN', `holds ${parameter} at ${toIso(to)} without an interval; set \`duration\` of the source`);
}

/** mm of one unit. */
function factorOf({ parameter, process }: GribProduct, durationMs: number, { unitMm }: RainReading): number {
  if (process !== null && process !== ACCUMULATION && process !== AVERAGE) {
    throw new Refusal('QUANTITY_UNKNOWN', `holds ${parameter} by statistical process ${process}, which is neither a sum nor a mean`);
  }
  if (RATES.has(parameter)) return process === ACCUMULATION ? 1 : durationMs / SECOND_MS;
  if (process === AVERAGE && DEPTHS.has(parameter)) throw new Refusal('QUANTITY_UNKNOWN', `holds the mean of a sum, ${parameter}`);
  return DEPTHS.has(parameter) ? 1 : unitMm;
}

/** Packing leaves depths that lie below nothing by less than its own step. */
const PACKING_STEP_MM = -0.01;

function roundUp(depths: Float32Array): void {
  for (let k = 0; k < depths.length; k++) if (depths[k]! < 0 && depths[k]! > PACKING_STEP_MM) depths[k] = 0;
}
