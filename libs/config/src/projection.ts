import proj4 from 'proj4';
import { Fault } from '#errors';

/** What a coordinate system is called by proj4 and by CF-1.11 (appendix F). */
export interface Projection {
  readonly epsg: number;
  readonly definition: string;
  readonly cf: Readonly<Record<string, string | number | readonly number[]>>;
}

const ELLIPSOID_GRS80 = { semi_major_axis: 6_378_137, inverse_flattening: 298.257222101 } as const;

const KNOWN: readonly Projection[] = [
  {
    epsg: 2154, // RGF93 / Lambert-93, metropolitan France
    definition: '+proj=lcc +lat_1=49 +lat_2=44 +lat_0=46.5 +lon_0=3 +x_0=700000 +y_0=6600000 +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs',
    cf: {
      grid_mapping_name: 'lambert_conformal_conic',
      standard_parallel: [49, 44],
      longitude_of_central_meridian: 3,
      latitude_of_projection_origin: 46.5,
      false_easting: 700_000,
      false_northing: 6_600_000,
      ...ELLIPSOID_GRS80,
    },
  },
  { epsg: 4326, definition: '+proj=longlat +datum=WGS84 +no_defs', cf: { grid_mapping_name: 'latitude_longitude' } },
];

/**
 * The projection of an EPSG code; a proj4 definition makes any other code usable.
 * @throws Fault DOMAIN_INVALID for a code that is neither known nor defined.
 */
export function projectionOf(epsg: number, definition?: string): Projection {
  if (definition !== undefined) return { epsg, definition, cf: {} };
  const known = KNOWN.find(projection => projection.epsg === epsg);
  if (known !== undefined) return known;
  const codes = KNOWN.map(projection => projection.epsg).join(', ');
  throw new Fault('DOMAIN_INVALID', `EPSG:${epsg} is not known (known: ${codes}); give its proj4 text as mesh.projection`, { epsg });
}

/** Longitude and latitude (WGS 84, degrees) of a point of the projection. */
export function toLonLat(projection: Projection, x: number, y: number): readonly [longitude: number, latitude: number] {
  const [longitude, latitude] = proj4(projection.definition, 'WGS84', [x, y]);
  return [longitude, latitude];
}
