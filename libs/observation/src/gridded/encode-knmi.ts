import { toIso, type EpochMs } from '#hydrology';
import { makeHdf5 } from './write-hdf5.js';

/** An accumulation of rain to be written as KNMI HDF5. */
export interface KnmiAccumulation {
  /** proj4 text whose unit is the kilometre. */
  readonly projection: string;
  /** West and north edge, km of the projection. */
  readonly xMin: number;
  readonly yMax: number;
  readonly rows: number;
  readonly columns: number;
  /** km */
  readonly xResolution: number;
  readonly yResolution: number;
  /** Rain fell in (from, to]. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** mm, row-major, row 0 = north; NaN = not seen. */
  readonly depths: Float32Array;
}

/** Counts of one mm. */
const PER_MM = 100;
const MISSING = 65_535;

/**
 * Writes an accumulation as image1 of a KNMI HDF5 file (data format specification 3.5): hundredths of a millimetre up to 655 mm, what was not
 * seen as missing and out of the image. Offsets count in pixels from the origin of the projection, as the specification has it.
 */
export function encodeKnmi({ projection, depths, from, to, ...grid }: KnmiAccumulation): Promise<Uint8Array> {
  const { rows, columns, xMin, yMax, xResolution, yResolution } = grid;
  const data = Uint16Array.from(depths, depth => (Number.isNaN(depth) ? MISSING : Math.min(MISSING - 1, Math.round(depth * PER_MM))));
  const place = { geo_number_rows: rows, geo_number_columns: columns, geo_pixel_size_x: xResolution, geo_pixel_size_y: -yResolution };
  const calibration = { calibration_missing_data: MISSING, calibration_out_of_image: MISSING };
  return makeHdf5({
    groups: {
      overview: { attributes: { product_datetime_start: stampOf(from), product_datetime_end: stampOf(to), number_image_groups: 1 } },
      geographic: {
        attributes: { ...place, geo_column_offset: xMin / xResolution, geo_row_offset: yMax / -yResolution },
        groups: { map_projection: { attributes: { projection_proj4_params: projection } } },
      },
      image1: {
        attributes: { image_geo_parameter: 'PRECIP_[MM]' },
        datasets: { image_data: { data, shape: [rows, columns] } },
        groups: {
          calibration: { attributes: { calibration_formulas: `GEO = ${(1 / PER_MM).toFixed(6)} * PV + 0.000000`, ...calibration } },
        },
      },
    },
  });
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** 04-NOV-2014;05:00:00.000, UTC. */
function stampOf(time: EpochMs): string {
  const text = toIso(time);
  return `${text.slice(8, 10)}-${MONTHS[Number(text.slice(5, 7)) - 1]!}-${text.slice(0, 4)};${text.slice(11, 16)}:00.000`;
}
