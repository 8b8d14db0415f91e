import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { PlacedGrid } from '#hydrology';
import { ClutterMap } from '#observation';

/** 40 million cells and their line. */
const MOST_BYTES = 170_000_000;

/**
 * The maps of clutter of the sources of a process, one for each grid (a radar has its own) in a file beside what its source has archived. A file that is
 * missing or damaged is learned anew. Works without waiting, for the thread that decodes.
 */
export class ClutterMaps {
  readonly #maps = new Map<string, ClutterMap>();

  /** `stem` is the path of the file but for the name of the grid. */
  on(stem: string, grid: PlacedGrid): ClutterMap {
    const file = fileOf(stem, grid);
    const known = this.#maps.get(file) ?? readMap(file);
    const map = known?.fits(grid) === true ? known : ClutterMap.on(grid);
    this.#maps.set(file, map);
    return map;
  }

  /** Writes what was learned, each file as a whole or not at all. A disk that is full costs what was learned since, not the rain. */
  keep(stem: string): void {
    for (const [file, map] of this.#maps) if (file === fileOf(stem, map.grid)) write(file, map);
  }

  /** What was learned and not kept; the next file begins from what was kept. */
  forget(stem: string): void {
    for (const [file, map] of this.#maps) if (file === fileOf(stem, map.grid)) this.#maps.delete(file);
  }
}

function fileOf(stem: string, grid: PlacedGrid): string {
  const name = createHash('sha256').update(JSON.stringify(grid)).digest('hex').slice(0, 8);
  return `${stem}-${name}.gz`;
}

function write(file: string, map: ClutterMap): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.tmp`, gzipSync(map.encode(), { level: 1 }));
    renameSync(`${file}.tmp`, file);
  } catch {
    // written again with the next file
  }
}

function readMap(file: string): ClutterMap | null {
  try {
    return ClutterMap.decode(gunzipSync(readFileSync(file), { maxOutputLength: MOST_BYTES }));
  } catch {
    return null;
  }
}
