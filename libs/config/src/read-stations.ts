import { LEVELS, cellAt, stationId, type Level, type Mesh, type Station, type Threshold } from '#hydrology';
import { domainInvalid } from './read-domain-yaml.js';
import { parseTable } from './table.js';

interface StationTables {
  readonly stations: string;
  readonly thresholds: string;
  /** domain.yaml, for messages. */
  readonly path: string;
}

type Row = Readonly<Record<string, string>>;

/** Drained areas of mesh and agency may differ by this share before the cell is taken for the wrong one. */
const AREA_TOLERANCE = 0.3;

/**
 * Reads stations.csv and thresholds.csv onto the mesh.
 * @throws Fault DOMAIN_INVALID listing every bad row: unknown columns, a cell outside the mesh, an area that does not fit, thresholds that do not rise.
 */
export function readStations(tables: StationTables, mesh: Mesh): readonly Station[] {
  const mistakes: string[] = [];
  const rows = parseTable(tables.stations);
  const thresholds = readThresholds(parseTable(tables.thresholds), rows, mistakes);
  const stations = rows.map(row => readStation(row, mesh, thresholds.get(row['id'] ?? '') ?? [], mistakes));
  const ids = stations.map(station => station.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) mistakes.push(`stations: ${id} is listed twice`);
  if (stations.length === 0) mistakes.push('stations: there must be at least one, gauged or not');
  if (mistakes.length > 0) throw domainInvalid(tables.path, mistakes);
  return stations;
}

function readStation(row: Row, mesh: Mesh, thresholds: readonly Threshold[], mistakes: string[]): Station {
  const id = row['id'] ?? '';
  const number = (column: string): number => {
    const text = row[column] ?? '';
    const value = text === '' ? NaN : Number(text);
    if (Number.isNaN(value)) mistakes.push(`stations: ${id} has no number in column ${column}`);
    return value;
  };
  const flag = (column: string): boolean => {
    if (row[column] !== 'true' && row[column] !== 'false') mistakes.push(`stations: ${id} must say true or false in column ${column}`);
    return row[column] === 'true';
  };
  const [x, y, areaKm2, longitude, latitude] = [number('x'), number('y'), number('area_km2'), number('longitude'), number('latitude')];
  const [gauged, assimilate] = [flag('gauged'), flag('assimilate')];
  const cell = cellAt(mesh, Math.floor((mesh.yMax - y) / mesh.yResolution), Math.floor((x - mesh.xMin) / mesh.xResolution));
  if (id === '') mistakes.push('stations: a row has no id');
  if (cell === -1 && !Number.isNaN(x + y)) mistakes.push(`stations: ${id} at x ${x}, y ${y} is not on an active cell of the mesh`);
  if (cell !== -1) checkArea({ id, cell, areaKm2 }, mesh, mistakes);
  return {
    id: stationId(id),
    name: row['name'] || id,
    river: row['river'] ?? '',
    cell,
    gauged,
    assimilate: gauged && assimilate,
    areaM2: areaKm2 * 1e6,
    longitude,
    latitude,
    thresholds,
  };
}

function checkArea(
  station: { readonly id: string; readonly cell: number; readonly areaKm2: number },
  mesh: Mesh,
  mistakes: string[],
): void {
  const meshKm2 = mesh.upstreamAreaM2[station.cell]! / 1e6;
  if (Math.abs(meshKm2 - station.areaKm2) <= AREA_TOLERANCE * station.areaKm2) return;
  mistakes.push(
    `stations: ${station.id} drains ${station.areaKm2} km² but its cell ${meshKm2.toFixed(1)} km²; move x and y to the neighbouring cell on its river`,
  );
}

function readThresholds(rows: readonly Row[], stations: readonly Row[], mistakes: string[]): ReadonlyMap<string, readonly Threshold[]> {
  const byStation = new Map<string, Threshold[]>();
  for (const row of rows) {
    const station = row['station'] ?? '';
    if (!stations.some(other => other['id'] === station)) mistakes.push(`thresholds: station ${station} is not in the table of stations`);
    const threshold = readThreshold(row, mistakes);
    if (threshold !== null) byStation.set(station, [...(byStation.get(station) ?? []), threshold]);
  }
  for (const [station, list] of byStation) {
    list.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
    const rising = list.every((threshold, k) => k === 0 || threshold.discharge > list[k - 1]!.discharge);
    const twice = new Set(list.map(threshold => threshold.level)).size !== list.length;
    if (!rising || twice) mistakes.push(`thresholds: those of ${station} must be one per level and rise from yellow to red`);
  }
  return byStation;
}

function readThreshold(row: Row, mistakes: string[]): Threshold | null {
  const level = LEVELS.find(known => known === row['level']);
  const [discharge, returnPeriodYears, low, high] = ['discharge_m3s', 'return_period_years', 'low_m3s', 'high_m3s'].map(column =>
    Number(row[column] || NaN),
  );
  if (level === undefined || !(discharge! > 0)) {
    mistakes.push(
      `thresholds: station ${row['station']} needs a level of ${LEVELS.join(', ')} and a discharge above 0, not "${row['level']}" and "${row['discharge_m3s']}"`,
    );
    return null;
  }
  return {
    level: level satisfies Level,
    discharge: discharge!,
    returnPeriodYears: returnPeriodYears!,
    low: low!,
    high: high!,
    provenance: row['provenance'] ?? '',
  };
}
