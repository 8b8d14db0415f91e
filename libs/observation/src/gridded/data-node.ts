export type TypedArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** A band of numbers as the file stores them. */
export interface StoredBand {
  readonly shape: readonly number[];
  readonly values: TypedArray;
  readonly isFloat: boolean;
}

/** A group or dataset of a file that describes itself (HDF5, NetCDF). A field that is absent is undefined; one that is broken throws. */
export interface DataNode {
  child(path: string): DataNode | undefined;
  /** Names of the members, in the order of the file. */
  names(): readonly string[];
  text(name: string): string | undefined;
  /** A number; one written as text counts, and so does a list of one. */
  number(name: string): number | undefined;
  numbers(name: string): readonly number[] | undefined;
  /** Of a dataset; undefined for a group. */
  readonly shape: readonly number[] | undefined;
  /**
   * The numbers of a dataset.
   * @throws Refusal GRID_IMPLAUSIBLE before anything is unpacked when it declares more than MOST_CELLS, FIELD_MISSING when it holds none.
   */
  band(): StoredBand;
}
