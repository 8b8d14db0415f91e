import { parseIso } from '#hydrology';
import { MARSHALL_PALMER } from './reflectivity.js';
import type { RainReading } from './rain-raster.js';
import { makeHdf5, type TreeDataset } from './write-hdf5.js';

export const LAEA = '+proj=laea +lat_0=55.0 +lon_0=10.0 +x_0=1950000.0 +y_0=-2100000.0 +units=m +ellps=WGS84';

/** How tests read a file unless they say otherwise. */
export const reading = (changes: Partial<RainReading> = {}): RainReading => ({
  name: 'the file',
  receivedAt: parseIso('2024-10-17T12:30Z'),
  reflectivity: MARSHALL_PALMER,
  minimumQuality: 0,
  unitMm: 1,
  polarCellM: 1000,
  definitionOf: epsg => (epsg === 4326 ? '+proj=longlat +datum=WGS84 +no_defs' : undefined),
  ...changes,
});

interface OdimParts {
  readonly data: TreeDataset['data'];
  readonly shape: readonly [rows: number, columns: number];
  readonly what: Readonly<Record<string, string | number>>;
  readonly where?: Readonly<Record<string, string | number>>;
  readonly conventions?: string;
  readonly quality?: Uint8Array;
  /** Attributes of the data at the dataset's what instead of the data's own (OPERA V2_0). */
  readonly atDataset?: boolean;
}

/** An ODIM composite of 2024-10-17 12:00 to 12:15 UTC, its corner at 2000 km, −1000 km of OPERA's projection, cells of 2 km. */
export function makeOdim({
  data,
  shape,
  what,
  where,
  conventions = 'ODIM_H5/V2_3',
  quality,
  atDataset = false,
}: OdimParts): Promise<Uint8Array> {
  const times = { startdate: '20241017', starttime: '120000', enddate: '20241017', endtime: '121500', product: 'COMP' };
  const field = quality && { datasets: { data: { data: quality, shape } }, groups: { what: { attributes: { gain: 1 / 255, offset: 0 } } } };
  return makeHdf5({
    attributes: { Conventions: conventions },
    groups: {
      what: { attributes: { object: 'COMP', version: 'H5rad 2.3', date: '20241017', time: '121500', source: 'ORG:247' } },
      where: { attributes: { projdef: LAEA, xsize: shape[1], ysize: shape[0], xscale: 2000, yscale: 2000, ...(where ?? OPERA_CORNERS) } },
      dataset1: {
        groups: {
          what: { attributes: { ...times, ...(atDataset ? what : {}) } },
          data1: { datasets: { data: { data, shape } }, groups: atDataset ? {} : { what: { attributes: what } } },
          ...(field ? { quality1: field } : {}),
        },
      },
    },
  });
}

/** North-west corner of OPERA's own grid, which is its projection's x = 0, y = 0. */
const OPERA_CORNERS = { UL_lon: -39.5357864125034, UL_lat: 67.02283275830867 };

/** A KNMI composite of 2024-10-17 12:00 to 12:05 UTC in hundredths of a millimetre: 0 missing, 65535 outside of the image. */
export const makeKnmi = (data: Uint16Array, shape: readonly [rows: number, columns: number]): Promise<Uint8Array> =>
  makeHdf5({
    groups: {
      overview: { attributes: { product_datetime_start: '17-OCT-2024;12:00:00.000', product_datetime_end: '17-OCT-2024;12:05:00.000' } },
      geographic: {
        attributes: {
          ...{ geo_number_rows: shape[0], geo_number_columns: shape[1], geo_pixel_size_x: 1, geo_pixel_size_y: -1, geo_column_offset: 0 },
          geo_row_offset: 3649.982,
        },
        groups: {
          map_projection: {
            attributes: {
              projection_proj4_params: '+proj=stere +lat_0=90 +lon_0=0.0 +lat_ts=60.0 +a=6378.137 +b=6356.752 +x_0=0 +y_0=0',
            },
          },
        },
      },
      image1: {
        attributes: { image_geo_parameter: 'PRECIP_[MM]' },
        datasets: { image_data: { data, shape } },
        groups: {
          calibration: {
            attributes: {
              calibration_formulas: 'GEO = 0.010000 * PV + 0.000000',
              calibration_missing_data: 0,
              calibration_out_of_image: 65_535,
            },
          },
        },
      },
    },
  });

/** CF NetCDF-4 of three hours of rain in tenths of a millimetre on two by two cells, rows from south to north, −1 missing; `hours` since 2024-10-01. */
export function makeCfRain(hours: Float64Array, rain: Int32Array): Promise<Uint8Array> {
  const axis = (values: number[], standardName: string) => ({
    ...{ data: Float64Array.from(values), shape: [values.length], attributes: { standard_name: standardName } },
  });
  const attributes = { standard_name: 'rainfall_amount', units: 'kg m-2', scale_factor: 0.1, _FillValue: -1 };
  return makeHdf5({
    datasets: {
      time: { data: hours, shape: [hours.length], attributes: { units: 'hours since 2024-10-01 00:00:00' } },
      lat: axis([44, 44.1], 'latitude'),
      lon: axis([4, 4.1], 'longitude'),
      rain: { data: rain, shape: [hours.length, 2, 2], attributes },
    },
  });
}
