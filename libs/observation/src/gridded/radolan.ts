import { HOUR_MS, MINUTE_MS, epochMs, type EpochMs, type PlacedGrid } from '#hydrology';
import { Refusal } from '../reject.js';
import { requirePlausibleInterval, requirePlausibleShape, type RainRaster, type RainReading } from './rain-raster.js';
import { rainRateOf } from './reflectivity.js';

const END_OF_HEADER = 0x03;
const LONGEST_HEADER = 1000;

/** Bits above the twelve of the value. */
const MISSING_BIT = 0x2000;
const NEGATIVE_BIT = 0x4000;
const CLUTTER_BIT = 0x8000;
const VALUE_BITS = 0x0fff;

/** Does it begin like a RADOLAN product: two letters, day and time, location 10000? */
export const isRadolan = (bytes: Uint8Array): boolean => /^[A-Z][A-Z0-9]\d{6}10000\d{4}BY/.test(asciiOf(bytes.subarray(0, 20)));

/** Products of one byte a cell: reflectivity, dBZ = byte / 2 − 32.5. */
const REFLECTIVITY: ReadonlySet<string> = new Set(['RX', 'WX', 'EX']);
const CLUTTER_BYTE = 249;
const MISSING_BYTE = 250;

/**
 * Decodes a DWD RADOLAN or RADVOR composite in binary (RADOLAN/RADVOR format description 2.5): 16-bit accumulations such as RW
 * (hour), RY (5 minutes, raw), YW (5 minutes, adjusted), SF (day), and 8-bit reflectivities (RX, WX, EX) by the reading's Z-R.
 * Missing is NaN, clutter counts as missing.
 */
export function decodeRadolan(bytes: Uint8Array, reading: RainReading): RainRaster {
  const end = bytes.subarray(0, LONGEST_HEADER).indexOf(END_OF_HEADER);
  if (end < 0) throw new Refusal('FILE_UNREADABLE', 'begins like RADOLAN but its header does not end');
  const header = asciiOf(bytes.subarray(0, end));
  const product = header.slice(0, 2);
  const { rows, columns } = shapeOf(header);
  const isReflectivity = REFLECTIVITY.has(product);
  const wanted = rows * columns * (isReflectivity ? 1 : 2);
  const cells = bytes.subarray(end + 1);
  if (cells.length !== wanted) {
    const message = `is cut short or of another kind: ${rows} × ${columns} cells of ${product} need ${wanted} bytes, it has ${cells.length}`;
    throw new Refusal('FILE_UNREADABLE', message);
  }
  const interval = intervalOf(header, reading);
  const depths = isReflectivity
    ? readReflectivity(cells, { rows, columns }, { ...interval, reading })
    : readDepths(cells, { rows, columns }, precisionOf(header));
  return { grid: radolanGrid(rows, columns), ...interval, depths, quality: null, product: `RADOLAN ${product}` };
}

const asciiOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function shapeOf(header: string): { readonly rows: number; readonly columns: number } {
  const match = /GP\s*(\d{1,4})x\s*(\d{1,4})/.exec(header);
  if (match === null) throw new Refusal('FIELD_MISSING', 'does not say its size (GP) in the RADOLAN header');
  const [rows, columns] = [Number(match[1]), Number(match[2])];
  requirePlausibleShape(rows, columns);
  return { rows, columns };
}

/** "PR E-01": tenths of mm. */
function precisionOf(header: string): number {
  const match = /PR\s*E([-+]\d\d)/.exec(header);
  if (match === null) throw new Refusal('FIELD_MISSING', 'does not say its precision (PR) in the RADOLAN header');
  return 10 ** Number(match[1]);
}

function intervalOf(header: string, reading: RainReading): { readonly from: EpochMs; readonly to: EpochMs } {
  const match = /^..(\d\d)(\d\d)(\d\d)\d{5}(\d\d)(\d\d)/.exec(header);
  if (match === null) throw new Refusal('FIELD_MISSING', 'has no time in the RADOLAN header');
  const [day, hour, minute, month, year] = match.slice(1).map(Number) as [number, number, number, number, number];
  const real = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60;
  const to = epochMs(real ? Date.UTC(2000 + year, month - 1, day, hour, minute) : NaN);
  const minutes = /INT\s*(\d{1,4})/.exec(header)?.[1];
  const durationMs = minutes === undefined ? (reading.durationMs ?? 0) : Number(minutes) * MINUTE_MS;
  const from = epochMs(to - durationMs);
  requirePlausibleInterval(from, to, reading.receivedAt);
  return { from, to };
}

/** Rows come from south to north. */
function readDepths(cells: Uint8Array, shape: { readonly rows: number; readonly columns: number }, precision: number): Float32Array {
  const { rows, columns } = shape;
  const view = new DataView(cells.buffer, cells.byteOffset, cells.byteLength);
  const depths = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const target = (rows - 1 - row) * columns;
    for (let column = 0; column < columns; column++) {
      const cell = view.getUint16(2 * (row * columns + column), true);
      const value = (cell & VALUE_BITS) * precision;
      depths[target + column] = (cell & (MISSING_BIT | CLUTTER_BIT)) !== 0 ? NaN : (cell & NEGATIVE_BIT) !== 0 ? -value : value;
    }
  }
  return depths;
}

interface Echo {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reading: RainReading;
}

/** The rate of the instant holds over the interval. Rows come from south to north. */
function readReflectivity(
  cells: Uint8Array,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  echo: Echo,
): Float32Array {
  const hours = (echo.to - echo.from) / HOUR_MS;
  const depthOf = Float32Array.from({ length: 256 }, (_, byte) =>
    byte === CLUTTER_BYTE || byte >= MISSING_BYTE ? NaN : rainRateOf(byte / 2 - 32.5, echo.reading.reflectivity) * hours,
  );
  const depths = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const target = (rows - 1 - row) * columns;
    for (let column = 0; column < columns; column++) depths[target + column] = depthOf[cells[row * columns + column]!]!;
  }
  return depths;
}

const SPHERE = '+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10 +a=6370040 +b=6370040 +units=m';
const DE1200 =
  '+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10 +x_0=543196.83521776402 +y_0=3622588.8619310018 +a=6378137 +b=6356752.3142451802';
/** Where 9° E 51° N, the reference point of the grids, lies on the sphere (m). */
const REFERENCE = { x: -73_462.16692185594, y: -4_208_644.724265571 };
/** Cells of 1 km west and south of the reference point, by shape. */
const OFFSETS: Readonly<Record<string, readonly [west: number, south: number]>> = {
  '900x900': [450, 450],
  '1100x900': [370, 550],
  '1500x1400': [470, 600],
};

/** @throws Refusal GRID_IMPLAUSIBLE for a size that no composite of RADOLAN has. */
export function radolanGrid(rows: number, columns: number): PlacedGrid {
  const size = { xResolution: 1000, yResolution: 1000, rows, columns };
  if (rows === 1200 && columns === 1100) return { definition: DE1200, xMin: -500, yMax: 500, ...size };
  const offset = OFFSETS[`${rows}x${columns}`];
  if (offset === undefined) throw new Refusal('GRID_IMPLAUSIBLE', `is a RADOLAN grid of ${rows} × ${columns} cells, which is not known`);
  const south = REFERENCE.y - offset[1] * 1000;
  return { definition: SPHERE, xMin: REFERENCE.x - offset[0] * 1000, yMax: south + rows * 1000, ...size };
}
