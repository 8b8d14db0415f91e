import { toIso, type EpochMs } from '#hydrology';
import { makeHdf5 } from './write-hdf5.js';

/** A composite of rain to be written as ODIM_H5. */
export interface OdimComposite {
  /** proj4 text of the grid. */
  readonly projection: string;
  /** North-west corner, degrees. */
  readonly corner: readonly [longitude: number, latitude: number];
  readonly rows: number;
  readonly columns: number;
  /** m */
  readonly xResolution: number;
  readonly yResolution: number;
  /** Rain fell in (from, to]. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** mm, row-major, row 0 = north; NaN = not seen. */
  readonly depths: Float32Array;
  /** Such as ORG:247. */
  readonly source: string;
}

/** Depth of one count, mm. */
const GAIN = 0.01;
const NODATA = 65_535;
const UNDETECT = 0;

/**
 * Writes an accumulation (ACRR, mm) as ODIM_H5 V2_3, as national services do: whole numbers of a hundredth of a millimetre, deflated;
 * what was seen and found dry is undetect, what was not seen nodata. Depths up to 655 mm.
 */
export function encodeOdim({ projection, corner, source, from, to, depths, ...grid }: OdimComposite): Promise<Uint8Array> {
  const counts = countsOf(depths);
  const [begin, end] = [stampOf(from), stampOf(to)];
  const { rows, columns, xResolution, yResolution } = grid;
  const where = { projdef: projection, xsize: columns, ysize: rows, xscale: xResolution, yscale: yResolution };
  return makeHdf5({
    attributes: { Conventions: 'ODIM_H5/V2_3' },
    groups: {
      what: { attributes: { object: 'COMP', version: 'H5rad 2.3', date: end.date, time: end.time, source } },
      where: { attributes: { ...where, UL_lon: corner[0], UL_lat: corner[1] } },
      dataset1: {
        groups: {
          what: {
            attributes: { product: 'RR', startdate: begin.date, starttime: begin.time, enddate: end.date, endtime: end.time },
          },
          data1: {
            datasets: { data: { data: counts, shape: [rows, columns] } },
            groups: { what: { attributes: { quantity: 'ACRR', gain: GAIN, offset: 0, nodata: NODATA, undetect: UNDETECT } } },
          },
        },
      },
    },
  });
}

function countsOf(depths: Float32Array): Uint16Array {
  const counts = new Uint16Array(depths.length);
  const { min, round } = Math; // taken out of the global once: millions of cells
  for (let k = 0; k < depths.length; k++) {
    const depth = depths[k]!;
    counts[k] = depth === depth ? min(NODATA - 1, round(depth / GAIN)) : NODATA;
  }
  return counts;
}

function stampOf(time: EpochMs): { readonly date: string; readonly time: string } {
  const digits = toIso(time).replaceAll(/\D/g, '');
  return { date: digits.slice(0, 8), time: digits.slice(8, 14) };
}
