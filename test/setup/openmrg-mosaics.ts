import h5wasm, { type Dataset } from 'h5wasm/node';
import { MINUTE_MS, epochMs } from '#hydrology';
import type { MosaicSequence } from '../../apps/freshet/src/commands/read-mosaics.js';

/** Of the sequence, in minutes. */
const STEP = 5;

/**
 * Real mosaics, one every 5 min: SMHI's composite around Gothenburg, 2015-07-25 12:30 to 15:00 UTC, 48 × 37 cells of 2 km (OpenMRG, van de Beek and others,
 * CC BY-SA 4.0, doi 10.5281/zenodo.6673750), depths of 5 min made of reflectivity. It comes with the Python package mergeplg 0.2.0 as `openmrg_rad.nc`; FRESHET_OPENMRG is its path.
 * The file's unit ("sum 5min") is none of CF, so it is read here and not by the decoder.
 * @param stepMinutes a multiple of 5: sums over that time, one that ends every 5 min
 */
export async function openmrgMosaics(path: string, stepMinutes: number): Promise<MosaicSequence> {
  await h5wasm.ready;
  const file = new h5wasm.File(path, 'r');
  const values = (name: string): Float64Array => Float64Array.from((file.get(name) as Dataset).value as ArrayLike<number>, Number);
  const [times, depths] = [values('time'), values('rainfall_amount')];
  const [rows, columns] = (file.get('rainfall_amount') as Dataset).shape!.slice(1) as [number, number];
  file.close();
  const [cells, summed] = [rows * columns, stepMinutes / STEP];
  const mosaics = [...times.slice(summed - 1)].map((seconds, first) => ({
    to: epochMs(seconds * 1000),
    rates: Float32Array.from({ length: cells }, (_, k) => {
      let depth = 0;
      for (let step = first; step < first + summed; step++) depth += depths[step * cells + k]!;
      return (depth * 60) / stepMinutes;
    }),
  }));
  return { rows, columns, cellKm: 2, stepMs: stepMinutes * MINUTE_MS, mosaics };
}
