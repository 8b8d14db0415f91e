import { toLonLat, type LoadedDomain } from '#config';
import type { BasinMap } from '#contracts';
import type { Mesh } from '#hydrology';

type Corner = readonly [column: number, row: number];

/** Mesh, outline and rivers of a domain as the GeoJSON of /v1/basins/{basin}/map. */
export function fixtureMap(domain: LoadedDomain): Pick<BasinMap, 'basin' | 'outline' | 'cells' | 'rivers'> {
  const { mesh, projection } = domain;
  const position = ([column, row]: Corner): number[] => [
    ...toLonLat(projection, mesh.xMin + column * mesh.xResolution, mesh.yMax - row * mesh.yResolution),
  ];
  const centre = (cell: number): Corner => [mesh.column[cell]! + 0.5, mesh.row[cell]! + 0.5];
  const cells = Array.from({ length: mesh.cellCount }, (_, cell) => cell);
  return {
    basin: domain.basin,
    outline: {
      type: 'Feature',
      properties: { basin: domain.basin },
      geometry: { type: 'MultiPolygon', coordinates: edgeRings(mesh).map(ring => [ring.map(position)]) },
    },
    cells: {
      type: 'FeatureCollection',
      features: cells.map(cell => ({
        type: 'Feature',
        properties: { cell, zone: '', upstreamAreaKm2: mesh.upstreamAreaM2[cell]! / 1e6 },
        geometry: { type: 'Polygon', coordinates: [squareOf(mesh, cell).map(position)] },
      })),
    },
    rivers: {
      type: 'FeatureCollection',
      features: cells
        .filter(cell => mesh.downstream[cell]! >= 0)
        .map(cell => ({
          type: 'Feature',
          properties: { cell, upstreamAreaKm2: mesh.upstreamAreaM2[cell]! / 1e6 },
          geometry: { type: 'LineString', coordinates: [centre(cell), centre(mesh.downstream[cell]!)].map(position) },
        })),
    },
  };
}

/** Corners in grid units, one way round, closed. */
function squareOf(mesh: Mesh, cell: number): Corner[] {
  const column = mesh.column[cell]!;
  const row = mesh.row[cell]!;
  return [
    [column, row],
    [column + 1, row],
    [column + 1, row + 1],
    [column, row + 1],
    [column, row],
  ];
}

/** Sides that only one cell has, joined into rings. */
function edgeRings(mesh: Mesh): Corner[][] {
  const sides = new Map<string, readonly [Corner, Corner]>();
  for (let cell = 0; cell < mesh.cellCount; cell++) {
    const square = squareOf(mesh, cell);
    for (let side = 0; side < 4; side++) {
      const [from, to] = [square[side]!, square[side + 1]!];
      if (!sides.delete(`${to.join()}>${from.join()}`)) sides.set(`${from.join()}>${to.join()}`, [from, to]);
    }
  }
  const next = new Map<string, Corner[]>();
  for (const [from, to] of sides.values()) next.set(from.join(), [...(next.get(from.join()) ?? []), to]);
  return [...sides.values()].map(([from]) => ringFrom(from, next)).filter(ring => ring.length > 3);
}

function ringFrom(start: Corner, next: ReadonlyMap<string, Corner[]>): Corner[] {
  const ring = [start];
  for (let to = next.get(start.join())?.pop(); to; to = next.get(to.join())?.pop()) ring.push(to);
  return ring;
}
