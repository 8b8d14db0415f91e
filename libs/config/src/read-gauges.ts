import { readFile } from 'node:fs/promises';
import { Fault } from '#errors';
import type { GaugePoint } from '#hydrology';
import { parseTable } from './table.js';

/** Columns that may hold the drained area, and m² in one of their units; `area` is km² as in SMASH's gauge_attributes.csv. */
const AREA_COLUMNS = { area_km2: 1e6, area_m2: 1, area: 1e6 } as const;
/** No river basin is larger (the Amazon has 6.1 million km²): a larger number is in another unit. */
const LARGEST_AREA_M2 = 1e13;

type Row = Readonly<Record<string, string>>;

/**
 * Reads a CSV of gauges: `id` (or `code`), `x`, `y` in the projection of the raster, and `area_km2`, `area_m2` or `area` (km²).
 * @throws Fault MESH_INVALID listing every bad row; COMMAND_INVALID when there is no such file.
 */
export async function readGauges(path: string): Promise<readonly GaugePoint[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Fault('COMMAND_INVALID', `there is no file of gauges ${path}`, { path });
  });
  const rows = parseTable(text);
  const mistakes: string[] = [];
  if (rows.length === 0) mistakes.push('it holds no gauge below its header');
  const missing = missingColumns(rows[0] ?? {});
  if (rows.length > 0 && missing.length > 0) mistakes.push(`it has no column ${missing.join(', ')}`);
  const gauges = mistakes.length > 0 ? [] : rows.map((row, k) => readGauge(row, k + 1, mistakes));
  gauges.forEach(({ id }, k) => {
    if (gauges.findIndex(other => other.id === id) !== k) mistakes.push(`gauge ${id} is listed twice`);
  });
  if (mistakes.length > 0) throw meshInvalid(path, mistakes);
  return gauges;
}

function missingColumns(row: Row): string[] {
  const wanted: readonly (readonly string[])[] = [['id', 'code'], ['x'], ['y'], Object.keys(AREA_COLUMNS)];
  return wanted.filter(names => !names.some(name => name in row)).map(names => names.join(' or '));
}

function readGauge(row: Row, line: number, mistakes: string[]): GaugePoint {
  const id = row['id'] ?? row['code'] ?? '';
  if (id === '') mistakes.push(`gauge ${line} has no id`);
  const number = (column: string): number => {
    const text = row[column] ?? '';
    const value = text === '' ? NaN : Number(text);
    if (!Number.isFinite(value)) mistakes.push(`gauge ${id} has no number in column ${column}: "${text}"`);
    return value;
  };
  const [column, squareMetres] = Object.entries(AREA_COLUMNS).find(([name]) => name in row)!;
  const area = number(column);
  if (area <= 0) mistakes.push(`gauge ${id} drains ${area}: ${column} must be above 0`);
  if (area * squareMetres > LARGEST_AREA_M2)
    mistakes.push(
      `gauge ${id} drains ${area} in column ${column}, more than any river; call the column area_m2 if these are square metres`,
    );
  return { id, x: number('x'), y: number('y'), areaM2: area * squareMetres };
}

/** The fault of a raster of flow directions or a table of gauges: all mistakes at once. */
export const meshInvalid = (path: string, mistakes: readonly string[]): Fault =>
  new Fault('MESH_INVALID', mistakes.length === 1 ? `${path}: ${mistakes[0]!}` : `${path}:\n${mistakes.map(m => `  - ${m}`).join('\n')}`, {
    path,
    mistakes,
  });
