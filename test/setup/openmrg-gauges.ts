import { dirname, join } from 'node:path';
import h5wasm, { type Dataset } from 'h5wasm/node';
import { MINUTE_MS, epochMs, stationId, type RainGaugeSeries, type RainGrid } from '#hydrology';

const STEP_MS = 5 * MINUTE_MS;

/** Radar and rain gauges of one event, every 5 min. */
export interface RadarAndGauges {
  readonly radar: readonly RainGrid[];
  readonly gauges: readonly RainGaugeSeries[];
  /** Cell of the radar over each gauge. */
  readonly cellOf: ReadonlyMap<string, number>;
}

/**
 * The ten rain gauges of the city of Gothenburg beneath the mosaics of `openmrg-mosaics.ts` (OpenMRG, CC BY-SA 4.0): `openmrg_municp_gauge.nc` beside that
 * file. Their values are read as what fell in the 5 min before; the radar's as well.
 * @param path FRESHET_OPENMRG
 */
export async function openmrgGauges(path: string): Promise<RadarAndGauges> {
  await h5wasm.ready;
  const radar = readColumns(path, ['time', 'rainfall_amount', 'latitudes', 'longitudes']);
  const gauge = readColumns(join(dirname(path), 'openmrg_municp_gauge.nc'), ['rainfall_amount', 'lat', 'lon']);
  const stamps = Array.from(radar['time']!, seconds => epochMs(seconds * 1000));
  const ids = Array.from(gauge['lat']!, (_, k) => stationId(`M${k}`));
  const cells = radar['latitudes']!.length;
  const nearest = (k: number) => {
    const distances = Array.from(radar['latitudes']!, (latitude, cell) => {
      const narrowing = Math.cos((latitude * Math.PI) / 180);
      return Math.hypot(latitude - gauge['lat']![k]!, (radar['longitudes']![cell]! - gauge['lon']![k]!) * narrowing);
    });
    return distances.indexOf(Math.min(...distances));
  };
  return {
    radar: stamps.map((validTime, step) => ({
      ...{ validTime, durationMs: STEP_MS, receivedAt: validTime },
      values: Float32Array.from(radar['rainfall_amount']!.subarray(step * cells, (step + 1) * cells)),
    })),
    gauges: ids.map((id, k) => ({
      gauge: id,
      times: Float64Array.from(stamps),
      durationsMs: new Float64Array(stamps.length).fill(STEP_MS),
      depths: Float64Array.from(stamps, (_, step) => gauge['rainfall_amount']![step * ids.length + k]!),
      flags: new Uint8Array(stamps.length),
    })),
    cellOf: new Map(ids.map((id, k) => [id, nearest(k)])),
  };
}

function readColumns(path: string, names: readonly string[]): Readonly<Record<string, Float64Array>> {
  const file = new h5wasm.File(path, 'r');
  const columns = names.map(name => [name, Float64Array.from((file.get(name) as Dataset).value as ArrayLike<number>, Number)]);
  file.close();
  return Object.fromEntries(columns) as Record<string, Float64Array>;
}
