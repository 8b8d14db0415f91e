/** A surface over two axes, `z[i][j]` at `x[i]`, `y[j]`. */
export interface Surface {
  readonly name: string;
  readonly z: readonly (readonly number[])[];
  /** Filled by height, or only its mesh in this colour. */
  readonly look: 'filled' | { readonly mesh: string; readonly dashed?: boolean };
}

export interface SurfaceFigure {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly zName: string;
  readonly surfaces: readonly Surface[];
}

export interface Axis {
  readonly name: string;
  readonly values: readonly number[];
}

type Point = readonly [number, number, number];

/** Seen from above the corner of the smallest x and largest y: what a store takes rises from there, so nothing hides behind it. */
const AZIMUTH = (128 * Math.PI) / 180;
const ELEVATION = (24 * Math.PI) / 180;
const [WIDTH, HEIGHT, SCALE] = [480, 380, 262];
const LEGEND_LINE = 16;
const MESH_EVERY = 3;
/** Low to high: dark blue to yellow (viridis, four of its colours). */
const RAMP: readonly Point[] = [
  [68, 1, 84],
  [49, 104, 142],
  [53, 183, 121],
  [253, 231, 37],
];

interface Drawn {
  readonly depth: number;
  readonly svg: string;
}

/** Surfaces in parallel projection as inline SVG; what lies behind is drawn first. */
export function drawSurfaces(figure: SurfaceFigure): string {
  const top = Math.max(...figure.surfaces.flatMap(({ z }) => z.flat()));
  const unit = unitCube(figure, top);
  const drawn = figure.surfaces.flatMap(surface => (surface.look === 'filled' ? quads(surface, unit) : mesh(surface, surface.look, unit)));
  drawn.sort((a, b) => b.depth - a.depth);
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT + LEGEND_LINE * figure.surfaces.length + 8}" width="${WIDTH}" font-family="system-ui,sans-serif" font-size="11">
<text x="8" y="16" font-size="13" font-weight="600">${figure.title}</text>
${cage(figure, top)}${drawn.map(({ svg }) => svg).join('')}
${legend(figure)}</svg></figure>`;
}

type Unit = (i: number, j: number, z: number) => Point;

/** Indices and height in the cube from 0 to 1. */
function unitCube({ x, y }: SurfaceFigure, top: number): Unit {
  const share = ({ values }: Axis, k: number): number => (values[k]! - values[0]!) / (values.at(-1)! - values[0]!);
  return (i, j, z) => [share(x, i), share(y, j), z / top];
}

function project([x, y, z]: Point): { readonly at: readonly [number, number]; readonly depth: number } {
  const [u, v] = [x - 0.5, y - 0.5];
  const right = u * Math.cos(AZIMUTH) - v * Math.sin(AZIMUTH);
  const away = u * Math.sin(AZIMUTH) + v * Math.cos(AZIMUTH);
  const up = (z - 0.5) * Math.cos(ELEVATION) * 0.9 + away * Math.sin(ELEVATION);
  return { at: [WIDTH / 2 + SCALE * right, HEIGHT / 2 + 14 - SCALE * up], depth: away * Math.cos(ELEVATION) - z * Math.sin(ELEVATION) };
}

const written = (points: readonly Point[]): string =>
  points
    .map(project)
    .map(({ at: [x, y] }) => `${x.toFixed(1)},${y.toFixed(1)}`)
    .join(' ');

const depthOf = (points: readonly Point[]): number => points.reduce((sum, point) => sum + project(point).depth, 0) / points.length;

function quads({ z }: Surface, unit: Unit): Drawn[] {
  return z.slice(1).flatMap((_, i) =>
    z[0]!.slice(1).map((_height, j) => {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ].map(([a, b]) => unit(a!, b!, z[a!]![b!]!));
      const height = corners.reduce((sum, corner) => sum + corner[2], 0) / corners.length;
      const fill = colourOf(height);
      return {
        depth: depthOf(corners),
        svg: `<polygon points="${written(corners)}" fill="${fill}" fill-opacity=".88" stroke="${fill}" stroke-width=".3"/>`,
      };
    }),
  );
}

/** Lines along both axes, a hair nearer to the eye than a surface in the same place. */
function mesh({ z }: Surface, { mesh: colour, dashed = false }: { mesh: string; dashed?: boolean }, unit: Unit): Drawn[] {
  const line = (a: Point, b: Point): Drawn => ({
    depth: depthOf([a, b]) - 0.02,
    svg: `<polyline points="${written([a, b])}" fill="none" stroke="${colour}" stroke-width="${dashed ? 0.9 : 0.8}"${dashed ? ' stroke-opacity=".55"' : ''}/>`,
  });
  const [rows, columns] = [z.length, z[0]!.length];
  const at = (i: number, j: number): Point => unit(i, j, z[i]![j]!);
  return Array.from({ length: rows }, (_, i) => i).flatMap(i =>
    Array.from({ length: columns }, (_, j) => j).flatMap(j => [
      ...(j % MESH_EVERY === 0 && i + 1 < rows ? [line(at(i, j), at(i + 1, j))] : []),
      ...(i % MESH_EVERY === 0 && j + 1 < columns ? [line(at(i, j), at(i, j + 1))] : []),
    ]),
  );
}

/** Floor and two walls behind, with the numbers of the axes. */
function cage({ x, y, zName }: SurfaceFigure, top: number): string {
  const edges: readonly (readonly Point[])[] = [
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]],
    [[0, 0, 0], [0, 0, 1], [1, 0, 1], [1, 0, 0]],
    [[1, 0, 1], [1, 1, 1], [1, 1, 0]],
  ]; // prettier-ignore
  const lines = edges.map(points => `<polyline points="${written(points)}" fill="none" stroke="#bbb"/>`);
  const text = (point: Point, label: string, anchor = 'middle'): string => {
    const [px, py] = project(point).at;
    return `<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" text-anchor="${anchor}" fill="#444">${label}</text>`;
  };
  const ticks = [0, 0.5, 1];
  const value = ({ values }: Axis, share: number): string => number(values[0]! + share * (values.at(-1)! - values[0]!));
  return [
    ...lines,
    ...ticks.map(share => text([share, 1.1, -0.03], value(x, share))),
    text([0.5, 1.32, -0.06], x.name),
    ...ticks.map(share => text([-0.1, share, -0.03], value(y, share))),
    text([-0.3, 0.5, -0.06], y.name),
    ...ticks.map(share => text([-0.02, -0.02, share], number(share * top), 'start')),
    text([-0.02, -0.02, 1.08], zName),
  ].join('');
}

function legend({ surfaces }: SurfaceFigure): string {
  return surfaces
    .map(({ name, look }, k) => {
      const [x, y] = [20, HEIGHT + LEGEND_LINE * (k + 1)];
      const stops = [0, 0.5, 1].map(
        share => `<rect x="${x + 6 * share * 2}" y="${y - 8}" width="7" height="8" fill="${colourOf(share)}"/>`,
      );
      const mark =
        look === 'filled'
          ? stops.join('')
          : `<line x1="${x}" x2="${x + 19}" y1="${y - 4}" y2="${y - 4}" stroke="${look.mesh}" stroke-width="1.4"/>`;
      return `${mark}<text x="${x + 26}" y="${y}" fill="#222">${name}</text>`;
    })
    .join('');
}

function colourOf(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (RAMP.length - 1);
  const k = Math.min(RAMP.length - 2, Math.floor(place));
  const mixed = RAMP[k]!.map((low, c) => Math.round(low + (place - k) * (RAMP[k + 1]![c]! - low)));
  return `rgb(${mixed.join()})`;
}

const number = (value: number): string => String(Number(value.toPrecision(2)));
