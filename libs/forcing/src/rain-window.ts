import type { Mesh } from '#hydrology';

/** Cells of a regular raster, every one of them active, as `makeRemapping` takes them. */
export type RasterCells = Pick<Mesh, 'rows' | 'columns' | 'xMin' | 'yMax' | 'xResolution' | 'yResolution' | 'cellCount' | 'row' | 'column'>;

/** A raster around a mesh, in the mesh's projection: what rain may come from in the next hours. */
export interface RainWindow extends RasterCells {
  readonly cellKm: number;
  /** Window cell in which each cell of the mesh lies. */
  readonly at: Int32Array;
  /** Two windows of one name are the same. */
  readonly name: string;
}

/** Rain at 65 km/h comes so far in 3 h. */
const REACH_KM = 200;
/** A nowcast of more cells takes too long for a beat; then cells of the window are several of the mesh. */
const MOST_CELLS = 2_000_000;

/** A mesh never changes: its window is made once. */
const windowOf = new WeakMap<Mesh, RainWindow>();

/** The mesh's raster and 200 km on every side. */
export function windowAround(mesh: Mesh): RainWindow {
  const known = windowOf.get(mesh) ?? makeWindow(mesh);
  windowOf.set(mesh, known);
  return known;
}

function makeWindow(mesh: Mesh): RainWindow {
  const meshKm = Math.sqrt(mesh.areaM2[0]!) / 1000;
  let factor = 1;
  while (cellsOf(mesh, meshKm, factor).count > MOST_CELLS) factor++;
  const { rows, columns, margin, count } = cellsOf(mesh, meshKm, factor);
  const [xResolution, yResolution] = [mesh.xResolution * factor, mesh.yResolution * factor];
  const [xMin, yMax] = [mesh.xMin - margin * xResolution, mesh.yMax + margin * yResolution];
  const placed = (cell: number): number => margin + Math.floor(cell / factor);
  return {
    ...{ rows, columns, xMin, yMax, xResolution, yResolution, cellCount: count, cellKm: meshKm * factor },
    row: Int32Array.from({ length: count }, (_, k) => Math.floor(k / columns)),
    column: Int32Array.from({ length: count }, (_, k) => k % columns),
    at: Int32Array.from({ length: mesh.cellCount }, (_, k) => placed(mesh.row[k]!) * columns + placed(mesh.column[k]!)),
    name: [rows, columns, xMin, yMax, xResolution, yResolution].join(' '),
  };
}

function cellsOf(mesh: Mesh, meshKm: number, factor: number) {
  const margin = Math.ceil(REACH_KM / (meshKm * factor));
  const [rows, columns] = [mesh.rows, mesh.columns].map(cells => Math.ceil(cells / factor) + 2 * margin) as [number, number];
  return { margin, rows, columns, count: rows * columns };
}
