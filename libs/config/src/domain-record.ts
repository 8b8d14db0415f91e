import { disaggregatePet } from '#forcing';
import {
  DAY_MS,
  centreOf,
  epochMs,
  type EpochMs,
  type GridGeometry,
  type Mesh,
  type PointSeries,
  type RainGaugeSeries,
  type RainGrid,
  type StationId,
} from '#hydrology';
import { Fault } from '#errors';
import { computePet, type ComputedPet } from './computed-pet.js';
import type { DischargeRecord } from './discharge-file.js';
import type { DomainRecord } from './loaded-domain.js';
import { LEAP_YEAR_DAYS, dayOfLeapYear, type PetRecord } from './pet-file.js';
import type { RainRecord } from './rain-file.js';
import { temperatureOnSteps, type TemperatureRecord } from './temperature-file.js';

/** The files of a record, read. */
export interface RecordFiles {
  /** Absent: the domain has no record, only feeds. */
  readonly rain?: RainRecord | undefined;
  /** A record of it, or how it is computed. */
  readonly pet: PetRecord | ComputedPet;
  readonly discharge: DischargeRecord;
  readonly temperature?: TemperatureRecord;
  readonly rainGauges?: ReadonlyMap<string, RainGaugeSeries>;
  readonly rainLatencyMs: number;
}

/** Days by which the nearest day with PET may be away before it says nothing about the day asked for. */
const PET_NEAREST_DAYS = 31;

/** The record of a domain on the cells of its mesh; grids are made when asked for. */
export function openRecord(files: RecordFiles, mesh: Mesh): DomainRecord {
  const { rain, discharge } = files;
  const rainPosition = rain && positionsOf(mesh, 'rain', rain);
  const temperature = files.temperature && { record: files.temperature, position: positionsOf(mesh, 'temperature', files.temperature) };
  const { pet } = files;
  const daily = 'formula' in pet ? computePet(pet, temperature ?? null) : dailyPet(pet, positionsOf(mesh, 'pet', pet));
  const sent: DomainRecord['sent'] = {
    rain: (from, to) => (rain && rainPosition ? rainBetween(rain, rainPosition, files.rainLatencyMs, [from, to]) : []),
    discharge: (station, from, to) => dischargeBetween(discharge, station, from, to),
  };
  return {
    from: rain?.stamps[0] ?? epochMs(0),
    to: rain?.stamps.at(-1) ?? epochMs(0),
    rainStepMs: rain?.stepMs ?? null,
    rain: (from, to) => sent.rain(from, to).flatMap(possibleDepths),
    discharge: (station, from, to) => possibleValues(sent.discharge(station, from, to)),
    ...(files.rainGauges && { rainGauge: (gauge, from, to) => depthsBetween(files.rainGauges?.get(gauge), gauge, [from, to]) }),
    sent,
    pet: time => ({ time, cellCount: mesh.cellCount, values: disaggregatePet(time, mesh.cellCount, daily) }),
    ...(temperature && {
      temperature: time => ({
        time,
        cellCount: mesh.cellCount,
        values: temperatureOnSteps(temperature.record, temperature.position, time),
      }),
    }),
  };
}

/** For each cell the position of its centre in a raster (nearest neighbour). */
function positionsOf(
  mesh: Mesh,
  key: 'rain' | 'pet' | 'temperature',
  raster: GridGeometry & { readonly rows: number; readonly columns: number },
): Int32Array {
  const position = Int32Array.from(mesh.row, (_, cell) => {
    const [x, y] = centreOf(mesh, cell);
    const column = Math.floor((x - raster.xMin) / raster.xResolution);
    const row = Math.floor((raster.yMax - y) / raster.yResolution);
    const inside = row >= 0 && row < raster.rows && column >= 0 && column < raster.columns;
    return inside ? row * raster.columns + column : -1;
  });
  const outside = position.filter(at => at < 0).length;
  if (outside === 0) return position;
  throw new Fault(
    'DOMAIN_INVALID',
    `the grid of record.${key} leaves out ${outside} of the ${mesh.cellCount} active cells; give it on the whole basin`,
  );
}

