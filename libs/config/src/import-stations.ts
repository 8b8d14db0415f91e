import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { centreOf, chooseVirtualCells, type Mesh } from '#hydrology';
import { Fault } from '#errors';
import type { ThresholdRow } from './estimate-thresholds.js';
import { toLonLat, type Projection } from './projection.js';
import type { SmashDataset, SmashGauge } from './smash-dataset.js';
import { formatTable, parseTable } from './table.js';

/** A gauge or an ungauged confluence on the mesh. */
export interface Place {
  readonly id: string;
  /** Where no table of names has one. */
  readonly name?: string;
  readonly gauged: boolean;
  readonly cell: number;
  readonly areaKm2: number;
  readonly longitude: number;
  readonly latitude: number;
}

/** The gauges of the data set and the `virtualStations` confluences that tell most beside them. */
export function placesOf(dataset: SmashDataset, mesh: Mesh, projection: Projection, virtualStations: number): readonly Place[] {
  const cellOf = (gauge: SmashGauge): number => mesh.row.findIndex((row, cell) => row === gauge.row && mesh.column[cell] === gauge.column);
  const gauged = dataset.gauges.map(gauge => {
    const [longitude, latitude] = toLonLat(projection, gauge.x, gauge.y);
    return { id: gauge.code, gauged: true, cell: cellOf(gauge), areaKm2: gauge.areaKm2, longitude, latitude };
  });
  const cells = chooseVirtualCells(
    mesh,
    gauged.map(place => place.cell),
    virtualStations,
  );
  const virtual = cells.map((cell, k) => {
    const [longitude, latitude] = toLonLat(projection, ...centreOf(mesh, cell));
    return {
      id: `${dataset.name.toUpperCase()}-V${k + 1}`,
      gauged: false,
      cell,
      areaKm2: mesh.upstreamAreaM2[cell]! / 1e6,
      longitude,
      latitude,
    };
  });
  return [...gauged, ...virtual];
}

export interface Tables {
  readonly out: string;
  readonly mesh: Mesh;
  readonly places: readonly Place[];
  readonly thresholds: readonly ThresholdRow[];
  readonly names: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** Writes stations.csv and thresholds.csv. */
export async function writeTables({ out, mesh, places, thresholds, names }: Tables): Promise<void> {
  const stations = places.map(({ id, name: otherwise, gauged, cell, areaKm2, longitude, latitude }) => {
    const [x, y] = centreOf(mesh, cell);
    const named = names.get(id);
    const name = named?.['name'] ?? otherwise ?? (gauged ? id : `Confluence of ${areaKm2.toFixed(0)} km²`);
    const river = named?.['river'] ?? '';
    return {
      id,
      name,
      river,
      gauged,
      assimilate: gauged,
      x,
      y,
      area_km2: areaKm2,
      longitude: longitude.toFixed(5),
      latitude: latitude.toFixed(5),
    };
  });
  const columns = ['id', 'name', 'river', 'gauged', 'assimilate', 'x', 'y', 'area_km2', 'longitude', 'latitude'];
  await writeFile(join(out, 'stations.csv'), formatTable(columns, stations));
  const rows = thresholds.map(({ station, level, returnPeriodYears, discharge, low, high, provenance }) => ({
    station,
    level,
    return_period_years: returnPeriodYears,
    discharge_m3s: discharge,
    low_m3s: low,
    high_m3s: high,
    provenance,
  }));
  const thresholdColumns = ['station', 'level', 'return_period_years', 'discharge_m3s', 'low_m3s', 'high_m3s', 'provenance'];
  await writeFile(join(out, 'thresholds.csv'), formatTable(thresholdColumns, rows));
}

/** Names and rivers by station id. */
export async function readNames(path: string | undefined): Promise<Tables['names']> {
  if (path === undefined) return new Map();
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Fault('COMMAND_INVALID', `there is no file of names ${path}`, { path });
  });
  return new Map(parseTable(text).map(row => [row['id'] ?? '', row]));
}
