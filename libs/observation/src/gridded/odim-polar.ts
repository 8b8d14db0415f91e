import { Refusal } from '../reject.js';
import { findSpokes } from './filters/find-spokes.js';
import type { Hdf5Node } from './hdf5.js';
import { conventionsOf, qualityOf, scaleOf, toDepth } from './odim.js';
import { intervalOf, numberField, textField, type OdimBand } from './odim-fields.js';
import { dropPoorCells, requirePlausibleShape, type RainRaster, type RainReading } from './rain-raster.js';
import { scaleBand } from './scale-band.js';

/** Radius of the earth over which a beam bends as a straight line (4/3 of the earth's), m. */
const EFFECTIVE_RADIUS_M = (4 / 3) * 6_371_000;
/** A cell is the mean over this many points a side. */
const POINTS = 3;

interface Sweep {
  readonly band: OdimBand;
  readonly rays: number;
  readonly bins: number;
  /** Degrees. */
  readonly elevation: number;
  /** Length of a bin and distance of the first, m along the beam. */
  readonly binM: number;
  readonly startM: number;
}

/**
 * Brings the lowest sweep of a scan or volume onto a grid of square cells around the radar (azimuthal equidistant): the mean rain
 * of 3 × 3 points a cell, each from the bin it lies in. Ray k covers azimuths k·360°/nrays on, clockwise from north.
 */
export function decodePolar(root: Hdf5Node, bands: readonly OdimBand[], reading: RainReading): RainRaster {
  const sweep = bands.map(sweepOf).reduce((lowest, next) => (next.elevation < lowest.elevation ? next : lowest));
  const { band, rays, bins } = sweep;
  const stored = band.data.band();
  if (stored.shape.join() !== [rays, bins].join()) {
    throw new Refusal(
      'GRID_IMPLAUSIBLE',
      `says ${rays} rays of ${bins} bins in where, but ${band.path}/data is ${stored.shape.join(' × ')}`,
    );
  }
  const interval = intervalOf(band, reading);
  const rain = scaleBand(stored, scaleOf(band), toDepth(band.quantity, interval.to - interval.from, reading), 0);
  const sure = qualityOf(band, stored.shape);
  dropPoorCells(rain, sure, reading.minimumQuality);
  const spokes = reading.filters?.spokes && findSpokes({ rays, bins, values: rain }, reading.filters.spokes);
  for (const ray of spokes ?? []) rain.fill(NaN, ray * bins, (ray + 1) * bins);
  const cellM = reading.polarCellM;
  const reach = Math.ceil(groundRange(sweep.startM + bins * sweep.binM, sweep.elevation) / cellM);
  requirePlausibleShape(2 * reach, 2 * reach);
  const grid = {
    definition: `+proj=aeqd ${placeOf(root)} +ellps=WGS84 +units=m`,
    ...{ xMin: -reach * cellM, yMax: reach * cellM, xResolution: cellM, yResolution: cellM, rows: 2 * reach, columns: 2 * reach },
  };
  const product = `${conventionsOf(root)} ${band.quantity} at ${sweep.elevation}°`;
  const depths = toCartesian(rain, sweep, cellM, reach);
  const quality = sure && toCartesian(sure, sweep, cellM, reach);
  const radar = { id: nameOf(textField([root], 'what', 'source') ?? ''), elevation: sweep.elevation };
  return { grid, ...interval, depths, quality, radar, ...(spokes && { filtered: { spokes: Uint32Array.from(spokes) } }), product };
}

/** "WMO:06475,RAD:BX43,NOD:behel" is behel; without a node the radar's, the WMO's or the whole name counts. */
function nameOf(source: string): string {
  const names = new Map(source.split(',').map(pair => pair.split(':').map(part => part.trim()) as [string, string | undefined]));
  return names.get('NOD') ?? names.get('RAD') ?? names.get('WMO') ?? source.trim();
}

