import proj4 from 'proj4';
import { HOUR_MS, MINUTE_MS, SECOND_MS, epochMs, type EpochMs, type PlacedGrid } from '#hydrology';
import { Refusal, firstLineOf } from '../reject.js';
import type { Hdf5Node } from './hdf5.js';
import { requirePlausibleInterval, requirePlausibleShape, type RainReading } from './rain-raster.js';

/** A band and the groups around it, innermost first: data, dataset, root. Attributes are looked up in this order. */
export interface OdimBand {
  readonly data: Hdf5Node;
  readonly levels: readonly Hdf5Node[];
  readonly path: string;
  readonly quantity: string;
}

/** What the innermost level has under the name. ODIM allows each attribute at every level; files put them at any. */
export function fieldOf<T>(levels: readonly Hdf5Node[], group: string, read: (node: Hdf5Node) => T | undefined): T | undefined {
  for (const level of levels) {
    const node = level.child(group);
    const value = node && read(node);
    if (value !== undefined) return value;
  }
  return undefined;
}

export const textField = (levels: readonly Hdf5Node[], group: string, name: string): string | undefined =>
  fieldOf(levels, group, node => node.text(name));

export const numberField = (levels: readonly Hdf5Node[], group: string, name: string): number | undefined =>
  fieldOf(levels, group, node => node.number(name));

/** Every band `datasetN/dataM/data` of a file with its quantity. */
export function bandsOf(root: Hdf5Node): OdimBand[] {
  return childrenOf(root, /^dataset\d+$/).flatMap(([name, dataset]) =>
    childrenOf(dataset, /^data\d+$/).flatMap(([inner, node]) => {
      const data = node.child('data');
      const levels = [node, dataset, root];
      return data === undefined ? [] : [{ data, levels, path: `${name}/${inner}`, quantity: textField(levels, 'what', 'quantity') ?? '' }];
    }),
  );
}

/** Members of a name, in numerical order. */
export function childrenOf(node: Hdf5Node, pattern: RegExp): (readonly [name: string, child: Hdf5Node])[] {
  const number = (name: string) => Number(/\d+$/.exec(name)?.[0] ?? 0);
  return node
    .names()
    .filter(name => pattern.test(name))
    .sort((a, b) => number(a) - number(b))
    .flatMap(name => {
      const child = node.child(name);
      return child === undefined ? [] : [[name, child] as const];
    });
}

/**
 * Where a Cartesian product lies. The grid may be described in the root's `where` (the standard) or the dataset's (RMI); the
 * corner as UL_x and UL_y in the projection (RMI), or as longitude and latitude of UL or LL.
 */
export function gridOf({ levels, path }: OdimBand, shape: readonly number[]): PlacedGrid {
  const number = (name: string) => numberField(levels, 'where', name);
  const [rows, columns] = [number('ysize') ?? shape[0]!, number('xsize') ?? shape[1]!];
  requirePlausibleShape(rows, columns);
  if (shape.length !== 2 || rows !== shape[0] || columns !== shape[1]) {
    throw new Refusal('GRID_IMPLAUSIBLE', `says ${rows} × ${columns} cells in where, but ${path}/data is ${shape.join(' × ')}`);
  }
  const definition = textField(levels, 'where', 'projdef');
  if (definition === undefined) throw new Refusal('FIELD_MISSING', 'has no where/projdef, so nobody knows where it lies');
  const forward = projectionOf(definition);
  const corner = (name: string): Point | undefined => {
    const [longitude, latitude] = [number(`${name}_lon`), number(`${name}_lat`)];
    return longitude === undefined || latitude === undefined ? undefined : forward([longitude, latitude]);
  };
  const [lowerLeft, upperRight] = [corner('LL'), corner('UR')];
  const size = cellSize({ x: number('xscale'), y: number('yscale') }, { lowerLeft, upperRight }, { rows, columns });
  const [x, y] = [number('UL_x'), number('UL_y')];
  const upperLeft = x !== undefined && y !== undefined ? ([x, y] as const) : (corner('UL') ?? above(lowerLeft, rows * size.y));
  if (upperLeft === undefined) throw new Refusal('FIELD_MISSING', 'has no corner in where (UL_lon and UL_lat, or LL_lon and LL_lat)');
  const grid = { definition, xMin: upperLeft[0], yMax: upperLeft[1], xResolution: size.x, yResolution: size.y, rows, columns };
  requireAgreeing(grid, lowerLeft, upperRight);
  return grid;
}

type Point = readonly [x: number, y: number];

const above = (point: Point | undefined, height: number): Point | undefined =>
  point === undefined ? undefined : [point[0], point[1] + height];

