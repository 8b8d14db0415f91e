import { makeRemapping, remap, windowAround, type Remapping } from '#forcing';
import { HOUR_MS, type EpochMs, type Mesh } from '#hydrology';
import type { RainRaster } from '#observation';
import { writeMosaic, type Pool } from '#store';

/** A basin whose nowcast needs to see what comes. */
export interface SurroundedBasin {
  readonly basin: string;
  readonly source: string;
  readonly mesh: Mesh;
  /** proj4 text of the mesh. */
  readonly definition: string;
}

/** Keeps the rain around a basin as the files bring it, on a raster of the mesh's cells and 200 km more on every side. */
export class MosaicKeeper {
  readonly #window;
  #last: { readonly grid: string; readonly remapping: Remapping } | null = null;

  constructor(
    private readonly pool: Pool,
    private readonly of: SurroundedBasin,
  ) {
    this.#window = windowAround(of.mesh);
  }

  async keep({ grid, from, to, depths }: RainRaster, receivedAt: EpochMs): Promise<void> {
    const key = JSON.stringify(grid);
    if (this.#last?.grid !== key) this.#last = { grid: key, remapping: makeRemapping(grid, this.#window, this.of.definition) };
    const perHour = HOUR_MS / (to - from);
    const rates = remap(this.#last.remapping, depths).map(depth => depth * perHour);
    const { basin, source } = this.of;
    await writeMosaic(this.pool, { basin, source, validTime: to, durationMs: to - from, receivedAt, raster: this.#window.name, rates });
  }
}
