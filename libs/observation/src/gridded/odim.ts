import { HOUR_MS } from '#hydrology';
import { Refusal } from '../reject.js';
import type { Hdf5Node } from './hdf5.js';
import { bandsOf, childrenOf, gridOf, intervalOf, numberField, type OdimBand } from './odim-fields.js';
import { decodePolar } from './odim-polar.js';
import { dropPoorCells, type RainRaster, type RainReading } from './rain-raster.js';
import { rainRateOf } from './reflectivity.js';
import { scaleBand, type BandScale } from './scale-band.js';

/**
 * Quantities that rain can be had from, best first (OPERA data model 2.0 to 2.4, table of quantities): accumulation in mm, rate in
 * mm/h, reflectivity in dBZ, corrected before uncorrected.
 */
const QUANTITIES = ['ACRR', 'RATE', 'DBZH', 'DBZ', 'DBZV', 'TH'] as const;
export type RainQuantity = (typeof QUANTITIES)[number];

const isRainQuantity = (quantity: string): quantity is RainQuantity => (QUANTITIES as readonly string[]).includes(quantity);

/** Is this tree ODIM? Conventions may be missing (RMI), the groups may not. */
export const isOdim = (root: Hdf5Node): boolean => root.child('dataset1') !== undefined && root.child('what') !== undefined;

/**
 * Decodes the best rain quantity of an ODIM_H5 file: a composite or image on its own grid, a scan or volume by its lowest sweep
 * on a grid around the radar.
 * @throws Refusal naming what is missing or contradictory.
 */
export function decodeOdim(root: Hdf5Node, reading: RainReading): RainRaster {
  const object = root.child('what')?.text('object') ?? 'COMP';
  const bands = bandsOf(root);
  const polar = object === 'SCAN' || object === 'PVOL' || object === 'ELEV' || object === 'AZIM';
  return polar ? decodePolar(root, chooseBands(bands, reading), reading) : decodeComposite(root, chooseBands(bands, reading)[0]!, reading);
}

/** All bands of the quantity asked for or, not asked, of the best that is there. */
function chooseBands(bands: readonly OdimBand[], { variable }: RainReading): readonly OdimBand[] {
  const wanted = variable ?? QUANTITIES.find(quantity => bands.some(band => band.quantity === quantity));
  const found = bands.filter(band => band.quantity === wanted && isRainQuantity(band.quantity));
  if (found.length > 0) return found;
  const names = [...new Set(bands.map(({ quantity }) => quantity || 'no name'))].join(', ') || 'no data';
  throw new Refusal('QUANTITY_UNKNOWN', `holds ${names}; rain is read from ${variable ?? QUANTITIES.join(', ')}`);
}

function decodeComposite(root: Hdf5Node, band: OdimBand, reading: RainReading): RainRaster {
  const stored = band.data.band();
  const grid = gridOf(band, stored.shape);
  const interval = intervalOf(band, reading);
  const depths = scaleBand(stored, scaleOf(band), toDepth(band.quantity, interval.to - interval.from, reading), 0);
  const quality = qualityOf(band, stored.shape);
  dropPoorCells(depths, quality, reading.minimumQuality);
  return { grid, ...interval, depths, quality, product: `${conventionsOf(root)} ${band.quantity}` };
}

export const conventionsOf = (root: Hdf5Node): string => root.text('Conventions') ?? root.child('what')?.text('version') ?? 'ODIM_H5';

export const scaleOf = ({ levels }: OdimBand): BandScale => ({
  gain: numberField(levels, 'what', 'gain'),
  offset: numberField(levels, 'what', 'offset'),
  nodata: numberField(levels, 'what', 'nodata'),
  undetect: numberField(levels, 'what', 'undetect'),
});

/** From the quantity to mm over the duration. */
export function toDepth(quantity: string, durationMs: number, { reflectivity }: RainReading): (physical: number) => number {
  const hours = durationMs / HOUR_MS;
  if (quantity === 'ACRR') return depth => depth;
  if (quantity === 'RATE') return rate => rate * hours;
  return dbz => rainRateOf(dbz, reflectivity) * hours;
}

/** The first quality field of the band or its dataset that is as large as the band. */
export function qualityOf({ levels }: OdimBand, shape: readonly number[]): Float32Array | null {
  const [data, dataset] = levels as [Hdf5Node, Hdf5Node];
  const fields = [data, dataset].flatMap(level => childrenOf(level, /^quality\d+$/));
  for (const [, field] of fields) {
    const found = field.child('data');
    if (found?.shape?.join() !== shape.join()) continue;
    const scale = {
      gain: numberField([field], 'what', 'gain') ?? 1,
      offset: numberField([field], 'what', 'offset'),
      nodata: numberField([field], 'what', 'nodata'),
      undetect: numberField([field], 'what', 'undetect'),
    };
    return scaleBand(found.band(), scale, quality => quality, 0);
  }
  return null;
}
