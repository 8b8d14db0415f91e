import { Fault } from '#errors';
import { isGeographic, readFlowCodes, type FlowConvention, type FlowDirections, type GridGeometry } from '#hydrology';
import { readGeoTiff, type Raster } from './raster.js';
import { meshInvalid } from './read-gauges.js';

export interface DirectionsFile {
  readonly path: string;
  readonly convention: FlowConvention | 'auto';
  /** EPSG code where the raster does not say it. */
  readonly epsg?: number;
}

export interface ReadDirections {
  readonly directions: FlowDirections;
  readonly geometry: GridGeometry;
  readonly convention: FlowConvention;
}

/** GeoTIFF's code for "user-defined": the file has a coordinate system but not its number. */
const USER_DEFINED = 32_767;

/**
 * Reads a D8 raster of either convention.
 * @throws Fault FILE_UNREADABLE for what is no north-up GeoTIFF; MESH_INVALID naming the cell whose value is no direction, or units that do not fit the coordinate system.
 */
export async function readDirections({ path, convention, epsg }: DirectionsFile): Promise<ReadDirections> {
  const raster = await readGeoTiff(path);
  const geometry = geometryOf(raster, epsgOf(raster, path, epsg));
  refuseOtherUnits(raster, geometry, path);
  try {
    const { codes, convention: found } = readFlowCodes(raster.values, raster.columns, convention);
    return { directions: { rows: raster.rows, columns: raster.columns, codes }, geometry, convention: found };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw meshInvalid(path, [cause.message]);
  }
}

function epsgOf(raster: Raster, path: string, asked: number | undefined): number {
  const own = raster.epsg === USER_DEFINED ? 0 : raster.epsg;
  if (own === 0 && asked === undefined)
    throw meshInvalid(path, ['it does not say the EPSG code of its coordinate system; give it with --epsg']);
  if (own !== 0 && asked !== undefined && own !== asked)
    throw new Fault('COMMAND_INVALID', `--epsg ${asked}: ${path} says EPSG:${own}; leave the option out or mend the file`, { path });
  return asked ?? own;
}

const geometryOf = ({ xMin, yMax, xResolution, yResolution }: Raster, epsg: number): GridGeometry => ({
  epsg,
  xMin,
  yMax,
  xResolution,
  yResolution,
});

/** Degrees under a projected code, or metres under a geographic one, would make every area wrong by orders of magnitude. */
function refuseOtherUnits({ rows, columns }: Raster, geometry: GridGeometry, path: string): void {
  const { epsg, xMin, yMax, xResolution, yResolution } = geometry;
  const [xMax, yMin] = [xMin + columns * xResolution, yMax - rows * yResolution];
  const onTheGlobe = xMin >= -360 && xMax <= 360 && yMin >= -90 - yResolution && yMax <= 90 + yResolution;
  const spans = `the raster spans x ${xMin} to ${xMax}, y ${yMin} to ${yMax}`;
  if (isGeographic(epsg) && !onTheGlobe)
    throw meshInvalid(path, [`EPSG:${epsg} counts in degrees but ${spans}; give the file the code of its own projection`]);
  if (!isGeographic(epsg) && onTheGlobe && xResolution < 1)
    throw meshInvalid(path, [
      `EPSG:${epsg} counts in metres but ${spans}, which looks like degrees; give the file its own code, for instance 4326`,
    ]);
}
