import { SECOND_MS, type EpochMs } from '#hydrology';
import { Fault } from '#errors';
import { readHdf5, writeNetCdf } from './netcdf.js';
import { TIME } from './rain-file.js';

/** Discharge of gauged stations on common stamps, m³/s, [station × time]; NaN = missing. */
export interface DischargeRecord {
  readonly stations: readonly string[];
  readonly stamps: readonly EpochMs[];
  readonly values: Float32Array;
}

const VALUES_PER_CHUNK = 16_384;

/** Writes the record as a CF time-series file (discrete sampling geometry, orthogonal arrays). */
export async function writeDischargeFile(path: string, record: DischargeRecord, source: string): Promise<void> {
  const count = record.stamps.length;
  await writeNetCdf(path, { title: 'Discharge of gauging stations', featureType: 'timeSeries', source }, [
    {
      name: 'station',
      type: 'S',
      data: [...record.stations],
      shape: [record.stations.length],
      attributes: { cf_role: 'timeseries_id', long_name: 'station code' },
    },
    {
      name: 'time',
      type: '<i',
      data: Int32Array.from(record.stamps, stamp => stamp / SECOND_MS),
      shape: [count],
      chunks: [count],
      attributes: TIME,
    },
    {
      name: 'discharge',
      type: '<f',
      data: record.values,
      shape: [record.stations.length, count],
      dimensions: ['station', 'time'],
      chunks: [1, Math.min(count, VALUES_PER_CHUNK)],
      fillValue: NaN,
      attributes: { standard_name: 'water_volume_transport_in_river_channel', units: 'm3 s-1', coordinates: 'station' },
    },
  ]);
}

/** @throws Fault FILE_UNREADABLE when the file is corrupt, lacks a variable or disagrees with itself. */
export async function readDischargeFile(path: string): Promise<DischargeRecord> {
  const { stations, stamps, shape, values } = await readHdf5(path, file => ({
    stations: file.strings('station'),
    stamps: file.times(),
    shape: file.shape('discharge'),
    values: file.quantities('discharge'),
  }));
  if (shape.join() !== [stations.length, stamps.length].join()) {
    throw new Fault('FILE_UNREADABLE', `${path}: discharge is [${shape.join(' × ')}], not station × time`, { path });
  }
  const uneven = stamps.findIndex((stamp, k) => k > 0 && stamp <= stamps[k - 1]!);
  if (uneven > 0) throw new Fault('FILE_UNREADABLE', `${path}: time does not ascend at index ${uneven}`, { path });
  return { stations, stamps, values };
}
