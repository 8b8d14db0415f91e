import { Refusal, firstLineOf, reject, type Reject } from '../reject.js';
import { decodeGeoTiffRain, isTiff } from './geotiff-rain.js';
import { filterRain } from './filters/rain-filters.js';
import { decodeGrib2 } from './grib2/grib2-rain.js';
import { isGrib } from './grib2/messages.js';
import { withHdf5 } from './hdf5.js';
import { decodeKnmi, isKnmi } from './knmi.js';
import { isClassicNetCdf, openClassicNetCdf } from './netcdf-classic.js';
import { decodeNetCdf } from './netcdf-rain.js';
import { decodeOdim, isOdim } from './odim.js';
import { decodeRadolan, isRadolan } from './radolan.js';
import { refuseImpossibleDepths, requirePlace, type RainDecoding, type RainRaster, type RainReading } from './rain-raster.js';
import { refuseImpossibleTemperatures } from './temperature.js';
import { unpack } from './unpack.js';

/**
 * Decodes a file of gridded rain, whichever of the known formats it has: ODIM_H5, KNMI HDF5, CF NetCDF, RADOLAN binary, GeoTIFF, GRIB2,
 * each also packed by gzip or bzip2. Never throws: what cannot be taken is among the rejects, by name. Cells that were seen and found dry are 0,
 * cells that were not seen NaN.
 */
export async function decodeRainFile(bytes: Uint8Array, reading: RainReading): Promise<RainDecoding> {
  try {
    const { rasters, rejects } = await decodeAny(unpack(bytes), reading);
    const checked = rasters.map(raster => checkRaster(raster, reading));
    return {
      rasters: checked.flatMap(one => one.raster ?? []),
      rejects: [...rejects.map(each => named(each, reading)), ...checked.flatMap(one => one.rejects)],
    };
  } catch (cause) {
    return { rasters: [], rejects: [named(whyRefused(cause), reading)] };
  }
}

function checkRaster(raster: RainRaster, reading: RainReading): { readonly raster?: RainRaster; readonly rejects: readonly Reject[] } {
  try {
    requirePlace(raster);
    const refuse = reading.quantity === 'temperature' ? refuseImpossibleTemperatures : refuseImpossibleDepths;
    const rejects = refuse(raster).map(each => named(each, reading));
    const { filters, clutterOn } = reading;
    return { raster: filters === undefined ? raster : filterRain(raster, filters, clutterOn?.(raster.grid)), rejects };
  } catch (cause) {
    return { rejects: [named(whyRefused(cause), reading)] };
  }
}

function whyRefused(cause: unknown): Reject {
  if (cause instanceof Refusal) return reject(cause.code, cause.message);
  return reject('FILE_UNREADABLE', `cannot be read: ${firstLineOf(cause)}`);
}

const named = ({ code, message }: Reject, { name }: RainReading): Reject => reject(code, `${name} ${message}`);

async function decodeAny(bytes: Uint8Array, reading: RainReading): Promise<RainDecoding> {
  if (startsWith(bytes, [0x89, 0x48, 0x44, 0x46])) {
    if (reading.quantity === 'temperature') return withHdf5(bytes, root => decodeNetCdf(root, reading));
    return withHdf5(bytes, root => {
      if (isKnmi(root)) return one(decodeKnmi(root, reading));
      return isOdim(root) ? one(decodeOdim(root, reading)) : decodeNetCdf(root, reading);
    });
  }
  if (reading.quantity === 'temperature' && !isGrib(bytes) && !isClassicNetCdf(bytes))
    throw new Refusal('FORMAT_UNKNOWN', 'is neither GRIB2 nor NetCDF, of which temperature is read');
  if (isClassicNetCdf(bytes)) return decodeNetCdf(openClassicNetCdf(bytes), reading);
  if (isTiff(bytes)) return one(await decodeGeoTiffRain(bytes, reading));
  if (isGrib(bytes)) return decodeGrib2(bytes, reading);
  if (isRadolan(bytes)) return one(decodeRadolan(bytes, reading));
  throw new Refusal('FORMAT_UNKNOWN', FOREIGN.find(({ magic }) => startsWith(bytes, magic))?.message ?? UNKNOWN);
}

const one = (raster: RainRaster): RainDecoding => ({ rasters: [raster], rejects: [] });

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, k) => bytes[k] === byte);

const UNKNOWN = 'is none of ODIM_H5, KNMI HDF5, NetCDF, RADOLAN, GeoTIFF and GRIB2';

/** Formats that are recognised and not read, with what to do. */
const FOREIGN: readonly { readonly magic: readonly number[]; readonly message: string }[] = [
  {
    magic: [0x43, 0x44, 0x46, 0x05],
    message: 'is NetCDF with 64-bit data (CDF-5); convert it to NetCDF-4, for instance with nccopy -k nc4',
  },
  { magic: [0x1f, 0x8b], message: 'is gzip within gzip; pack it once' },
  { magic: [0x50, 0x4b, 0x03, 0x04], message: 'is a zip archive; unpack it before' },
];
