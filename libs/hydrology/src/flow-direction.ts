/** A raster of D8 flow directions, row 0 = north. 1 N, 2 NE, 3 E, 4 SE, 5 S, 6 SW, 7 W, 8 NW; anything else = the cell is not active. */
export interface FlowDirections {
  readonly rows: number;
  readonly columns: number;
  readonly codes: Uint8Array;
}

/** Row and column of a cell, in words used by every message about a mesh. */
export interface CellPosition {
  readonly row: number;
  readonly column: number;
}

const ROW_STEP = [0, -1, -1, 0, 1, 1, 1, 0, -1] as const;
const COLUMN_STEP = [0, 0, 1, 1, 1, 0, -1, -1, -1] as const;

/** Is there a direction 1 … 8 at this position of the raster? */
export function isActive(directions: FlowDirections, position: number): boolean {
  const code = directions.codes[position]!;
  return code >= 1 && code <= 8;
}

/** The position (row × columns + column) that a position drains into, −1 where the water leaves the active cells. */
export function drainsInto(directions: FlowDirections, position: number): number {
  const below = targetOf(directions, position);
  return below !== -1 && isActive(directions, below) ? below : -1;
}

/** The position that a direction points at, active or not; −1 beyond the border. */
function targetOf(directions: FlowDirections, position: number): number {
  const code = directions.codes[position]!;
  const row = Math.floor(position / directions.columns) + ROW_STEP[code]!;
  const column = (position % directions.columns) + COLUMN_STEP[code]!;
  return row < 0 || row >= directions.rows || column < 0 || column >= directions.columns ? -1 : row * directions.columns + column;
}

/**
 * The first closed loop of flow directions (two cells facing each other, or longer), empty when the water of every cell
 * leaves the mesh. O(cells): each position is walked once.
 */
export const findLoop = (directions: FlowDirections): readonly CellPosition[] => findLoops(directions, 1)[0] ?? [];

/** The closed loops of flow directions, at most so many. */
export function findLoops(directions: FlowDirections, most = Infinity): readonly (readonly CellPosition[])[] {
  const walkOf = new Int32Array(directions.rows * directions.columns); // the walk that first came here, 0 = none
  const loops: (readonly CellPosition[])[] = [];
  for (let origin = 0; origin < walkOf.length && loops.length < most; origin++) {
    if (!isActive(directions, origin)) continue;
    let position = origin;
    while (position !== -1 && walkOf[position] === 0) {
      walkOf[position] = origin + 1;
      position = drainsInto(directions, position);
    }
    if (position !== -1 && walkOf[position] === origin + 1) loops.push(loopThrough(directions, position));
  }
  return loops;
}

/**
 * Sinks: cells without a direction that at least one neighbour drains into and whose eight neighbours all have one. Water that
 * reaches them leaves the mesh inland, which is right for a karst or an endorheic lake and wrong for a river.
 */
export function findSinks(directions: FlowDirections): readonly CellPosition[] {
  const { rows, columns } = directions;
  const sinks: CellPosition[] = [];
  for (let row = 1; row < rows - 1; row++) {
    for (let column = 1; column < columns - 1; column++) {
      const position = row * columns + column;
      if (isActive(directions, position)) continue;
      const around = AROUND.map(([down, right]) => position + down * columns + right);
      if (!around.every(neighbour => isActive(directions, neighbour))) continue;
      if (around.some(neighbour => targetOf(directions, neighbour) === position)) sinks.push({ row, column });
    }
  }
  return sinks;
}

const AROUND = [1, 2, 3, 4, 5, 6, 7, 8].map(code => [ROW_STEP[code]!, COLUMN_STEP[code]!] as const);

function loopThrough(directions: FlowDirections, start: number): readonly CellPosition[] {
  const loop: CellPosition[] = [];
  let position = start;
  do {
    loop.push({ row: Math.floor(position / directions.columns), column: position % directions.columns });
    position = drainsInto(directions, position);
  } while (position !== start);
  return loop;
}
