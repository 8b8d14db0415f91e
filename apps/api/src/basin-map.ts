import { toLonLat, type LoadedDomain } from '#config';
import type { BasinMap, BasinOutline, MeshCells, RiverReaches } from '#contracts';
import type { Mesh } from '#hydrology';

type Position = [longitude: number, latitude: number];

/** Mesh and rivers of a basin as GeoJSON in WGS84, with six decimals (0.1 m). */
export function basinMap(domain: LoadedDomain): Pick<BasinMap, 'basin' | 'outline' | 'cells' | 'rivers'> {
  const place = placerOf(domain);
  return { basin: domain.basin, outline: outlineOf(domain, place), cells: cellsOf(domain, place), rivers: riversOf(domain.mesh, place) };
}

/** [west, south, east, north] of the active cells. */
export function boundsOf(domain: LoadedDomain): [number, number, number, number] {
  const place = placerOf(domain);
  const { mesh } = domain;
  const corners = Array.from({ length: mesh.cellCount }, (_, cell) => cornersOf(mesh, cell, place)).flat();
  const longitudes = corners.map(corner => corner[0]);
  const latitudes = corners.map(corner => corner[1]);
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}

/** Position of a point of the grid; whole numbers are corners, halves are centres. Row 0 is north. */
type Place = (row: number, column: number) => Position;

function placerOf({ mesh, projection }: LoadedDomain): Place {
  return (row, column) => {
    const [longitude, latitude] = toLonLat(projection, mesh.xMin + column * mesh.xResolution, mesh.yMax - row * mesh.yResolution);
    return [round(longitude), round(latitude)];
  };
}

const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** Counter-clockwise, closed, as GeoJSON wants an outer ring. */
function cornersOf(mesh: Mesh, cell: number, place: Place): Position[] {
  const [row, column] = [mesh.row[cell]!, mesh.column[cell]!];
  return [place(row + 1, column), place(row + 1, column + 1), place(row, column + 1), place(row, column), place(row + 1, column)];
}

function cellsOf({ mesh, zoneOfCell, zoneStations }: LoadedDomain, place: Place): MeshCells {
  return {
    type: 'FeatureCollection',
    features: Array.from({ length: mesh.cellCount }, (_, cell) => ({
      type: 'Feature',
      geometry: { type: 'Polygon', coordinates: [cornersOf(mesh, cell, place)] },
      properties: { cell, zone: zoneStations[zoneOfCell[cell]!] ?? '', upstreamAreaKm2: mesh.upstreamAreaM2[cell]! / 1e6 },
    })),
  };
}

function riversOf(mesh: Mesh, place: Place): RiverReaches {
  const centre = (cell: number): Position => place(mesh.row[cell]! + 0.5, mesh.column[cell]! + 0.5);
  const reaches = Array.from({ length: mesh.cellCount }, (_, cell) => cell).filter(cell => mesh.downstream[cell]! >= 0);
  return {
    type: 'FeatureCollection',
    features: reaches.map(cell => ({
      type: 'Feature',
      geometry: { type: 'LineString', coordinates: [centre(cell), centre(mesh.downstream[cell]!)] },
      properties: { cell, upstreamAreaKm2: mesh.upstreamAreaM2[cell]! / 1e6 },
    })),
  };
}

/** Ring of grid corners, as row and column. */
type GridRing = readonly (readonly [row: number, column: number])[];

function outlineOf({ basin, mesh }: LoadedDomain, place: Place): BasinOutline {
  const rings = traceRings(mesh);
  const outer = rings.filter(ring => signedArea(ring) > 0);
  const holes = rings.filter(ring => signedArea(ring) < 0);
  const polygons = outer.map(ring => [ring, ...holes.filter(hole => contains(ring, hole[0]!))]);
  const coordinates = polygons.map(polygon => polygon.map(ring => [...ring, ring[0]!].map(([row, column]) => place(row, column))));
  return { type: 'Feature', geometry: { type: 'MultiPolygon', coordinates }, properties: { basin } };
}

/** Walks the edges between active and other cells with the active cell on the left: outer rings counter-clockwise, holes clockwise. */
function traceRings(mesh: Mesh): GridRing[] {
  const active = new Set(Array.from({ length: mesh.cellCount }, (_, cell) => keyOf(mesh.row[cell]!, mesh.column[cell]!)));
  const ends = new Map<string, [number, number][]>();
  const edge = (from: [number, number], to: [number, number]): void => {
    ends.set(keyOf(...from), [...(ends.get(keyOf(...from)) ?? []), to]);
  };
  for (let cell = 0; cell < mesh.cellCount; cell++) {
    const [row, column] = [mesh.row[cell]!, mesh.column[cell]!];
    if (!active.has(keyOf(row + 1, column))) edge([row + 1, column], [row + 1, column + 1]);
    if (!active.has(keyOf(row, column + 1))) edge([row + 1, column + 1], [row, column + 1]);
    if (!active.has(keyOf(row - 1, column))) edge([row, column + 1], [row, column]);
    if (!active.has(keyOf(row, column - 1))) edge([row, column], [row + 1, column]);
  }
  const rings: GridRing[] = [];
  for (const start of ends.keys()) while ((ends.get(start)?.length ?? 0) > 0) rings.push(withoutStraights(walkRing(start, ends)));
  return rings;
}

const keyOf = (row: number, column: number): string => `${row} ${column}`;

function walkRing(start: string, ends: Map<string, [number, number][]>): GridRing {
  const ring: [number, number][] = [];
  let at = start;
  do {
    const next = ends.get(at)!.shift()!;
    ring.push(next);
    at = keyOf(...next);
  } while (at !== start);
  return ring;
}

/** Leaves the corners where the direction changes. */
function withoutStraights(ring: GridRing): GridRing {
  return ring.filter(([row, column], k) => {
    const before = ring[(k + ring.length - 1) % ring.length]!;
    const after = ring[(k + 1) % ring.length]!;
    return !(before[0] === row && row === after[0]) && !(before[1] === column && column === after[1]);
  });
}

/** Twice the area, positive for a counter-clockwise ring seen with north up (rows grow southwards). */
function signedArea(ring: GridRing): number {
  return ring.reduce((sum, [row, column], k) => {
    const [nextRow, nextColumn] = ring[(k + 1) % ring.length]!;
    return sum + (nextColumn * row - column * nextRow);
  }, 0);
}

/** Even-odd rule, for a point just inside the corner's cell. */
function contains(ring: GridRing, [row, column]: readonly [number, number]): boolean {
  const [y, x] = [row - 0.5, column + 0.5];
  return ring.reduce((inside, [r1, c1], k) => {
    const [r2, c2] = ring[(k + 1) % ring.length]!;
    const crosses = r1 > y !== r2 > y && x < c1 + ((y - r1) / (r2 - r1)) * (c2 - c1);
    return crosses ? !inside : inside;
  }, false);
}