/** @throws Refusal PROJECTION_UNUSABLE for a text that proj4 does not take. */
export function projectionOf(definition: string): (point: Point) => Point {
  try {
    if (!definition.startsWith('+proj=')) throw new Error('it does not begin with +proj=');
    const transform = proj4(definition);
    return ([longitude, latitude]) => {
      const [x, y] = transform.forward([longitude, latitude]);
      return [x, y];
    };
  } catch (cause) {
    const text = definition.slice(0, 200);
    throw new Refusal('PROJECTION_UNUSABLE', `has a projection that is not understood, "${text}": ${firstLineOf(cause)}`);
  }
}

interface Corners {
  readonly lowerLeft: Point | undefined;
  readonly upperRight: Point | undefined;
}

interface Scale<T> {
  readonly x: T;
  readonly y: T;
}

function cellSize(
  scale: Scale<number | undefined>,
  { lowerLeft, upperRight }: Corners,
  shape: Pick<PlacedGrid, 'rows' | 'columns'>,
): Scale<number> {
  const [width, height] = lowerLeft && upperRight ? [upperRight[0] - lowerLeft[0], upperRight[1] - lowerLeft[1]] : [NaN, NaN];
  const [x, y] = [scale.x ?? width / shape.columns, scale.y ?? height / shape.rows];
  if (x > 0 && y > 0 && x < Infinity && y < Infinity) return { x, y };
  throw new Refusal('FIELD_MISSING', 'has no usable xscale and yscale in where, and no corners that tell the size of its cells');
}

/** Corners and cell sizes are written independently: a cell of difference is rounding or centres for corners, more is a mistake. */
function requireAgreeing(grid: PlacedGrid, lowerLeft: Point | undefined, upperRight: Point | undefined): void {
  const [left, top] = [grid.xMin, grid.yMax];
  const [right, bottom] = [left + grid.columns * grid.xResolution, top - grid.rows * grid.yResolution];
  const expected: readonly (readonly [Point | undefined, Point])[] = [
    [lowerLeft, [left, bottom]],
    [upperRight, [right, top]],
  ];
  const tolerance = 1.01 * Math.max(grid.xResolution, grid.yResolution);
  const agrees = expected.every(([said, is]) => said === undefined || Math.hypot(said[0] - is[0], said[1] - is[1]) <= tolerance);
  if (!agrees || ![left, top, right, bottom].every(Number.isFinite)) {
    throw new Refusal('GRID_IMPLAUSIBLE', 'contradicts itself: corners, cell size and number of cells in where do not agree');
  }
}

/**
 * The interval a band covers. The end is enddate and endtime, else the nominal date and time; the beginning startdate and
 * starttime, else the root's `duration` (RMI, ISO 8601). A rate or reflectivity holds for `durationMs` of the source where set.
 */
export function intervalOf({ levels, quantity }: OdimBand, reading: RainReading): { readonly from: EpochMs; readonly to: EpochMs } {
  const stamp = (date: string, time: string) => stampOf(textField(levels, 'what', date), textField(levels, 'what', time));
  const to = stamp('enddate', 'endtime') ?? stamp('date', 'time');
  if (to === undefined) throw new Refusal('FIELD_MISSING', 'has no time: neither enddate and endtime nor date and time in what');
  const start = stamp('startdate', 'starttime');
  const said = start !== undefined && start < to ? start : before(to, durationOf(textField(levels, 'what', 'duration')));
  const set = before(to, reading.durationMs);
  const from = (quantity === 'ACRR' ? (said ?? set) : (set ?? said)) ?? start ?? to;
  requirePlausibleInterval(from, to, reading.receivedAt);
  return { from, to };
}

const before = (to: EpochMs, durationMs: number | undefined): EpochMs | undefined =>
  durationMs === undefined ? undefined : epochMs(to - durationMs);

/** YYYYMMDD and HHMMSS (or HHMM) in UTC. */
export function stampOf(date: string | undefined, time: string | undefined): EpochMs | undefined {
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(date ?? '');
  const clock = /^(\d\d)(\d\d)(\d\d)?(?:\.\d+)?$/.exec(time ?? '');
  if (day === null || clock === null) return undefined;
  const ms = Date.parse(`${day[1]}-${day[2]}-${day[3]}T${clock[1]}:${clock[2]}:${clock[3] ?? '00'}Z`);
  return Number.isNaN(ms) ? undefined : epochMs(ms);
}

/** PT1H, PT15M, PT1H30M, PT900S in ms. */
function durationOf(text: string | undefined): number | undefined {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [1, 2, 3].map(k => Number(match[k] ?? 0)) as [number, number, number];
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS || undefined;
}
