import type * as Hdf5Library from 'h5wasm';
import type { Dataset, Group } from 'h5wasm';
import { Refusal, firstLineOf } from '../reject.js';
import type { DataNode, StoredBand, TypedArray } from './data-node.js';
import { requirePlausibleShape } from './rain-raster.js';

type Library = typeof Hdf5Library;
/** A group or dataset of an open file. A field that is absent is undefined; one that is broken throws. */
export class Hdf5Node implements DataNode {
  private known: Group['attrs'] | undefined;

  constructor(private readonly entity: Group | Dataset) {}

  child(path: string): Hdf5Node | undefined {
    if (!('keys' in this.entity)) return undefined;
    const [first, ...rest] = path.split('/') as [string, ...string[]];
    if (!this.entity.keys().includes(first)) return undefined;
    const found = this.entity.get(first);
    if (found === null || !('attrs' in found) || !('keys' in found || 'shape' in found)) return undefined; // no links out of the file
    const node = new Hdf5Node(found);
    return rest.length === 0 ? node : node.child(rest.join('/'));
  }

  /** Names of the members, in the order of the file. */
  names(): readonly string[] {
    return 'keys' in this.entity ? this.entity.keys() : [];
  }

  attribute(name: string): string | number | readonly number[] | undefined {
    this.known ??= this.entity.attrs;
    const attribute = Object.hasOwn(this.known, name) ? this.known[name] : undefined;
    if (attribute === undefined) return undefined;
    const { metadata } = attribute;
    const count = (metadata.shape ?? []).reduce((product, length) => product * length, 1);
    if (!(metadata.size * count <= MOST_ATTRIBUTE_BYTES)) throw new Refusal('FILE_UNREADABLE', `has an attribute ${name} of absurd size`);
    return plainValue(attribute.value);
  }

  text(name: string): string | undefined {
    const value = this.attribute(name);
    return typeof value === 'string' ? value.replaceAll('\0', '').trim() : undefined;
  }

  /** A number; one written as text counts, and so does a list of one. */
  number(name: string): number | undefined {
    const value = this.attribute(name);
    const single = Array.isArray(value) ? (value as readonly number[])[0] : value;
    if (typeof single === 'number') return single;
    return typeof single === 'string' && single.trim() !== '' && Number.isFinite(Number(single)) ? Number(single) : undefined;
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    if (typeof value === 'number') return [value];
    return typeof value === 'object' ? value : undefined;
  }

  get shape(): readonly number[] | undefined {
    return 'shape' in this.entity ? (this.entity.shape ?? undefined) : undefined;
  }

  /**
   * The numbers of a dataset.
   * @throws Refusal GRID_IMPLAUSIBLE before anything is unpacked when it declares more than MOST_CELLS, FIELD_MISSING when it holds none.
   */
  band(): StoredBand {
    const shape = this.shape;
    if (shape === undefined || !('metadata' in this.entity)) throw new Refusal('FIELD_MISSING', 'has a group where numbers should be');
    const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
    requirePlausibleShape(rows, shape.at(-1) ?? 1);
    if (this.entity.metadata.size > 8) throw new Refusal('FIELD_MISSING', 'holds no plain numbers');
    const { metadata } = this.entity;
    const cells = Math.max(
      rows * (shape.at(-1) ?? 1),
      (metadata.chunks ?? []).reduce((product, length) => product * length, 1),
    );
    const value = withGrowth(LEAST_GROWTH_BYTES + MOST_COPIES * cells * metadata.size, () => (this.entity as Dataset).value);
    const bytes = value instanceof BigInt64Array || value instanceof BigUint64Array ? Float64Array.from(value, Number) : value;
    if (!ArrayBuffer.isView(bytes) || !('length' in bytes)) throw new Refusal('FIELD_MISSING', 'holds no plain numbers');
    if (bytes.length !== rows * (shape.at(-1) ?? 1)) throw new Refusal('FILE_UNREADABLE', 'holds fewer numbers than it says');
    const values = bytes as TypedArray;
    return { shape, values, isFloat: this.entity.metadata.type === 1 };
  }
}

const MOST_ATTRIBUTE_BYTES = 4_000_000;

