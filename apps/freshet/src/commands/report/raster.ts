import type { Mesh } from '#hydrology';
import { colourOf, INK, QUIET, type Ramp } from './palette.js';
import { escapeHtml, FONT } from './text.js';

/** Values on a grid, row 0 at the top; NaN is left white. */
export interface Raster {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

/** A raster with its name, and marks over it in units of its cells. */
export interface Tile {
  readonly label: string;
  readonly raster: Raster;
  readonly marks?: readonly (readonly [column: number, row: number])[];
  readonly markSize?: number;
  /** Names of the axes of a surface. */
  readonly axes?: { readonly x: string; readonly y: string };
}

/** What the colours of a plate mean. */
export interface Scale {
  readonly range: readonly [low: number, high: number];
  readonly ramp: Ramp;
  /** Quantity and unit. */
  readonly label: string;
}

/** The active cells of a mesh, cropped to them. */
export function meshRaster(mesh: Mesh, values: ArrayLike<number>): Raster {
  const grid = new Float64Array(mesh.rows * mesh.columns).fill(NaN);
  for (let cell = 0; cell < mesh.cellCount; cell++) grid[mesh.row[cell]! * mesh.columns + mesh.column[cell]!] = values[cell]!;
  return { rows: mesh.rows, columns: mesh.columns, values: grid };
}

const TILE = 150;
const GAP = 22;
const HEAD = 20;
const FOOT = 18;
const BAR = 46;
/** Room for the words below the colours. */
const NARROWEST = 340;

/** Tiles side by side under one scale of colours. */
export function plate(tiles: readonly Tile[], scale: Scale, perRow = 6): string {
  const across = Math.min(perRow, tiles.length);
  const down = Math.ceil(tiles.length / perRow);
  const labelled = tiles.some(({ axes }) => axes !== undefined);
  const high = TILE + HEAD + (labelled ? FOOT : 4);
  const [width, height] = [Math.max(across * (TILE + GAP), NARROWEST), down * high + BAR];
  const drawn = tiles.map((tile, k) => {
    const [x, y] = [(k % perRow) * (TILE + GAP) + GAP / 2, Math.floor(k / perRow) * high];
    return `<g transform="translate(${x} ${y})">${drawTile(tile, scale)}</g>`;
  });
  const bar = `<g transform="translate(${GAP / 2} ${down * high + 8})">${colourBar(scale, Math.min(width - GAP, 420))}</g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${FONT}" font-size="11" fill="${INK}">${drawn.join('')}${bar}</svg>`;
}

function drawTile({ label, raster, marks = [], markSize = 0.5, axes }: Tile, scale: Scale): string {
  const cell = TILE / Math.max(raster.rows, raster.columns);
  const dots = marks.map(([x, y]) => `<circle cx="${short(x)}" cy="${short(y)}" r="${markSize}"/>`).join('');
  const foot = axes
    ? `<text x="${TILE / 2}" y="${TILE + 13}" text-anchor="middle" fill="${QUIET}">${escapeHtml(axes.x)} →</text><text transform="translate(-4 ${TILE / 2}) rotate(-90)" text-anchor="middle" fill="${QUIET}">${escapeHtml(axes.y)} →</text>`
    : '';
  return `<text y="13" font-weight="600">${escapeHtml(label)}</text><g transform="translate(0 ${HEAD})"><g transform="scale(${short(cell)})" shape-rendering="crispEdges">${paths(raster, scale)}<g fill="none" stroke="#fff" stroke-width="${markSize}" paint-order="stroke" shape-rendering="auto"><g stroke="#000" stroke-width="${markSize * 0.6}">${dots}</g></g></g>${foot}</g>`;
}

const CLASSES = 28;

/** One path a class of colour, runs of equal cells as one rectangle: small, and sharp at any size. */
function paths({ rows, columns, values }: Raster, { range: [low, high], ramp }: Scale): string {
  const classOf = (value: number): number => Math.min(CLASSES - 1, Math.max(0, Math.floor(((value - low) / (high - low || 1)) * CLASSES)));
  const runs = new Map<number, string[]>();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns;) {
      const value = values[row * columns + column]!;
      let end = column + 1;
      if (Number.isFinite(value)) {
        const own = classOf(value);
        const same = (at: number): boolean => Number.isFinite(values[row * columns + at]) && classOf(values[row * columns + at]!) === own;
        while (end < columns && same(end)) end++;
        runs.set(own, [...(runs.get(own) ?? []), `M${column} ${row}h${end - column}v1h${column - end}z`]);
      }
      column = end;
    }
  }
  return [...runs].map(([own, parts]) => `<path fill="${colourOf((own + 0.5) / CLASSES, ramp)}" d="${parts.join('')}"/>`).join('');
}

function colourBar({ range: [low, high], ramp, label }: Scale, width: number): string {
  const step = width / CLASSES;
  const boxes = Array.from({ length: CLASSES }, (_, k) => {
    return `<rect x="${short(k * step)}" width="${short(step + 0.5)}" height="8" fill="${colourOf((k + 0.5) / CLASSES, ramp)}"/>`;
  });
  const text = (x: number, anchor: string, words: string): string =>
    `<text x="${x}" y="21" text-anchor="${anchor}">${escapeHtml(words)}</text>`;
  return `${boxes.join('')}${text(0, 'start', readable(low))}${text(width / 2, 'middle', label)}${text(width, 'end', readable(high))}`;
}

const readable = (value: number): string => String(Number(value.toPrecision(3)));
const short = (value: number): string => String(Number(value.toFixed(2)));

/** Where most of the values lie, so that one strange cell does not take all the colours. */
export function rangeOf(fields: readonly ArrayLike<number>[], around?: number): readonly [number, number] {
  const sorted = fields
    .flatMap(field => Array.from(field))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.01), at(0.99)];
  if (around === undefined) return low === high ? [low - 1, high + 1] : [low, high];
  const reach = Math.max(Math.abs(low - around), Math.abs(high - around)) || 1;
  return [around - reach, around + reach];
}
