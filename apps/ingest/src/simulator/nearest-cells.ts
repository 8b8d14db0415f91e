import { fromLonLat, projectionOf, toLonLat, type LoadedDomain } from '#config';
import { centreOf, type PlacedGrid } from '#hydrology';

/** Which cell of a mesh each cell of a grid shows. */
export interface NearestCells {
  /** Of each cell of the grid, row 0 = north: the cell of the mesh under its centre, −1 beyond the basin. */
  readonly source: Int32Array;
  /** Cells of the mesh that lie outside of the grid. */
  readonly missed: number;
}

const known = new WeakMap<LoadedDomain, Map<PlacedGrid, NearestCells>>();

/** Places the cells of a mesh under a grid of another projection; the same domain and grid are placed once. */
export function nearestCells(domain: LoadedDomain, grid: PlacedGrid): NearestCells {
  const ofDomain = known.get(domain) ?? new Map<PlacedGrid, NearestCells>();
  known.set(domain, ofDomain);
  const found = ofDomain.get(grid) ?? place(domain, grid);
  ofDomain.set(grid, found);
  return found;
}

function place({ mesh, projection }: LoadedDomain, grid: PlacedGrid): NearestCells {
  const own = projectionOf(0, grid.definition);
  const cellAt = new Map(Array.from(mesh.row, (row, cell) => [row * mesh.columns + mesh.column[cell]!, cell]));
  const source = new Int32Array(grid.rows * grid.columns).fill(-1);
  const inGrid = Array.from({ length: mesh.cellCount }, (_, cell) => {
    const [x, y] = fromLonLat(own, ...toLonLat(projection, ...centreOf(mesh, cell)));
    return [Math.floor((grid.yMax - y) / grid.yResolution), Math.floor((x - grid.xMin) / grid.xResolution)] as const;
  });
  const isInside = ([row, column]: readonly [number, number]) => row >= 0 && column >= 0 && row < grid.rows && column < grid.columns;
  const inside = inGrid.filter(isInside);
  // a cell of the grid that shows the basin lies at most a mesh cell's width beside one under a mesh cell's centre
  const margin = Math.ceil(Math.max(mesh.xResolution / grid.xResolution, mesh.yResolution / grid.yResolution)) + 1;
  const rows = rangeOf(
    inside.map(([row]) => row),
    margin,
    grid.rows,
  );
  const columns = rangeOf(
    inside.map(([, column]) => column),
    margin,
    grid.columns,
  );
  for (let row = rows.first; row <= rows.last; row++) {
    for (let column = columns.first; column <= columns.last; column++) {
      const centre = toLonLat(own, grid.xMin + (column + 0.5) * grid.xResolution, grid.yMax - (row + 0.5) * grid.yResolution);
      const [x, y] = fromLonLat(projection, ...centre);
      const [meshRow, meshColumn] = [Math.floor((mesh.yMax - y) / mesh.yResolution), Math.floor((x - mesh.xMin) / mesh.xResolution)];
      const isOnRaster = meshColumn >= 0 && meshColumn < mesh.columns;
      source[row * grid.columns + column] = (isOnRaster ? cellAt.get(meshRow * mesh.columns + meshColumn) : undefined) ?? -1;
    }
  }
  return { source, missed: inGrid.length - inside.length };
}

function rangeOf(indices: readonly number[], margin: number, count: number): { readonly first: number; readonly last: number } {
  const least = indices.reduce((low, each) => Math.min(low, each), Infinity);
  const largest = indices.reduce((high, each) => Math.max(high, each), -Infinity);
  return { first: Math.max(0, least - margin), last: Math.min(count - 1, largest + margin) };
}
