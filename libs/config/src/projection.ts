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
  // ETRS89, RGF93 v1 and NAD83 lie within about a metre of WGS 84.
  ...[4258, 4171, 4269].map(epsg => ({
    epsg,
    definition: '+proj=longlat +ellps=GRS80 +towgs84=0,0,0 +no_defs',
    cf: { grid_mapping_name: 'latitude_longitude', ...ELLIPSOID_GRS80 },
  })),
];

/**
 * The projection of an EPSG code: Lambert-93, longitude and latitude, the UTM zones of WGS 84 and ETRS89. A proj4 definition
 * makes any other code usable.
 * @throws Fault DOMAIN_INVALID for a code that is neither known nor defined.
 */
export function projectionOf(epsg: number, definition?: string): Projection {
  if (definition !== undefined) return { epsg, definition, cf: {} };
  const known = KNOWN.find(projection => projection.epsg === epsg) ?? universalTransverseMercator(epsg);
  if (known !== undefined) return known;
  const codes = KNOWN.map(projection => projection.epsg).join(', ');
  const message = `mesh.epsg: EPSG:${epsg} is not known (known: ${codes} and the UTM zones); give its proj4 text as mesh.projection`;
  throw new Fault('DOMAIN_INVALID', message, { epsg });
}

/** WGS 84: 32601–32660 north, 32701–32760 south; ETRS89: 25828–25838 north. */
function universalTransverseMercator(epsg: number): Projection | undefined {
  const zone = epsg % 100;
  const [wgs84, etrs89] = [epsg > 32_600 && epsg < 32_800, epsg >= 25_828 && epsg <= 25_838];
  if ((!wgs84 && !etrs89) || zone < 1 || zone > 60) return undefined;
  const south = epsg >= 32_700;
  const ellipsoid = etrs89 ? '+ellps=GRS80 +towgs84=0,0,0' : '+datum=WGS84';
  const cf = {
    grid_mapping_name: 'transverse_mercator',
    scale_factor_at_central_meridian: 0.9996,
    longitude_of_central_meridian: 6 * zone - 183,
    latitude_of_projection_origin: 0,
    false_easting: 500_000,
    false_northing: south ? 10_000_000 : 0,
  };
  return { epsg, definition: `+proj=utm +zone=${zone}${south ? ' +south' : ''} ${ellipsoid} +units=m +no_defs`, cf };
}

/** Longitude and latitude (WGS 84, degrees) of a point of the projection. */
export function toLonLat(projection: Projection, x: number, y: number): readonly [longitude: number, latitude: number] {
  const [longitude, latitude] = proj4(projection.definition, 'WGS84', [x, y]);
  return [longitude, latitude];
}

/** The point of the projection at a longitude and latitude (WGS 84, degrees). */
export function fromLonLat(projection: Projection, longitude: number, latitude: number): readonly [x: number, y: number] {
  const [x, y] = proj4('WGS84', projection.definition, [longitude, latitude]);
  return [x, y];
}
