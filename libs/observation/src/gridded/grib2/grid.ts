import type { PlacedGrid } from '#hydrology';
import { Refusal } from '../../reject.js';
import { projectionOf } from '../odim-fields.js';
import { requirePlausibleShape } from '../rain-raster.js';
import type { Section } from './octets.js';

/** Where the values of a field lie, and how they come. */
export interface GribGrid {
  readonly grid: PlacedGrid;
  readonly scanning: Scanning;
  /** Columns by which the values of a row are turned so that the first lies farthest west: a grid around the earth may begin at Greenwich. */
  readonly turn: number;
}

/** The order of the values (flag table 3.4). */
export interface Scanning {
  readonly westward: boolean;
  /** Rows come from south to north. */
  readonly northward: boolean;
  /** Neighbours in the order are neighbours in a column. */
  readonly byColumns: boolean;
  /** Every second row comes the other way around. */
  readonly backAndForth: boolean;
}

const LONGITUDE_LATITUDE = '+proj=longlat +datum=WGS84 +no_defs';
const MICRO = 1e-6;
const MISSING = 0xffffffff;
const WESTWARD = 0x80;
const NORTHWARD = 0x40;
const BY_COLUMNS = 0x20;
const BACK_AND_FORTH = 0x10;
/** Of the projection centre: the south pole. */
const SOUTH = 0x80;

/** @throws Refusal PROJECTION_UNUSABLE for another template, GRID_IMPLAUSIBLE for a grid that is none */
export function readGrid(section: Section): GribGrid {
  const template = section.unsigned(13, 2);
  if (section.unsigned(6, 1) !== 0 || section.unsigned(11, 1) !== 0) {
    throw new Refusal('GRID_IMPLAUSIBLE', 'has rows of unequal length; interpolate it, for instance with cdo -setgridtype,regular');
  }
  if (template === 0) return longitudeLatitude(section, LONGITUDE_LATITUDE);
  if (template === 1) return longitudeLatitude(section, rotated(section));
  if (template === 20) return projected(section, polarStereographic(section));
  if (template === 30) return projected(section, lambert(section));
  const known = 'it is none of 3.0 (longitude and latitude), 3.1 (rotated), 3.20 (polar stereographic) and 3.30 (Lambert)';
  throw new Refusal('PROJECTION_UNUSABLE', `has a grid of template 3.${template}; ${known}; remap it, for instance with cdo -remapcon`);
}

/** Place in the order of the message of the value at a row from the north and a column from the west. */
export function placeInMessage({ grid: { rows, columns }, scanning, turn }: GribGrid, row: number, column: number): number {
  const turned = (column + turn) % columns;
  const j = scanning.northward ? rows - 1 - row : row;
  const i = scanning.westward ? columns - 1 - turned : turned;
  if (scanning.byColumns) return i * rows + j;
  return j * columns + (scanning.backAndForth && j % 2 === 1 ? columns - 1 - i : i);
}

function longitudeLatitude(section: Section, definition: string): GribGrid {
  const [columns, rows] = [section.unsigned(31, 4), section.unsigned(35, 4)];
  if (columns === MISSING)
    throw new Refusal('GRID_IMPLAUSIBLE', 'has rows of unequal length; interpolate it, for instance with cdo -setgridtype,regular');
  requireShape(section, rows, columns);
  if (section.unsigned(39, 4) !== 0 && section.unsigned(39, 4) !== MISSING && section.unsigned(39, 4) !== 1) {
    throw new Refusal('GRID_IMPLAUSIBLE', 'counts its angles in a unit of its own');
  }
  const scanning = scanningOf(section.unsigned(72, 1));
  const degrees = (octet: number) => section.signed(octet, 4) * MICRO;
  const [latitude, lastLatitude] = [degrees(47), degrees(56)];
  const [longitude, east] = scanning.westward ? [degrees(60), degrees(51)] : [degrees(51), degrees(60)];
  const width = columns > 1 ? ((east - longitude + 720) % 360 || 360) / (columns - 1) : section.unsigned(64, 4) * MICRO;
  const height = rows > 1 ? Math.abs(lastLatitude - latitude) / (rows - 1) : section.unsigned(68, 4) * MICRO;
  const north = Math.max(latitude, lastLatitude);
  const isUpsideDown = latitude > lastLatitude === scanning.northward && rows > 1;
  if (!(width > 0 && height > 0 && width <= 10 && height <= 10 && north <= 90.0001) || isUpsideDown) {
    throw new Refusal('GRID_IMPLAUSIBLE', `goes from ${latitude}, ${longitude} to ${lastLatitude}, ${east} in ${rows} × ${columns} cells`);
  }
  const turn = turnOf(longitude, width, columns);
  const west = longitude + turn * width;
  const first = west >= 180 ? west - 360 : west;
  return {
    grid: {
      ...{ definition, xMin: first - width / 2, yMax: north + height / 2 },
      ...{ xResolution: width, yResolution: height, rows, columns },
    },
    ...{ scanning, turn },
  };
}

