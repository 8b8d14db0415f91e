import { HOUR_MS, MINUTE_MS, type EpochMs, type PlacedGrid } from '#hydrology';

/** A sum of rain over an interval on a grid of longitudes and latitudes. */
export interface GribAccumulation {
  readonly grid: Omit<PlacedGrid, 'definition'>;
  readonly issued: EpochMs;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** mm, row 0 = north; NaN = missing. */
  readonly depths: Float32Array;
  /** Rows from south to north, as many centres write them. */
  readonly northward?: boolean;
  /** Of an ensemble; absent for a single forecast. */
  readonly member?: number;
}

const BITS = 16;
const LARGEST = 2 ** BITS - 1;

/** Writes one GRIB2 message of total precipitation: grid 3.0, product 4.8 or 4.11, simple packing 5.0 in 16 bits. For the simulator and tests. */
export function encodeGrib2(accumulation: GribAccumulation): Uint8Array {
  return encodeField({ ...accumulation, values: accumulation.depths, product: productOctets(accumulation) });
}

/** Air temperature at 2 m at a time. */
export interface GribTemperature extends Pick<GribAccumulation, 'grid' | 'issued' | 'northward'> {
  readonly at: EpochMs;
  /** °C, row 0 = north; NaN = missing. Written in K. */
  readonly celsius: Float32Array;
  /** Height above the ground, m; 2 unless set. */
  readonly height?: number;
}

/** Writes one GRIB2 message of temperature: grid 3.0, product 4.0, simple packing 5.0 in 16 bits. For tests. */
export function encodeGrib2Temperature(field: GribTemperature): Uint8Array {
  const { issued, at, height = 2 } = field;
  const minutes = Math.round((at - issued) / MINUTE_MS);
  const surfaces = [103, 0, ...octets(4, height), 255, ...octets(1, 255), ...octets(4, 0xffffffff)];
  const product = [...octets(2, 0), ...octets(2, 0), 0, 0, 2, 255, 255, ...octets(2, 0), 0, 0, ...signed(4, minutes), ...surfaces];
  return encodeField({ ...field, values: field.celsius.map(degrees => degrees + 273.15), product });
}

interface EncodedField extends Pick<GribAccumulation, 'grid' | 'issued' | 'northward'> {
  readonly values: Float32Array;
  /** Section 4 after its head. */
  readonly product: readonly number[];
}

function encodeField({ values: field, grid, northward = false, issued, product }: EncodedField): Uint8Array {
  const rows = Array.from({ length: grid.rows }, (_, row) => field.subarray(row * grid.columns, (row + 1) * grid.columns));
  const values = (northward ? rows.reverse() : rows).flatMap(row => [...row]);
  const present = values.filter(value => !Number.isNaN(value));
  const least = present.reduce((low, value) => Math.min(low, value), present[0] ?? 0);
  const largest = present.reduce((high, value) => Math.max(high, value), least);
  const scale = largest > least ? Math.ceil(Math.log2((largest - least) / LARGEST)) : 0;
  const reference = Math.fround(least) > least ? least - 1e-6 : least;
  const packed = present.flatMap(value =>
    octets(2, Math.min(LARGEST, Math.max(0, Math.round((value - Math.fround(reference)) / 2 ** scale)))),
  );
  const isPartial = present.length < values.length;
  const sections = [
    section(1, [...octets(2, 98), ...octets(2, 0), 2, 1, 1, ...calendar(issued), 0, 1]),
    section(3, gridOctets(grid, northward)),
    section(4, product),
    section(5, [...octets(4, present.length), ...octets(2, 0), ...float(reference), ...signed(2, scale), ...octets(2, 0), BITS, 0]),
    section(6, isPartial ? [0, ...bits(values.map(value => !Number.isNaN(value)))] : [255]),
    section(7, packed),
  ];
  const body = sections.flat();
  const length = 16 + body.length + 4;
  return Uint8Array.from([...text('GRIB'), 0, 0, 0, 2, ...octets(4, 0), ...octets(4, length), ...body, ...text('7777')]);
}

function gridOctets({ rows, columns, xMin, yMax, xResolution, yResolution }: GribAccumulation['grid'], northward: boolean): number[] {
  const micro = (degrees: number) => Math.round(degrees * 1e6);
  const east = (column: number) => micro((xMin + (column + 0.5) * xResolution + 360) % 360);
  const north = (row: number) => micro(yMax - (row + 0.5) * yResolution);
  const [first, last] = northward ? [north(rows - 1), north(0)] : [north(0), north(rows - 1)];
  return [
    ...[0, ...octets(4, rows * columns), 0, 0, ...octets(2, 0), 6, ...new Array<number>(15).fill(255)],
    ...[...octets(4, columns), ...octets(4, rows), ...octets(4, 0), ...octets(4, 0xffffffff)],
    ...[...signed(4, first), ...signed(4, east(0)), 48, ...signed(4, last), ...signed(4, east(columns - 1))],
    ...[...octets(4, micro(xResolution)), ...octets(4, micro(yResolution)), northward ? 0x40 : 0],
  ];
}

function productOctets({ issued, from, to, member }: GribAccumulation): number[] {
  const ahead = (from - issued) / MINUTE_MS;
  const surface = [1, 255, ...octets(4, 0xffffffff)];
  return [
    ...[...octets(2, 0), ...octets(2, member === undefined ? 8 : 11), 1, 8, 2, 255, 255, ...octets(2, 0), 0, 0, ...signed(4, ahead)],
    ...[...surface, 255, ...octets(1, 255), ...octets(4, 0xffffffff)],
    ...(member === undefined ? [] : [member === 0 ? 0 : 3, member, 20]),
    ...[...calendar(to), 1, ...octets(4, 0), 1, 2, 1, ...octets(4, Math.round((to - from) / HOUR_MS)), 255, ...octets(4, 0)],
  ];
}

function calendar(time: EpochMs): number[] {
  const date = new Date(time);
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
  return [...octets(2, date.getUTCFullYear()), month, day, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
}

const section = (number: number, content: readonly number[]): number[] => [...octets(4, content.length + 5), number, ...content];

const octets = (length: number, value: number): number[] =>
  Array.from({ length }, (_, k) => Math.floor(value / 256 ** (length - 1 - k)) % 256);

/** Sign and magnitude. */
const signed = (length: number, value: number): number[] => octets(length, Math.abs(value) + (value < 0 ? 2 ** (8 * length - 1) : 0));

function float(value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return [...new Uint8Array(view.buffer)];
}

const bits = (flags: readonly boolean[]): number[] =>
  Array.from({ length: Math.ceil(flags.length / 8) }, (_, byte) =>
    Array.from({ length: 8 }, (__, bit) => (flags[8 * byte + bit] === true ? 128 >> bit : 0)).reduce((sum, value) => sum + value, 0),
  );

const text = (written: string): number[] => [...Buffer.from(written, 'latin1')];
