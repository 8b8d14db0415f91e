import { toIso, type EpochMs } from '#hydrology';
import { makeHdf5 } from '../../libs/observation/src/gridded/write-hdf5.js';

/** One sweep of a radar, to be written. */
export interface Scan {
  /** NOD of what/source. */
  readonly node: string;
  readonly longitude: number;
  readonly latitude: number;
  readonly to: EpochMs;
  /** mm/h so many metres east and north of the radar. */
  readonly rate: (east: number, north: number) => number;
}

/** A ray a degree, bins of 1 km to 150. */
const [RAYS, BINS, BIN_M] = [360, 150, 1000];

/** An ODIM_H5 scan of rates at half a degree. */
export function encodeScan({ node, longitude, latitude, to, rate }: Scan): Promise<Uint8Array> {
  const data = Float32Array.from({ length: RAYS * BINS }, (_, k) => {
    const [azimuth, range] = [((Math.floor(k / BINS) + 0.5) * 2 * Math.PI) / RAYS, ((k % BINS) + 0.5) * BIN_M];
    return rate(range * Math.sin(azimuth), range * Math.cos(azimuth));
  });
  const digits = toIso(to).replaceAll(/\D/g, '');
  const stamp = { date: digits.slice(0, 8), time: digits.slice(8, 14) };
  return makeHdf5({
    attributes: { Conventions: 'ODIM_H5/V2_3' },
    groups: {
      what: { attributes: { object: 'SCAN', version: 'H5rad 2.3', source: `NOD:${node},PLC:nowhere`, ...stamp } },
      where: { attributes: { lon: longitude, lat: latitude, height: 0 } },
      dataset1: {
        groups: {
          what: { attributes: { product: 'SCAN', enddate: stamp.date, endtime: stamp.time } },
          where: { attributes: { elangle: 0.5, nrays: RAYS, nbins: BINS, rscale: BIN_M, rstart: 0 } },
          data1: {
            datasets: { data: { data, shape: [RAYS, BINS] } },
            groups: { what: { attributes: { quantity: 'RATE', gain: 1, offset: 0, nodata: -1, undetect: -2 } } },
          },
        },
      },
    },
  });
}
