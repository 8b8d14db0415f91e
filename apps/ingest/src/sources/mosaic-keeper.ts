import { windowAround } from '#forcing';
import { HOUR_MS, type EpochMs, type Mesh } from '#hydrology';
import type { RainRaster } from '#observation';
import { writeMosaic, type Pool } from '#store';
import type { RainDecoder } from '../decode/rain-decoder.js';

/** A basin whose nowcast needs to see what comes. */
export interface SurroundedBasin {
  readonly basin: string;
  readonly source: string;
  readonly mesh: Mesh;
  /** proj4 text of the mesh. */
  readonly definition: string;
  /** In whose thread the rain is brought onto the raster: a large one would hold up everything else. */
  readonly decoder: Pick<RainDecoder, 'remap'>;
}

/** Keeps the rain around a basin as the files bring it, on a raster of the mesh's cells and 200 km more on every side. */
export class MosaicKeeper {
  readonly #window;

  constructor(
    private readonly pool: Pool,
    private readonly of: SurroundedBasin,
  ) {
    this.#window = windowAround(of.mesh);
  }

  async keep({ grid, from, to, depths }: RainRaster, receivedAt: EpochMs): Promise<void> {
    const perHour = HOUR_MS / (to - from);
    const { basin, source, definition, decoder } = this.of;
    const rates = (await decoder.remap({ grid, depths, onto: this.#window, definition })).map(depth => depth * perHour);
    await writeMosaic(this.pool, { basin, source, validTime: to, durationMs: to - from, receivedAt, raster: this.#window.name, rates });
  }
}
