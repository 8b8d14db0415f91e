import h5wasm, { type Group } from 'h5wasm';

/** A group of an HDF5 file to be written. */
export interface TreeGroup {
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly groups?: Readonly<Record<string, TreeGroup>>;
  readonly datasets?: Readonly<Record<string, TreeDataset>>;
}

export interface TreeDataset {
  readonly data: Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;
  readonly shape: readonly number[];
  readonly attributes?: Readonly<Record<string, string | number>>;
}

let files = 0;

/** The bytes of an HDF5 file with these groups, deflated like real ones. */
export async function makeHdf5(root: TreeGroup): Promise<Uint8Array> {
  const { FS } = (await h5wasm.ready) as unknown as { FS: { readFile(path: string): Uint8Array; unlink(path: string): void } };
  const path = `/written-${++files}.h5`;
  const file = new h5wasm.File(path, 'w');
  fill(file, root);
  file.close();
  const bytes = FS.readFile(path);
  FS.unlink(path);
  return bytes;
}

function fill(group: Group, { attributes = {}, groups = {}, datasets = {} }: TreeGroup): void {
  for (const [name, value] of Object.entries(attributes)) group.create_attribute(name, value);
  for (const [name, { data, shape, attributes: own = {} }] of Object.entries(datasets)) {
    const chunked = shape.length > 1 ? { chunks: [...shape], compression: 'gzip' as const, compression_opts: [6] } : {};
    const dataset = group.create_dataset({ name, data, shape: [...shape], ...chunked });
    for (const [key, value] of Object.entries(own)) dataset.create_attribute(key, value);
  }
  for (const [name, child] of Object.entries(groups)) fill(group.create_group(name), child);
}
