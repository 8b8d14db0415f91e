import { NetCDFReader } from 'netcdfjs';
import { Refusal, firstLineOf } from '../reject.js';
import type { DataNode, StoredBand } from './data-node.js';
import { requirePlausibleShape } from './rain-raster.js';

/** "CDF" and the version: 1 classic, 2 with 64-bit offsets. */
export const isClassicNetCdf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x43 && bytes[1] === 0x44 && bytes[2] === 0x46 && (bytes[3] === 1 || bytes[3] === 2);

/** A header of more bytes is refused: it holds names and attributes only, and is read byte by byte. */
const MOST_HEADER_BYTES = 4 * 1024 * 1024;

/**
 * Opens the bytes of a classic NetCDF file (CDF-1, CDF-2).
 * @throws Refusal FILE_UNREADABLE for a header that cannot be read.
 */
export function openClassicNetCdf(bytes: Uint8Array): DataNode {
  try {
    const { variables } = new NetCDFReader(bytes.subarray(0, MOST_HEADER_BYTES)) as { readonly variables?: readonly Variable[] };
    return new ClassicGroup(new NetCDFReader(bytes), variables ?? [], bytes.length);
  } catch (cause) {
    throw new Refusal('FILE_UNREADABLE', `is not a readable classic NetCDF file: ${firstLineOf(cause)}`);
  }
}

type Variable = NetCDFReader['variables'][number];
interface Attribute {
  readonly name: string;
  readonly value: unknown;
}

class Attributes {
  constructor(private readonly attributes: readonly Attribute[]) {}

  text(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === 'string' ? value.replaceAll('\0', '').trim() : undefined;
  }

  number(name: string): number | undefined {
    const value = this.value(name);
    if (typeof value === 'string') return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
    return this.numbers(name)?.[0];
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.value(name);
    if (typeof value === 'number') return [value];
    return Array.isArray(value) && value.every(each => typeof each === 'number') ? value : undefined;
  }

  private value(name: string): unknown {
    return this.attributes.find(each => each.name === name)?.value;
  }
}

class ClassicGroup extends Attributes implements DataNode {
  readonly shape = undefined;
  private readonly byName: ReadonlyMap<string, Variable>;

  constructor(
    private readonly reader: NetCDFReader,
    variables: readonly Variable[],
    private readonly bytes: number,
  ) {
    super(reader.globalAttributes);
    this.byName = new Map(variables.map(each => [each.name, each]));
  }

  names(): readonly string[] {
    return [...this.byName.keys()];
  }

  child(name: string): DataNode | undefined {
    const variable = this.byName.get(name);
    return variable && new ClassicVariable(this.reader, variable, this.bytes);
  }

  band(): StoredBand {
    throw new Refusal('FIELD_MISSING', 'has a group where numbers should be');
  }
}

/** Bytes of a number and the array that holds such numbers, by the name of the type. Characters are no numbers. */
const NUMBERS = {
  byte: { bytes: 1, isFloat: false, from: (values: number[]) => Int8Array.from(values) },
  short: { bytes: 2, isFloat: false, from: (values: number[]) => Int16Array.from(values) },
  int: { bytes: 4, isFloat: false, from: (values: number[]) => Int32Array.from(values) },
  float: { bytes: 4, isFloat: true, from: (values: number[]) => Float32Array.from(values) },
  double: { bytes: 8, isFloat: true, from: (values: number[]) => Float64Array.from(values) },
} as const;

class ClassicVariable extends Attributes implements DataNode {
  readonly shape: readonly number[];

  constructor(
    private readonly reader: NetCDFReader,
    private readonly variable: Variable,
    private readonly fileBytes: number,
  ) {
    super(variable.attributes);
    const { length, id } = reader.recordDimension;
    this.shape = variable.dimensions.map(each => (each === id ? length : (reader.dimensions[each]?.size ?? NaN)));
  }

  names(): readonly string[] {
    return [];
  }

  child(): undefined {
    return undefined;
  }

  band(): StoredBand {
    const { variable, shape } = this;
    const rows = productOf(shape.slice(0, -1));
    requirePlausibleShape(rows, shape.at(-1) ?? 1);
    if (!Object.hasOwn(NUMBERS, variable.type)) throw new Refusal('FIELD_MISSING', 'holds no plain numbers');
    const { bytes, isFloat, from } = NUMBERS[variable.type as keyof typeof NUMBERS];
    const count = productOf(shape);
    if (!(variable.offset + count * bytes <= this.fileBytes)) throw new Refusal('FILE_UNREADABLE', 'holds fewer numbers than it says');
    return { shape, values: from(this.read(count, bytes)), isFloat };
  }

  private read(count: number, bytes: number): number[] {
    const { reader, variable } = this;
    const inRecord = variable.record ? count / reader.recordDimension.length : count;
    if (variable.record) setRecordStep(reader);
    try {
      const read = reader.getDataVariable({ ...variable, size: inRecord * bytes }) as (number | number[])[];
      return read.flat();
    } catch (cause) {
      throw new Refusal('FILE_UNREADABLE', `cannot be read: ${firstLineOf(cause)}`);
    }
  }
}

const productOf = (lengths: readonly number[]): number => lengths.reduce((product, length) => product * length, 1);

/** A record variable that is alone is not padded to four bytes (NetCDF classic format, note on padding), which the library takes for granted. */
function setRecordStep(reader: NetCDFReader): void {
  const records = reader.variables.filter(each => each.record);
  if (records.length !== 1) return;
  const [only] = records as [Variable];
  const type = NUMBERS[only.type as keyof typeof NUMBERS] as { readonly bytes: number } | undefined;
  const cells = productOf(only.dimensions.slice(1).map(each => reader.dimensions[each]?.size ?? NaN));
  if (type !== undefined) reader.recordDimension.recordStep = cells * type.bytes;
}
