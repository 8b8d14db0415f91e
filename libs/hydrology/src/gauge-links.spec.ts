import { describe, expect, it } from '@jest/globals';
import { buildMesh, cellAt, linksOfGauges, stationId, type Station } from './index.js';

/** A stream of four cells southward, and one of two that joins it in the third row. */
const mesh = buildMesh(
  { rows: 4, columns: 3, codes: Uint8Array.from([5, 0, 0, 5, 0, 0, 5, 7, 7, 5, 0, 0]) },
  { epsg: 2154, xMin: 0, yMax: 4000, xResolution: 1000, yResolution: 1000 },
);
const station = (id: string, row: number, column: number, gauged = true): Station => ({
  ...{ id: stationId(id), name: id, river: '', gauged, assimilate: gauged, longitude: 0, latitude: 0, thresholds: [] },
  ...{ cell: cellAt(mesh, row, column), areaM2: (row + 1) * 1e6 },
});

describe('links between gauges', () => {
  it('lead to the nearest gauge downstream, past stations without one', () => {
    const stations = [
      station('spring', 0, 0),
      station('virtual', 1, 0, false),
      station('middle', 2, 0),
      station('outlet', 3, 0),
      station('side', 2, 2),
    ];
    const links = linksOfGauges(mesh, stations).map(({ upstream, downstream }) => `${upstream.station} ${downstream.station}`);
    expect(links.sort()).toEqual(['middle outlet', 'side middle', 'spring middle']);
    expect(linksOfGauges(mesh, stations)[0]!.upstream.areaM2).toBe(1e6);
  });
});
