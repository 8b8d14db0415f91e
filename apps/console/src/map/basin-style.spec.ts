import { describe, expect, it } from '@jest/globals';
import type { BasinMap } from '#contracts';
import { PALETTES } from '../palette.js';
import { basinStyle } from './basin-style.js';

const reach = (upstreamAreaKm2: number): BasinMap['rivers']['features'][number] => ({
  type: 'Feature',
  properties: { cell: 0, upstreamAreaKm2 },
  geometry: { type: 'LineString', coordinates: [] },
});

const map: BasinMap = {
  runKind: 'replay',
  marker: 'REPLAY · EXERCISE',
  now: '2014-11-04T13:15:00Z',
  basin: 'cance',
  outline: { type: 'Feature', properties: { basin: 'cance' }, geometry: { type: 'MultiPolygon', coordinates: [] } },
  cells: { type: 'FeatureCollection', features: [] },
  rivers: { type: 'FeatureCollection', features: [reach(4), reach(380)] },
};

describe('the style of the map', () => {
  it('asks no other host for anything', () => {
    const style = basinStyle(map, PALETTES.light);
    expect(style).not.toHaveProperty('glyphs');
    expect(style).not.toHaveProperty('sprite');
    expect(JSON.stringify(style)).not.toMatch(/https?:/);
  });

  it('draws rivers as wide as the share of the largest upstream area', () => {
    const rivers = basinStyle(map, PALETTES.dark).layers.find(layer => layer.id === 'rivers');
    expect(rivers?.paint).toMatchObject({
      'line-color': PALETTES.dark.river,
      'line-width': ['interpolate', ['linear'], ['sqrt', ['/', ['get', 'upstreamAreaKm2'], 380]], 0, 0.4, 1, 6],
    });
  });
});
