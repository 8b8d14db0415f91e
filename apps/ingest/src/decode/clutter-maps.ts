import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { PlacedGrid } from '#hydrology';
import { ClutterMap } from '#observation';

/** 40 million cells and their line. */
const MOST_BYTES = 170_000_000;

/**
 * The maps of clutter of the sources of a process, each in a file beside what its source has archived. A file that is missing, damaged
 * or of another grid is learned anew. Works without waiting, for the thread that decodes.
 */
export class ClutterMaps {
  readonly #maps = new Map<string, ClutterMap>();

  on(file: string, grid: PlacedGrid): ClutterMap {
    const known = this.#maps.get(file) ?? readMap(file);
    const map = known?.fits(grid) === true ? known : ClutterMap.on(grid);
    this.#maps.set(file, map);
    return map;
  }

  /** Writes what was learned, as a whole or not at all. A disk that is full costs what was learned since, not the rain. */
  keep(file: string): void {
    const map = this.#maps.get(file);
    if (map === undefined) return;
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.tmp`, gzipSync(map.encode(), { level: 1 }));
      renameSync(`${file}.tmp`, file);
    } catch {
      // written again with the next file
    }
  }
}

function readMap(file: string): ClutterMap | null {
  try {
    return ClutterMap.decode(gunzipSync(readFileSync(file), { maxOutputLength: MOST_BYTES }));
  } catch {
    return null;
  }
}