function placeOf(root: Hdf5Node): string {
  const [longitude, latitude] = [root.child('where')?.number('lon'), root.child('where')?.number('lat')];
  if (longitude !== undefined && latitude !== undefined && Math.abs(longitude) <= 360 && Math.abs(latitude) <= 90) {
    return `+lat_0=${latitude} +lon_0=${longitude}`;
  }
  throw new Refusal('FIELD_MISSING', 'does not say where its radar stands (where/lon and where/lat)');
}

function sweepOf(band: OdimBand): Sweep {
  const number = (name: string): number => {
    const value = numberField(band.levels, 'where', name);
    if (value === undefined) throw new Refusal('FIELD_MISSING', `has no where/${name} for ${band.path}`);
    return value;
  };
  const sweep = { band, rays: number('nrays'), bins: number('nbins'), elevation: number('elangle'), binM: number('rscale') };
  requirePlausibleShape(sweep.rays, sweep.bins);
  const startM = (numberField(band.levels, 'where', 'rstart') ?? 0) * 1000; // km in ODIM
  const longest = startM + sweep.bins * sweep.binM;
  if (!(sweep.binM > 0) || !(startM >= 0) || !(longest <= 1e6) || !(Math.abs(sweep.elevation) < 90)) {
    throw new Refusal('GRID_IMPLAUSIBLE', `has a sweep at ${sweep.elevation}° with bins of ${sweep.binM} m out to ${longest} m`);
  }
  return { ...sweep, startM };
}

/** Distance over ground of a point at a distance along the beam (Doviak & Zrnić 1993, 2.28b and c). */
function groundRange(slantM: number, elevation: number): number {
  const angle = (elevation * Math.PI) / 180;
  const height = Math.sqrt(slantM ** 2 + EFFECTIVE_RADIUS_M ** 2 + 2 * slantM * EFFECTIVE_RADIUS_M * Math.sin(angle)) - EFFECTIVE_RADIUS_M;
  return EFFECTIVE_RADIUS_M * Math.asin((slantM * Math.cos(angle)) / (EFFECTIVE_RADIUS_M + height));
}

/** The bin over each hundred metres of ground, −1 where none. */
function binsByGround({ bins, binM, startM, elevation }: Sweep, reachM: number): Int32Array {
  const table = new Int32Array(Math.ceil(reachM / GROUND_M) + 2).fill(-1);
  for (let bin = 0; bin < bins; bin++) {
    const [near, far] = [groundRange(startM + bin * binM, elevation), groundRange(startM + (bin + 1) * binM, elevation)];
    for (let k = Math.ceil(near / GROUND_M - 0.5); k < far / GROUND_M - 0.5; k++) if (k < table.length) table[k] = bin;
  }
  return table;
}
const GROUND_M = 50;

function toCartesian(rain: Float32Array, sweep: Sweep, cellM: number, reach: number): Float32Array {
  const side = 2 * reach;
  const binAt = binsByGround(sweep, Math.SQRT2 * reach * cellM);
  const depths = new Float32Array(side * side);
  const pointAt = (cell: number, point: number): number => (cell - reach + (point + 0.5) / POINTS) * cellM;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      let [sum, count] = [0, 0];
      for (let point = 0; point < POINTS * POINTS; point++) {
        const [x, y] = [pointAt(column, point % POINTS), -pointAt(row, Math.floor(point / POINTS))];
        const bin = binAt[Math.floor(Math.hypot(x, y) / GROUND_M)]!;
        if (bin < 0) continue;
        const turn = Math.atan2(x, y) / (2 * Math.PI);
        const ray = Math.min(sweep.rays - 1, Math.floor((turn < 0 ? turn + 1 : turn) * sweep.rays));
        const value = rain[ray * sweep.bins + bin]!;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      depths[row * side + column] = count === 0 ? NaN : sum / count;
    }
  }
  return depths;
}
