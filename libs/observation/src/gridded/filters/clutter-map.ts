import { HOUR_MS, epochMs, type EpochMs } from '#hydrology';
import type { RainRaster } from '../rain-raster.js';

export interface ClutterSettings {
  /** A cell is clutter from this share of wet rasters on … */
  readonly frequency: number;
  /** … and this many times the share of the cells some way off. */
  readonly contrast: number;
  /** Rasters that must have been seen before anything is judged. */
  readonly rasters: number;
  /** Wet from this rate on, mm/h. */
  readonly wet: number;
}

/** Cells from the middle of a clutter to what it is compared with. */
const AWAY = 10;
/** Then both counts are halved: buildings and wind farms come and go (six weeks of every quarter of an hour). */
const MOST = 4000;

/**
 * How often each cell of a source's grid was wet, learned from its rasters: echoes of hills, masts and wind farms stand where they are,
 * rain does not. A cell is compared with what lies ten cells off in eight directions, so a wet season or a wet mountain range makes no clutter.
 */
export class ClutterMap {
  private constructor(
    readonly grid: RainRaster['grid'],
    private readonly seen: Uint16Array,
    private readonly wet: Uint16Array,
    /** End of the newest raster that was learned from. */
    private newest: EpochMs,
  ) {}

  static on(grid: RainRaster['grid']): ClutterMap {
    const cells = grid.rows * grid.columns;
    return new ClutterMap(grid, new Uint16Array(cells), new Uint16Array(cells), epochMs(0));
  }

  fits(grid: RainRaster['grid']): boolean {
    return JSON.stringify(grid) === JSON.stringify(this.grid);
  }

  /**
   * Counts a raster, unless it is no newer than the last one.
   * @returns the cells of the raster that are wet and clutter, by what was known before it
   */
  learn({ depths, from, to }: RainRaster, settings: ClutterSettings): Uint32Array {
    const wet = (settings.wet * (to - from)) / HOUR_MS;
    const found = this.find(depths, wet, settings);
    if (to > this.newest) {
      this.newest = to;
      this.count(depths, wet);
    }
    return found;
  }

  private count(depths: Float32Array, wet: number): void {
    for (let cell = 0; cell < depths.length; cell++) {
      const depth = depths[cell]!;
      if (depth !== depth) continue; // NaN
      if (this.seen[cell] === MOST) {
        this.seen[cell]! >>= 1;
        this.wet[cell]! >>= 1;
      }
      this.seen[cell]!++;
      if (depth >= wet) this.wet[cell]!++;
    }
  }

  private find(depths: Float32Array, wet: number, { frequency, contrast, rasters }: ClutterSettings): Uint32Array {
    const found: number[] = [];
    for (let cell = 0; cell < depths.length; cell++) {
      if (!(depths[cell]! >= wet) || this.seen[cell]! < rasters) continue;
      const own = this.wet[cell]! / this.seen[cell]!;
      if (own >= frequency && this.standsOut(cell, own / contrast, rasters)) found.push(cell);
    }
    return Uint32Array.from(found);
  }

  /** Is the middle of the shares ten cells off at most `most`? No where too few are known. */
  private standsOut(cell: number, most: number, rasters: number): boolean {
    const { rows, columns } = this.grid;
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    let [known, below] = [0, 0];
    for (const [down, right] of AROUND) {
      const [r, c] = [row + down * AWAY, column + right * AWAY];
      if (r < 0 || r >= rows || c < 0 || c >= columns) continue;
      const other = r * columns + c;
      if (this.seen[other]! < rasters) continue;
      known++;
      if (this.wet[other]! <= most * this.seen[other]!) below++;
    }
    return known >= AROUND.length / 2 && 2 * below > known;
  }

  /** A line of JSON about the grid and both counts, to be kept in a file. */
  encode(): Uint8Array {
    const head = Buffer.from(`${JSON.stringify({ format: FORMAT, grid: this.grid, newest: this.newest })}\n`);
    const counts = [this.seen, this.wet].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
    return Buffer.concat([head, ...counts]);
  }

  /** What `encode` wrote; null for anything else: it is learned anew. */
  static decode(bytes: Uint8Array): ClutterMap | null {
    const end = bytes.indexOf(NEW_LINE);
    try {
      const head = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Head;
      const cells = head.grid.rows * head.grid.columns;
      if (head.format !== FORMAT || bytes.length !== end + 1 + 4 * cells) return null;
      const counts = Uint8Array.from(bytes.subarray(end + 1)).buffer; // a copy: what was read need not be aligned
      return new ClutterMap(head.grid, new Uint16Array(counts, 0, cells), new Uint16Array(counts, 2 * cells), epochMs(head.newest));
    } catch {
      return null;
    }
  }
}

interface Head {
  readonly format: string;
  readonly grid: RainRaster['grid'];
  readonly newest: number;
}

const FORMAT = 'freshet-clutter-1';
const NEW_LINE = 10;

const AROUND = [-1, 0, 1]
  .flatMap(down => [-1, 0, 1].map(right => [down, right] as const))
  .filter(([down, right]) => down !== 0 || right !== 0);
