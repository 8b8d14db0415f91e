/**
 * How a raster writes its directions. `clockwise`: 1 N, 2 NE, 3 E … 8 NW (SMASH, Freshet's own domains). `esri`: powers of two,
 * 1 E, 2 SE, 4 S, 8 SW, 16 W, 32 NW, 64 N, 128 NE.
 */
export type FlowConvention = 'clockwise' | 'esri';

const CLOCKWISE_OF_ESRI: ReadonlyMap<number, number> = new Map([[1, 3], [2, 4], [4, 5], [8, 6], [16, 7], [32, 8], [64, 1], [128, 2]]); // prettier-ignore
const CODES_OF = {
  clockwise: new Set([1, 2, 3, 4, 5, 6, 7, 8]),
  esri: new Set(CLOCKWISE_OF_ESRI.keys()),
} as const satisfies Record<FlowConvention, ReadonlySet<number>>;

/**
 * Directions of a raster's values as codes 1 … 8, clockwise from north. Zero, negative values and NaN (no data) have none.
 * `auto` takes the convention that knows every value.
 * @throws RangeError naming the first cell whose value is no direction, or saying that both conventions know all values.
 */
export function readFlowCodes(
  values: ArrayLike<number>,
  columns: number,
  convention: FlowConvention | 'auto',
): { readonly codes: Uint8Array; readonly convention: FlowConvention } {
  const cellOf = firstCells(values);
  const chosen = convention === 'auto' ? detect(cellOf, columns) : convention;
  const stranger = [...cellOf].find(([value]) => !CODES_OF[chosen].has(value));
  if (stranger !== undefined) throw new RangeError(noDirection(stranger, columns, chosen));
  const codes = Uint8Array.from(values, value => (value > 0 ? (chosen === 'esri' ? CLOCKWISE_OF_ESRI.get(value)! : value) : 0));
  return { codes, convention: chosen };
}

/** The distinct positive values and where each stands first. */
function firstCells(values: ArrayLike<number>): Map<number, number> {
  const cellOf = new Map<number, number>();
  for (let position = 0; position < values.length; position++) {
    const value = values[position]!;
    if (value > 0 && !cellOf.has(value)) cellOf.set(value, position);
  }
  return cellOf;
}

function detect(cellOf: ReadonlyMap<number, number>, columns: number): FlowConvention {
  const only = (convention: FlowConvention, other: FlowConvention) =>
    [...cellOf].find(([value]) => CODES_OF[convention].has(value) && !CODES_OF[other].has(value));
  const [clockwise, esri] = [only('clockwise', 'esri'), only('esri', 'clockwise')];
  if (clockwise !== undefined && esri !== undefined) {
    const [a, b] = [clockwise, esri].map(([value, position]) => `${value} ${cellName(position, columns)}`);
    throw new RangeError(`codes of two conventions are mixed: ${a} is clockwise (1 N … 8 NW), ${b} is a power of two (ESRI)`);
  }
  if (clockwise === undefined && esri === undefined && cellOf.size > 0)
    throw new RangeError('only codes that both conventions know (1, 2, 4, 8) are there; say which is meant: clockwise or esri');
  return esri === undefined ? 'clockwise' : 'esri';
}

function noDirection([value, position]: readonly [number, number], columns: number, convention: FlowConvention): string {
  const allowed = [...CODES_OF[convention]].sort((a, b) => a - b).join(', ');
  return `${value} ${cellName(position, columns)} is no ${convention} direction (${allowed}); if it stands for cells without one, declare it as the raster's no-data value`;
}

/** A cell of a raster in the words of every message about flow directions. */
export const cellName = (position: number, columns: number): string =>
  `(row ${Math.floor(position / columns)}, column ${position % columns})`;