function rainBetween(rain: RainRecord, position: Int32Array, latencyMs: number, [from, to]: readonly [EpochMs, EpochMs]): RainGrid[] {
  const size = rain.rows * rain.columns;
  const start = rain.stamps[0]!;
  const first = Math.max(0, Math.floor((from - start) / rain.stepMs) + 1);
  const last = Math.min(rain.stamps.length - 1, Math.floor((to - start) / rain.stepMs));
  const grids: RainGrid[] = [];
  for (let k = first; k <= last; k++) {
    const values = new Float32Array(position.length);
    let missing = 0;
    for (let cell = 0; cell < values.length; cell++) {
      const value = rain.values[k * size + position[cell]!]!;
      values[cell] = value === rain.missing ? NaN : value / rain.perMm;
      if (Number.isNaN(values[cell])) missing++;
    }
    if (missing === values.length) continue; // an hour absent from the record is absent here
    grids.push({ validTime: rain.stamps[k]!, durationMs: rain.stepMs, receivedAt: epochMs(rain.stamps[k]! + latencyMs), values });
  }
  return grids;
}

function dischargeBetween(record: DischargeRecord, station: StationId, from: EpochMs, to: EpochMs): PointSeries {
  const index = record.stations.indexOf(station);
  if (index < 0)
    throw new Fault('STATION_UNKNOWN', `the record holds no discharge of station ${station}`, { station, known: record.stations });
  const offset = index * record.stamps.length;
  const found: number[] = [];
  for (let k = firstAfter(record.stamps, from); k < record.stamps.length && record.stamps[k]! <= to; k++) {
    if (!Number.isNaN(record.values[offset + k]!)) found.push(k);
  }
  return {
    station,
    variable: 'Q',
    times: Float64Array.from(found, k => record.stamps[k]!),
    values: Float64Array.from(found, k => record.values[offset + k]!),
    flags: new Uint8Array(found.length),
  };
}

function depthsBetween(series: RainGaugeSeries | undefined, gauge: StationId, [from, to]: readonly [EpochMs, EpochMs]): RainGaugeSeries {
  const { times = new Float64Array(0), durationsMs = times, depths = times, flags = new Uint8Array(0) } = series ?? {};
  const first = times.findIndex(time => time > from);
  const [begin, end] = first < 0 ? [0, 0] : [first, Math.max(first, times.findLastIndex(time => time <= to) + 1)];
  const cut = (values: Float64Array): Float64Array => values.subarray(begin, end);
  return { gauge, times: cut(times), durationsMs: cut(durationsMs), depths: cut(depths), flags: flags.subarray(begin, end) };
}

/** Without its negative depths; a grid of nothing else is absent. */
function possibleDepths(grid: RainGrid): RainGrid[] {
  if (!grid.values.some(depth => depth < 0)) return [grid];
  const values = grid.values.map(depth => (depth < 0 ? NaN : depth));
  return values.every(Number.isNaN) ? [] : [{ ...grid, values }];
}

function possibleValues(series: PointSeries): PointSeries {
  if (series.values.every(value => value >= 0)) return series;
  const kept = [...series.values.keys()].filter(k => series.values[k]! >= 0);
  const pick = (from: ArrayLike<number>): Float64Array => Float64Array.from(kept, k => from[k]!);
  const { station, variable } = series;
  return {
    station,
    variable,
    times: pick(series.times),
    values: pick(series.values),
    flags: new Uint8Array(kept.length),
  };
}

/** Index of the first stamp after `time`. */
function firstAfter(stamps: readonly EpochMs[], time: EpochMs): number {
  let [low, high] = [0, stamps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stamps[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** PET of a day on the cells; a day without its own takes the nearest day of the year that has one. */
function dailyPet(pet: PetRecord, position: Int32Array): (day: number) => Float32Array {
  const size = pet.rows * pet.columns;
  const byIndex = new Map<number, Float32Array>();
  return day => {
    const date = new Date(day);
    const index = nearestDay(pet.daysOfYear, dayOfLeapYear(date.getUTCMonth() + 1, date.getUTCDate()), day);
    const known = byIndex.get(index);
    if (known !== undefined) return known;
    const field = Float32Array.from(position, at => pet.values[index * size + at]!);
    byIndex.set(index, field);
    return field;
  };
}

function nearestDay(days: readonly number[], wanted: number, day: number): number {
  const distance = (other: number): number => {
    const straight = Math.abs(other - wanted);
    return Math.min(straight, LEAP_YEAR_DAYS - straight);
  };
  const nearest = days.reduce((best, other, index) => (distance(other) < distance(days[best]!) ? index : best), 0);
  if (distance(days[nearest]!) > PET_NEAREST_DAYS) {
    const date = new Date(Math.floor(day / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
    throw new Fault(
      'DOMAIN_INVALID',
      `the PET file holds no day within ${PET_NEAREST_DAYS} days of ${date}; add the missing days of the year`,
      { date },
    );
  }
  return nearest;
}
