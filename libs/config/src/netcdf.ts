import { existsSync } from 'node:fs';
import h5wasm, { type Dataset, type File, type Group, type GuessableDataTypes } from 'h5wasm/node';
import { Fault } from '#errors';
import { epochMs, isGeographic, type EpochMs, type GridGeometry } from '#hydrology';
import { parseTimeUnits } from '#observation';
import type { Projection } from './projection.js';

/** One variable of a NetCDF-4 file being written. `dimensions` name coordinate variables written before. */
export interface VariableDefinition {
  readonly name: string;
  readonly type: '<i' | '<h' | '<f' | '<d' | 'S';
  readonly data: GuessableDataTypes;
  readonly shape: readonly number[];
  readonly dimensions?: readonly string[];
  readonly chunks?: readonly number[];
  readonly attributes?: Readonly<Record<string, string | number | readonly number[]>>;
  readonly fillValue?: number;
}

type NumericArray = Int16Array | Int32Array | Float32Array | Float64Array;
const ARRAY_OF = { '<i': Int32Array, '<h': Int16Array, '<f': Float32Array, '<d': Float64Array } as const;

/** Writes a CF NetCDF-4 file; variables whose only dimension is themselves become coordinates. */
export async function writeNetCdf(
  path: string,
  attributes: Readonly<Record<string, string>>,
  variables: readonly VariableDefinition[],
): Promise<void> {
  await ready();
  const file = new h5wasm.File(path, 'w', { track_order: true }); // netCDF lists variables in the order of creation
  try {
    for (const [name, value] of Object.entries({ Conventions: 'CF-1.11', ...attributes })) file.create_attribute(name, value);
    for (const variable of variables) writeVariable(file, variable);
  } finally {
    file.close();
  }
}

function writeVariable(file: File, variable: VariableDefinition): void {
  const { name, data, type, shape, chunks, dimensions = [name] } = variable;
  const compressed = chunks === undefined ? {} : { chunks: [...chunks], compression: 'gzip' as const, compression_opts: [9] };
  const dataset = file.create_dataset({ name, data, dtype: type, shape: [...shape], ...compressed });
  if (shape.length === 1 && dimensions[0] === name) dataset.make_scale(name);
  else for (const [axis, dimension] of dimensions.entries()) dataset.attach_scale(axis, dimension);
  if (variable.fillValue !== undefined && type !== 'S') {
    dataset.create_attribute('_FillValue', ARRAY_OF[type].of(variable.fillValue), [1], type);
  }
  for (const [key, value] of Object.entries(variable.attributes ?? {})) writeAttribute(dataset, key, value);
}

function writeAttribute(dataset: Dataset, key: string, value: string | number | readonly number[]): void {
  if (typeof value === 'string') dataset.create_attribute(key, value);
  else if (typeof value === 'number') dataset.create_attribute(key, value, [], key === 'scale_factor' ? '<f' : '<d');
  else dataset.create_attribute(key, Float64Array.from(value), [value.length], '<d');
}

/** The coordinates y and x (cell centres) and the scalar `crs` that grids share. */
export function gridVariables(
  grid: GridGeometry & { readonly rows: number; readonly columns: number },
  projection: Projection,
): VariableDefinition[] {
  const x = Float64Array.from({ length: grid.columns }, (_, column) => grid.xMin + (column + 0.5) * grid.xResolution);
  const y = Float64Array.from({ length: grid.rows }, (_, row) => grid.yMax - (row + 0.5) * grid.yResolution);
  const units = isGeographic(grid.epsg) ? 'degrees' : 'm';
  return [
    { name: 'y', type: '<d', data: y, shape: [y.length], attributes: { standard_name: 'projection_y_coordinate', units, axis: 'Y' } },
    { name: 'x', type: '<d', data: x, shape: [x.length], attributes: { standard_name: 'projection_x_coordinate', units, axis: 'X' } },
    crsVariable(projection),
  ];
}

const crsVariable = (projection: Projection): VariableDefinition => ({
  name: 'crs',
  type: '<i',
  data: Int32Array.of(projection.epsg),
  shape: [],
  dimensions: [],
  attributes: { ...projection.cf, epsg_code: `EPSG:${projection.epsg}`, proj4: projection.definition },
});