/** Around the earth: the first column at or east of −180°. */
function turnOf(longitude: number, width: number, columns: number): number {
  if (Math.abs(columns * width - 360) > width / 2) return 0;
  return Math.ceil((180 - (longitude > 180 ? longitude - 360 : longitude)) / width - 1e-6) % columns;
}

/** Degrees of a sphere that was turned so that its south pole lies elsewhere. */
function rotated(section: Section): string {
  const [latitude, longitude, angle] = [section.signed(73, 4) * MICRO, section.signed(77, 4) * MICRO, section.float(81)];
  if (angle !== 0)
    throw new Refusal('PROJECTION_UNUSABLE', `is turned by ${angle}° about its own pole; remap it, for instance with cdo -remapcon`);
  return `+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=${-latitude} +lon_0=${longitude} ${earthOf(section)} +no_defs`;
}

function lambert(section: Section): string {
  const degrees = (octet: number) => section.signed(octet, 4) * MICRO;
  const cone = `+lat_1=${degrees(66)} +lat_2=${degrees(70)} +lat_0=${degrees(48)} +lon_0=${degrees(52)}`;
  return `+proj=lcc ${cone} +x_0=0 +y_0=0 ${earthOf(section)} +units=m +no_defs`;
}

function polarStereographic(section: Section): string {
  const isSouth = (section.unsigned(64, 1) & SOUTH) !== 0;
  const trueAt = section.signed(48, 4) * MICRO;
  const pole = `+lat_0=${isSouth ? -90 : 90} +lat_ts=${isSouth ? -Math.abs(trueAt) : trueAt} +lon_0=${section.signed(52, 4) * MICRO}`;
  return `+proj=stere ${pole} +k=1 +x_0=0 +y_0=0 ${earthOf(section)} +units=m +no_defs`;
}

/** Templates 3.20 and 3.30: lengths in mm, and the place of the first value. */
function projected(section: Section, definition: string): GribGrid {
  const [columns, rows] = [section.unsigned(31, 4), section.unsigned(35, 4)];
  requireShape(section, rows, columns);
  const scanning = scanningOf(section.unsigned(65, 1));
  const degrees = (octet: number) => section.signed(octet, 4) * MICRO;
  const [width, height] = [section.unsigned(56, 4) / 1000, section.unsigned(60, 4) / 1000];
  const longitude = degrees(43);
  const [x, y] = projectionOf(definition)([longitude > 180 ? longitude - 360 : longitude, degrees(39)]);
  const yMax = scanning.northward ? y + (rows - 0.5) * height : y + height / 2;
  const xMin = scanning.westward ? x - (columns - 0.5) * width : x - width / 2;
  return { grid: { definition, xMin, yMax, xResolution: width, yResolution: height, rows, columns }, scanning, turn: 0 };
}

function requireShape(section: Section, rows: number, columns: number): void {
  requirePlausibleShape(rows, columns);
  if (section.unsigned(7, 4) !== rows * columns) {
    throw new Refusal('GRID_IMPLAUSIBLE', `says that it has ${section.unsigned(7, 4)} points and ${rows} rows of ${columns}`);
  }
}

function scanningOf(flags: number): Scanning {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const isKnown = (flags & ~(WESTWARD | NORTHWARD | BY_COLUMNS | BACK_AND_FORTH)) === 0;
  if (isKnown && !(has(BY_COLUMNS) && has(BACK_AND_FORTH))) {
    return { westward: has(WESTWARD), northward: has(NORTHWARD), byColumns: has(BY_COLUMNS), backAndForth: has(BACK_AND_FORTH) };
  }
  throw new Refusal(
    'GRID_IMPLAUSIBLE',
    `is scanned in mode ${flags}, with rows that are offset or columns back and forth; remap it, for instance with cdo -remapcon`,
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