/** What the library takes to read a dataset: the values, a stored chunk, and that chunk inflated, whose memory it doubles as it needs. */
const MOST_COPIES = 8;
const LEAST_GROWTH_BYTES = 32_000_000;
const PAGE_BYTES = 65_536;

/**
 * Reads while the memory of the library may grow by so many bytes. The library inflates a chunk to whatever size it has, not to the one that the
 * file declares: a few MB would take the 2 GB that it may have. Its memory is its own and never shown; but only it can grow while `read`
 * runs, which is at once. Beyond, the library finds no memory and refuses the file.
 */
function withGrowth<T>(mostBytes: number, read: () => T): T {
  const own = Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, 'grow')!;
  const grow = own.value as (this: WebAssembly.Memory, pages: number) => number;
  let grownBytes = 0;
  const growWithin = function (this: WebAssembly.Memory, pages: number): number {
    if (grownBytes + pages * PAGE_BYTES > mostBytes) throw new RangeError('a chunk inflates to more than the file declares');
    grownBytes += pages * PAGE_BYTES;
    return grow.call(this, pages);
  };
  Object.defineProperty(WebAssembly.Memory.prototype, 'grow', { ...own, value: growWithin });
  try {
    return read();
  } finally {
    Object.defineProperty(WebAssembly.Memory.prototype, 'grow', own);
  }
}

function plainValue(value: unknown): string | number | readonly number[] | undefined {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (ArrayBuffer.isView(value) && 'length' in value) {
    const numbers = Array.from(value as unknown as ArrayLike<number | bigint>, Number);
    return numbers.length === 1 ? numbers[0]! : numbers;
  }
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : undefined;
}

/**
 * Opens HDF5 (and NetCDF-4) bytes in memory, lets `read` take what it needs and forgets them.
 * @throws Refusal FILE_UNREADABLE for bytes that the HDF5 library refuses, and whatever refusal `read` throws.
 */
export async function withHdf5<T>(bytes: Uint8Array, read: (root: Hdf5Node) => T): Promise<T> {
  const opened = await openLibrary();
  const path = `/${++files}.h5`;
  let failed = true;
  try {
    opened.disk.writeFile(path, bytes);
    const file = new opened.library.File(path, 'r');
    const result = read(new Hdf5Node(file));
    file.close();
    failed = false;
    return result;
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal('FILE_UNREADABLE', `is not a readable HDF5 file: ${reasonOf(cause)}`);
  } finally {
    if (failed) wear(opened);
    if (current === opened) opened.disk.unlink(path);
  }
}

const reasonOf = (cause: unknown): string => {
  const reason = firstLineOf(cause);
  const internal = /^(HDF5-DIAG|error - |Aborted|memory access|table index|unreachable)/.test(reason);
  return internal ? 'it is damaged, cut short or of another format' : reason;
};

interface Opened {
  readonly library: Library;
  readonly disk: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void };
  failures: number;
}

let current: Opened | undefined;
let opening: Promise<Opened> | undefined;
let instances = 0;
let files = 0;

/** A damaged file keeps handles open inside the library; after so many of them the library is started anew. */
const MOST_FAILURES = 100;

/**
 * A trap inside the library (a damaged file that makes it read out of bounds) leaves it unusable: it is dropped and the next
 * file gets a new instance.
 */
function wear(opened: Opened): void {
  if (++opened.failures < MOST_FAILURES && !hasTrapped(opened)) return;
  if (current === opened) [current, opening] = [undefined, undefined];
}

/** The library answers a file that does not exist with its own error; after a trap with another one, or none. */
function hasTrapped({ library }: Opened): boolean {
  try {
    new library.File('/absent.h5', 'r');
    return true;
  } catch (cause) {
    return !firstLineOf(cause).startsWith('HDF5-DIAG');
  }
}

const openLibrary = (): Promise<Opened> => (opening ??= startLibrary());

async function startLibrary(): Promise<Opened> {
  const library = (await import(`${import.meta.resolve('h5wasm')}?instance=${++instances}`)) as Library;
  const module = await library.ready;
  module.activate_throwing_error_handler();
  current = { library, disk: module.FS as unknown as Opened['disk'], failures: 0 };
  return current;
}
