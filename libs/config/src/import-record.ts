import { join } from 'node:path';
import { DAY_MS, SECOND_MS, epochMs, toIso, type EpochMs } from '#hydrology';
import { Fault } from '#errors';
import { writeDischargeFile, type DischargeRecord } from './discharge-file.js';
import { LEAP_YEAR_DAYS, dayOfLeapYear, writePetFile } from './pet-file.js';
import type { Projection } from './projection.js';
import { MISSING_RAIN, TENTHS, writeRainFile, type RainRecord } from './rain-file.js';
import type { Raster } from './raster.js';
import { listRasters, readRasters, readSmashDischarge, readStamp, type SmashDataset } from './smash-dataset.js';

export interface RainSummary {
  readonly from: string;
  readonly to: string;
  readonly steps: number;
  /** Stamps without a file. */
  readonly missing: readonly string[];
  /** Values that were neither a depth nor the raster's own no-data. */
  readonly badValues: number;
}

const SOURCE = 'hydro-smash 1.3.0 (PyPI, GPL-3.0), data set';
const INT16_MAX = 32_767;
/** The first stamp in the name of a raster: rain_precipitation_201411042000_201411042000.tif, 201208010000_PT.tif. */
export const RAIN_FILE = /(?:^|_)(\d{12})(?=[_.])/;

/** Writes rain.nc: the rasters of all steps into one variable, missing steps missing. */
export async function importRain(dataset: SmashDataset, out: string, projection: Projection): Promise<RainSummary> {
  const files = await listRasters(join(dataset.folder, 'prcp'), RAIN_FILE);
  const [first, last] = [readStamp(files[0]!.stamp), readStamp(files.at(-1)!.stamp)];
  const count = Math.round((last - first) / dataset.stepMs) + 1;
  const stamps = Array.from({ length: count }, (_, k) => epochMs(first + k * dataset.stepMs));
  const present = new Set<EpochMs>();
  let badValues = 0;
  let depths = new Float32Array(0);
  const grid = await readRasters(
    files.map(file => file.path),
    (raster, index) => {
      if (depths.length === 0) depths = new Float32Array(count * raster.values.length).fill(NaN);
      const stamp = readStamp(files[index]!.stamp);
      const step = (stamp - first) / dataset.stepMs;
      if (!Number.isInteger(step)) {
        throw new Fault('DATASET_INVALID', `${files[index]!.path} is not stamped on a step of ${dataset.stepMs / SECOND_MS} s`, {});
      }
      present.add(stamp);
      const into = depths.subarray(step * raster.values.length, (step + 1) * raster.values.length);
      badValues += takeDepths(raster.values, dataset.rainFactor, into);
    },
  );
  const record = { ...geometryOf(grid), epsg: projection.epsg, stepMs: dataset.stepMs, stamps };
  await writeRainFile(join(out, 'rain.nc'), { ...record, ...stored(depths) }, projection, `${SOURCE} ${dataset.name}, prcp`);
  const missing = stamps.filter(stamp => !present.has(stamp)).map(toIso);
  return { from: toIso(first), to: toIso(last), steps: count, missing, badValues };
}

/** Depths in mm; what is neither a depth nor the raster's no-data is counted and stays missing. */
function takeDepths(values: Float64Array, factor: number, into: Float32Array): number {
  let bad = 0;
  for (let position = 0; position < values.length; position++) {
    const depth = values[position]! * factor;
    if (depth >= 0 && depth * TENTHS <= INT16_MAX) into[position] = depth;
    else if (!Number.isNaN(values[position]!)) bad++;
  }
  return bad;
}

/** Radar rain comes in tenths of mm, which int16 keeps exactly in half the space; anything finer stays float32. */
function stored(depths: Float32Array): Pick<RainRecord, 'values' | 'perMm'> {
  const wholeTenths = depths.every(depth => Number.isNaN(depth) || Math.abs(depth * TENTHS - Math.round(depth * TENTHS)) < 1e-3);
  if (!wholeTenths) return { values: depths, perMm: 1 };
  return { values: Int16Array.from(depths, depth => (Number.isNaN(depth) ? MISSING_RAIN : Math.round(depth * TENTHS))), perMm: TENTHS };
}

