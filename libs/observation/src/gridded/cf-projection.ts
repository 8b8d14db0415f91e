import { Refusal } from '../reject.js';
import type { DataNode } from './data-node.js';
import { projectionOf } from './odim-fields.js';

const LONGITUDE_LATITUDE = '+proj=longlat +datum=WGS84 +no_defs';

/** proj4 parameter of each attribute of a grid mapping (CF-1.11, appendix F). */
const PARAMETERS: Readonly<Record<string, string>> = {
  latitude_of_projection_origin: 'lat_0',
  longitude_of_projection_origin: 'lon_0',
  longitude_of_central_meridian: 'lon_0',
  straight_vertical_longitude_from_pole: 'lon_0',
  scale_factor_at_projection_origin: 'k_0',
  scale_factor_at_central_meridian: 'k_0',
  false_easting: 'x_0',
  false_northing: 'y_0',
  semi_major_axis: 'a',
  semi_minor_axis: 'b',
  inverse_flattening: 'rf',
};

const PROJECTIONS: Readonly<Record<string, string>> = {
  lambert_conformal_conic: 'lcc',
  lambert_azimuthal_equal_area: 'laea',
  polar_stereographic: 'stere',
  stereographic: 'stere',
  transverse_mercator: 'tmerc',
  azimuthal_equidistant: 'aeqd',
  albers_conical_equal_area: 'aea',
};

/**
 * The proj4 text of a variable's grid mapping: its own `proj4` text, or made from the CF attributes; without a mapping, longitude
 * and latitude if those are the coordinates.
 */
export function cfDefinition(root: DataNode, variable: DataNode, geographic: boolean): string {
  const name = variable.text('grid_mapping');
  const mapping = name === undefined ? undefined : root.child(name);
  if (mapping === undefined) {
    if (geographic) return LONGITUDE_LATITUDE;
    throw new Refusal('PROJECTION_UNUSABLE', 'has no grid_mapping, and its coordinates are not longitude and latitude');
  }
  const text = mapping.text('proj4') ?? mapping.text('proj4_params') ?? mapping.text('proj4text') ?? writtenOut(mapping);
  projectionOf(text);
  return text;
}

function writtenOut(mapping: DataNode): string {
  const name = mapping.text('grid_mapping_name') ?? '';
  if (name === 'latitude_longitude') return LONGITUDE_LATITUDE;
  const projection = Object.hasOwn(PROJECTIONS, name) ? PROJECTIONS[name] : undefined;
  if (projection === undefined) throw new Refusal('PROJECTION_UNUSABLE', `has a grid mapping that is not known, "${name}"`);
  const parameters = Object.entries(PARAMETERS).flatMap(([attribute, parameter]) => {
    const value = mapping.number(attribute);
    return value === undefined ? [] : [`+${parameter}=${value}`];
  });
  const parallels = mapping.numbers('standard_parallel') ?? [];
  const polar = projection === 'stere' && parallels.length === 1;
  const named = polar ? [`+lat_ts=${parallels[0]!}`] : parallels.slice(0, 2).map((parallel, k) => `+lat_${k + 1}=${parallel}`);
  return [`+proj=${projection}`, ...named, ...parameters, '+units=m', '+no_defs'].join(' ');
}
