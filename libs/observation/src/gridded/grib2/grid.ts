import type { PlacedGrid } from '#hydrology';
import { Refusal } from '../../reject.js';
import { projectionOf } from '../odim-fields.js';
import { requirePlausibleShape } from '../rain-raster.js';
import type { Section } from './octets.js';

/** Where the values of a field lie, and how they come. */
export interface GribGrid {
  readonly grid: PlacedGrid;
  /** Rows come from south to north. */
  readonly northward: boolean;
  /** Columns by which the values of a row are turned so that the first lies farthest west: a grid around the earth may begin at Greenwich. */
  readonly turn: number;
}

const LONGITUDE_LATITUDE = '+proj=longlat +datum=WGS84 +no_defs';
const MICRO = 1e-6;
const MISSING = 0xffffffff;
/** Values one row after another, each from west to east; either direction of the rows. */
const NORTHWARD = 0x40;

/** @throws Refusal PROJECTION_UNUSABLE for another template, GRID_IMPLAUSIBLE for a grid that is none */
export function readGrid(section: Section): GribGrid {
  const template = section.unsigned(13, 2);
  if (section.unsigned(6, 1) !== 0 || section.unsigned(11, 1) !== 0) {
    throw new Refusal('GRID_IMPLAUSIBLE', 'has rows of unequal length; interpolate it, for instance with cdo -setgridtype,regular');
  }
  if (template === 0) return longitudeLatitude(section);
  if (template === 30) return lambert(section);
  const known = 'it is neither 3.0 (longitude and latitude) nor 3.30 (Lambert)';
  throw new Refusal('PROJECTION_UNUSABLE', `has a grid of template 3.${template}; ${known}; remap it, for instance with cdo -remapcon`);
}

function longitudeLatitude(section: Section): GribGrid {
  const [columns, rows] = [section.unsigned(31, 4), section.unsigned(35, 4)];
  if (columns === MISSING)
    throw new Refusal('GRID_IMPLAUSIBLE', 'has rows of unequal length; interpolate it, for instance with cdo -setgridtype,regular');
  requireShape(section, rows, columns);
  if (section.unsigned(39, 4) !== 0 && section.unsigned(39, 4) !== MISSING && section.unsigned(39, 4) !== 1) {
    throw new Refusal('GRID_IMPLAUSIBLE', 'counts its angles in a unit of its own');
  }
  const northward = directionOf(section.unsigned(72, 1));
  const [latitude, longitude] = [section.signed(47, 4) * MICRO, section.signed(51, 4) * MICRO];
  const [lastLatitude, lastLongitude] = [section.signed(56, 4) * MICRO, section.signed(60, 4) * MICRO];
  const width = columns > 1 ? ((lastLongitude - longitude + 720) % 360 || 360) / (columns - 1) : section.unsigned(64, 4) * MICRO;
  const height = rows > 1 ? Math.abs(lastLatitude - latitude) / (rows - 1) : section.unsigned(68, 4) * MICRO;
  const north = Math.max(latitude, lastLatitude);
  if (!(width > 0 && height > 0 && width <= 10 && height <= 10 && north <= 90.0001) || latitude > lastLatitude === northward) {
    throw new Refusal(
      'GRID_IMPLAUSIBLE',
      `goes from ${latitude}, ${longitude} to ${lastLatitude}, ${lastLongitude} in ${rows} × ${columns} cells`,
    );
  }
  const turn = turnOf(longitude, width, columns);
  const west = longitude + turn * width;
  const first = west >= 180 ? west - 360 : west;
  return {
    grid: {
      ...{ definition: LONGITUDE_LATITUDE, xMin: first - width / 2, yMax: north + height / 2 },
      ...{ xResolution: width, yResolution: height, rows, columns },
    },
    northward,
    turn,
  };
}

/** Around the earth: the first column at or east of −180°. */
function turnOf(longitude: number, width: number, columns: number): number {
  if (Math.abs(columns * width - 360) > width / 2) return 0;
  return Math.ceil((180 - (longitude > 180 ? longitude - 360 : longitude)) / width - 1e-6) % columns;
}

function lambert(section: Section): GribGrid {
  const [columns, rows] = [section.unsigned(31, 4), section.unsigned(35, 4)];
  requireShape(section, rows, columns);
  const northward = directionOf(section.unsigned(65, 1));
  const degrees = (octet: number) => section.signed(octet, 4) * MICRO;
  const [width, height] = [section.unsigned(56, 4) / 1000, section.unsigned(60, 4) / 1000];
  const cone = `+lat_1=${degrees(66)} +lat_2=${degrees(70)} +lat_0=${degrees(48)} +lon_0=${degrees(52)}`;
  const definition = `+proj=lcc ${cone} +x_0=0 +y_0=0 ${earthOf(section)} +units=m +no_defs`;
  const longitude = degrees(43);
  const [x, y] = projectionOf(definition)([longitude > 180 ? longitude - 360 : longitude, degrees(39)]);
  const yMax = northward ? y + (rows - 0.5) * height : y + height / 2;
  return { grid: { definition, xMin: x - width / 2, yMax, xResolution: width, yResolution: height, rows, columns }, northward, turn: 0 };
}

function requireShape(section: Section, rows: number, columns: number): void {
  requirePlausibleShape(rows, columns);
  if (section.unsigned(7, 4) !== rows * columns) {
    throw new Refusal('GRID_IMPLAUSIBLE', `says that it has ${section.unsigned(7, 4)} points and ${rows} rows of ${columns}`);
  }
}

function directionOf(scanning: number): boolean {
  if (scanning === 0 || scanning === NORTHWARD) return scanning === NORTHWARD;
  throw new Refusal(
    'GRID_IMPLAUSIBLE',
    `is scanned in mode ${scanning}; rows from west to east are read, for instance after cdo -invertlat or wgrib2 -order`,
  );
}

/** Code table 3.2. */
function earthOf(section: Section): string {
  const scaled = (octet: number) => section.unsigned(octet + 1, 4) / 10 ** section.signed(octet, 1);
  switch (section.unsigned(15, 1)) {
    case 0:
      return '+a=6367470 +b=6367470';
    case 1:
      return `+a=${scaled(16)} +b=${scaled(16)}`;
    case 2:
      return '+a=6378160 +b=6356775';
    case 3:
      return `+a=${scaled(21) * 1000} +b=${scaled(26) * 1000}`;
    case 4:
      return '+ellps=GRS80';
    case 5:
      return '+ellps=WGS84';
    case 6:
      return '+a=6371229 +b=6371229';
    case 7:
      return `+a=${scaled(21)} +b=${scaled(26)}`;
    case 8:
      return '+a=6371200 +b=6371200';
    default:
      throw new Refusal('PROJECTION_UNUSABLE', `lies on an earth of shape ${section.unsigned(15, 1)}, which is not known`);
  }
}