const geometryOf = ({ rows, columns, xMin, yMax, xResolution, yResolution }: Raster) => ({
  rows,
  columns,
  xMin,
  yMax,
  xResolution,
  yResolution,
});

/** Writes pet.nc; returns the number of days. */
export async function importPet(dataset: SmashDataset, out: string, projection: Projection): Promise<number> {
  const files = await listRasters(join(dataset.folder, 'pet'), PET_FILE);
  const days = files.map(({ stamp, path }) => (stamp.length === MMDD.length ? dayAfter(stamp) : dayThatEnds(stamp, path)));
  const twice = days.findIndex((day, k) => days.indexOf(day) !== k);
  if (twice > 0) {
    const [one, other] = [files[days.indexOf(days[twice]!)]!.path, files[twice]!.path];
    throw new Fault(
      'DATASET_INVALID',
      `${one} and ${other} are PET of one day of the year; a domain keeps one year of it, so leave the others out`,
      {},
    );
  }
  let values = new Float32Array(0);
  const order = days.map((day, k) => ({ day, path: files[k]!.path })).sort((a, b) => a.day - b.day);
  const grid = await readRasters(
    order.map(({ path }) => path),
    (raster, index) => {
      if (values.length === 0) values = new Float32Array(order.length * raster.values.length);
      raster.values.forEach(
        (value, position) => (values[index * raster.values.length + position] = value < 0 ? NaN : value * dataset.petFactor),
      );
    },
  );
  const pet = { ...geometryOf(grid), epsg: projection.epsg, daysOfYear: order.map(({ day }) => day), values };
  await writePetFile(join(out, 'pet.nc'), pet, projection, `${SOURCE} ${dataset.name}, pet`);
  return order.length;
}

/** PET of a day of any year (MMDD_…) or of one day (YYYYmmdd0000_…). */
export const PET_FILE = /^(\d{12}|\d{4})_/;
const MMDD = 'MMDD';

/** SMASH applies the file MMDD to the day after it [measured in hydro-smash 1.3.0]; the same depths on the same hours are kept. */
const dayAfter = (stamp: string): number => (dayOfLeapYear(Number(stamp.slice(0, 2)), Number(stamp.slice(2))) % LEAP_YEAR_DAYS) + 1;

/** A daily raster is stamped by the end of its day. */
function dayThatEnds(stamp: string, path: string): number {
  const end = readStamp(stamp);
  if (end % DAY_MS !== 0) throw new Fault('DATASET_INVALID', `${path}: PET must be daily, stamped 00:00 at the end of the day`, { path });
  const day = new Date(end - DAY_MS);
  return dayOfLeapYear(day.getUTCMonth() + 1, day.getUTCDate());
}

/** Writes discharge.nc: all gauges on common stamps. */
export async function importDischarge(dataset: SmashDataset, out: string): Promise<DischargeRecord> {
  const series = await Promise.all(dataset.gauges.map(gauge => readSmashDischarge(dataset.folder, gauge.code, dataset.stepMs)));
  const first = Math.min(...series.map(one => one.first));
  const last = Math.max(...series.map(one => one.first + (one.values.length - 1) * dataset.stepMs));
  const count = (last - first) / dataset.stepMs + 1;
  const stamps = Array.from({ length: count }, (_, k) => epochMs(first + k * dataset.stepMs));
  const values = new Float32Array(series.length * count).fill(NaN);
  series.forEach((one, k) => {
    values.set(one.values, k * count + (one.first - first) / dataset.stepMs);
  });
  const record = { stations: dataset.gauges.map(gauge => gauge.code), stamps, values };
  await writeDischargeFile(join(out, 'discharge.nc'), record, `${SOURCE} ${dataset.name}, qobs`);
  return record;
}
