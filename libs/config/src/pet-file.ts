import type { GridGeometry } from '#hydrology';
import { Fault } from '#errors';
import { gridVariables, readHdf5, writeNetCdf } from './netcdf.js';
import type { Projection } from './projection.js';
import { gridOf } from './rain-file.js';

/** Daily inter-annual PET on a raster, mm per day, [day × rows × columns]; NaN = missing. */
export interface PetRecord extends GridGeometry {
  readonly rows: number;
  readonly columns: number;
  /** Day of a leap year, 1 = 1 January, 366 = 31 December, ascending. */
  readonly daysOfYear: readonly number[];
  readonly values: Float32Array;
}

export const LEAP_YEAR_DAYS = 366;

/** Day of a leap year of a month and a day of the month, both from 1: 29 February is 60, 1 March always 61. */
export const dayOfLeapYear = (month: number, day: number): number =>
  (Date.UTC(2000, month - 1, day) - Date.UTC(2000, 0, 1)) / 86_400_000 + 1;

/** Writes the record as the CF variable `potential_evaporation` over `day_of_year`. */
export async function writePetFile(path: string, pet: PetRecord, projection: Projection, source: string): Promise<void> {
  const count = pet.daysOfYear.length;
  await writeNetCdf(path, { title: 'Daily inter-annual potential evapotranspiration', source }, [
    {
      name: 'day_of_year',
      type: '<i',
      data: Int32Array.from(pet.daysOfYear),
      shape: [count],
      attributes: { long_name: 'day of a leap year, 1 = 1 January, 1 March is always 61', units: '1' },
    },
    ...gridVariables(pet, projection),
    {
      name: 'potential_evaporation',
      type: '<f',
      data: pet.values,
      shape: [count, pet.rows, pet.columns],
      dimensions: ['day_of_year', 'y', 'x'],
      chunks: [count, pet.rows, pet.columns],
      fillValue: NaN,
      attributes: {
        standard_name: 'water_potential_evaporation_amount',
        units: 'kg m-2',
        long_name: 'depth of one day',
        grid_mapping: 'crs',
      },
    },
  ]);
}

/** @throws Fault FILE_UNREADABLE when the file is corrupt, lacks a variable or disagrees with itself. */
export async function readPetFile(path: string, epsg: number): Promise<PetRecord> {
  const { days, x, y, shape, values } = await readHdf5(path, file => ({
    days: file.numbers('day_of_year'),
    x: file.numbers('x'),
    y: file.numbers('y'),
    shape: file.shape('potential_evaporation'),
    values: file.quantities('potential_evaporation').map(depth => (depth >= 0 ? depth : NaN)),
  }));
  if (shape.join() !== [days.length, y.length, x.length].join()) {
    throw new Fault('FILE_UNREADABLE', `${path}: potential_evaporation is [${shape.join(' × ')}], not day_of_year × y × x`, { path });
  }
  return {
    epsg,
    ...gridOf(path, x, y),
    rows: y.length,
    columns: x.length,
    daysOfYear: [...days],
    values,
  };
}
