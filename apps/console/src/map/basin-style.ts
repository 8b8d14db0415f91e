import type { BasinMap } from '#contracts';
import type { Feature, FeatureCollection } from 'geojson';
import type { StyleSpecification } from 'maplibre-gl';
import type { Palette } from '../palette.js';

/** The whole map comes from the API: cells, outline and rivers. No tile server, no glyphs, no sprite. */
export function basinStyle(map: BasinMap, palette: Palette): StyleSpecification {
  const largest = Math.max(1, ...map.rivers.features.map(reach => reach.properties.upstreamAreaKm2));
  return {
    version: 8,
    sources: {
      cells: { type: 'geojson', data: map.cells as FeatureCollection },
      outline: { type: 'geojson', data: map.outline as Feature },
      rivers: { type: 'geojson', data: map.rivers as FeatureCollection },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': palette.raised } },
      { id: 'cells', type: 'fill', source: 'cells', paint: { 'fill-color': palette.cell, 'fill-outline-color': palette.cellLine } },
      { id: 'outline', type: 'line', source: 'outline', paint: { 'line-color': palette.quiet, 'line-width': 1.2 } },
      {
        id: 'rivers',
        type: 'line',
        source: 'rivers',
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': palette.river, 'line-width': riverWidth(largest), 'line-opacity': riverOpacity(largest) },
      },
    ],
  };
}

/** Width grows with the square root of the upstream area: discharge of a flood grows slower than area. */
const share = (largest: number) => ['sqrt', ['/', ['get', 'upstreamAreaKm2'], largest]] as const;

const riverWidth = (largest: number) => ['interpolate', ['linear'], share(largest), 0, 0.4, 1, 6] as unknown as number;

const riverOpacity = (largest: number) => ['interpolate', ['linear'], share(largest), 0, 0.25, 0.25, 0.95] as unknown as number;