/**
 * Opens an HDF5 or NetCDF-4 file, lets `read` take what it needs and closes it.
 * @throws Fault FILE_UNREADABLE naming the file: absent, truncated, foreign, or without what `read` asks for.
 */
export async function readHdf5<T>(path: string, read: (file: Hdf5Reader) => T): Promise<T> {
  await ready();
  if (!existsSync(path)) throw new Fault('FILE_UNREADABLE', `${path} does not exist`, { path });
  let file: File | undefined;
  try {
    file = new h5wasm.File(path, 'r');
    return read(new Hdf5Reader(file));
  } catch (cause) {
    const reason = readableReason(cause);
    throw new Fault('FILE_UNREADABLE', `${path} is not a readable NetCDF-4 or HDF5 file: ${reason}`, { path }, { cause });
  } finally {
    file?.close();
  }
}

/** The HDF5 library answers a damaged file with its own call stack, which says nothing to whoever has to replace the file. */
function readableReason(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return reason.startsWith('HDF5-DIAG') ? 'it is damaged, cut short or of another format' : reason.split('\n')[0]!;
}

/** Typed access to an open file; every miss names the variable. */
export class Hdf5Reader {
  constructor(private readonly file: Group) {}

  numbers(name: string): NumericArray {
    const { value } = this.dataset(name);
    if (!ArrayBuffer.isView(value)) throw new Error(`variable "${name}" does not hold numbers`);
    return value instanceof BigInt64Array ? Float64Array.from(value, Number) : (value as NumericArray); // Python writes int64
  }

  /** Quantities as float32; missing ones (the variable's _FillValue) become NaN, impossible ones stay what they are. */
  quantities(name: string): Float32Array {
    const missing = this.numberOr(name, '_FillValue', NaN);
    return Float32Array.from(this.numbers(name), value => (value === missing ? NaN : value));
  }

  /** The CF time coordinate `time` in epoch ms, whatever its unit and reference date. */
  times(): EpochMs[] {
    const { unitMs, origin } = parseTimeUnits(this.text('time', 'units'));
    return Array.from(this.numbers('time'), value => epochMs(origin + value * unitMs));
  }

  /** A text attribute of a variable. */
  text(of: string, attribute: string): string {
    const value = this.dataset(of).attrs[attribute]?.value;
    if (typeof value !== 'string') throw new Error(`variable "${of}" has no attribute "${attribute}"`);
    return value;
  }

  strings(name: string): readonly string[] {
    const { value } = this.dataset(name);
    if (!Array.isArray(value)) throw new Error(`variable "${name}" does not hold a list of texts`);
    return value.map(text => (typeof text === 'string' ? text.replaceAll('\0', '') : ''));
  }

  shape(name: string): readonly number[] {
    return this.dataset(name).shape ?? [];
  }

  /** A numeric attribute of a variable or group. */
  number(of: string, attribute: string): number {
    const holder = this.file.get(of) as Dataset | Group | null;
    const value = holder?.attrs[attribute]?.value;
    const single = ArrayBuffer.isView(value) ? (value as NumericArray)[0] : value;
    if (typeof single !== 'number' && typeof single !== 'bigint') throw new Error(`"${of}" has no numeric attribute "${attribute}"`);
    return Number(single);
  }

  /** The same, or `otherwise` where the variable has no such attribute. */
  numberOr(of: string, attribute: string, otherwise: number): number {
    return attribute in this.dataset(of).attrs ? this.number(of, attribute) : otherwise;
  }

  private dataset(name: string): Dataset {
    const found = this.file.get(name);
    if (!(found instanceof h5wasm.Dataset)) throw new Error(`variable "${name}" is missing`);
    return found;
  }
}

let armed: Promise<void> | undefined;

/** Without the throwing handler a corrupt file "opens" and fails later under a page of HDF5 trace. */
const ready = (): Promise<void> => (armed ??= arm());

async function arm(): Promise<void> {
  const module = await h5wasm.ready;
  module.activate_throwing_error_handler();
}
