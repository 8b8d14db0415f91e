import { HOUR_MS } from '#hydrology';
import type { RainRaster } from '../rain-raster.js';
import type { ClutterMap, ClutterSettings } from './clutter-map.js';
import { fillCells, type Field } from './fill-cells.js';
import { findSpeckle, type SpeckleSettings } from './find-speckle.js';
import { findSpikes, type SpikeSettings } from './find-spikes.js';
import type { SpokeSettings } from './find-spokes.js';

/** What takes echoes out that are no rain, in the order in which it is applied; what is absent is off. */
export interface RainFilters {
  /** Rays of a polar file that are wet all along between dry neighbours; applied where the rays are still there. */
  readonly spokes?: SpokeSettings | undefined;
  /** Cells that are wet far more often than what surrounds them. */
  readonly clutter?: ClutterSettings | undefined;
  /** Cells far above everything around them. */
  readonly spikes?: SpikeSettings | undefined;
  /** Wet groups of very few cells. */
  readonly speckle?: SpeckleSettings | undefined;
}

export const RAIN_FILTERS = ['spokes', 'clutter', 'spikes', 'speckle'] as const satisfies readonly (keyof RainFilters)[];
export type RainFilter = (typeof RAIN_FILTERS)[number];

/**
 * The raster without the echoes that its filters find: such a cell takes the middle of the cells around it that are left, or is
 * missing where none is. Its quality is 0, and `filtered` names the cells of each filter that is on. The clutter map learns from the raster as it
 * came.
 */
export function filterRain(raster: RainRaster, filters: RainFilters, map?: ClutterMap): RainRaster {
  const field: Field = { rows: raster.grid.rows, columns: raster.grid.columns, values: raster.depths };
  const hours = (raster.to - raster.from) / HOUR_MS;
  const none = new Uint32Array(0);
  const clutter = (filters.clutter && map?.learn(raster, filters.clutter)) ?? none;
  const finders: readonly (readonly [RainFilter, () => Uint32Array])[] = [
    ['clutter', () => clutter],
    ['spikes', () => (filters.spikes ? findSpikes(field, filters.spikes, hours) : none)],
    ['speckle', () => (filters.speckle ? findSpeckle(field, filters.speckle, hours) : none)],
  ];
  const filtered: Partial<Record<RainFilter, Uint32Array>> = { ...raster.filtered };
  let { quality } = raster;
  for (const [name, find] of finders) {
    if (filters[name] === undefined) continue;
    const found = find();
    fillCells(field, found);
    filtered[name] = found;
    if (found.length === 0) continue;
    quality ??= new Float32Array(field.values.length).fill(1);
    for (const cell of found) quality[cell] = 0;
  }
  return { ...raster, quality, filtered };
}
