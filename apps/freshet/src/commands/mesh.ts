import { resolve } from 'node:path';
import type { Command } from 'commander';
import { makeMesh } from '#config';
import { Fault } from '#errors';

interface MeshFlags {
  readonly flowDirection: string;
  readonly gauges?: string;
  readonly codes: string;
  readonly epsg?: string;
  readonly projection?: string;
  readonly search: string;
  readonly largestDifference: string;
  readonly split?: string | true;
  readonly out: string;
}

/** `freshet mesh build`: flow directions and gauges in, the mesh of a domain out. JSON alone on stdout. */
export function meshCommand(program: Command): void {
  program
    .command('mesh')
    .description('Make the mesh of a domain from a raster of flow directions')
    .command('build')
    .description('Put gauges on their rivers, crop to their basins, and write the mesh as a domain folder has it')
    .requiredOption('--flow-direction <file>', 'D8 raster, GeoTIFF')
    .option('--gauges <file>', 'CSV of id,x,y,area_km2 (or area_m2); without it every cell stays')
    .option('--codes <convention>', 'clockwise (1 N, 2 NE … 8 NW), esri (1 E, 2 SE … 128 NE) or auto', 'auto')
    .option('--epsg <code>', 'coordinate system, where the raster does not say it')
    .option('--projection <proj4>', 'proj4 text of a coordinate system that Freshet does not know')
    .option('--search <cells>', 'rows and columns by which a gauge may be moved to the cell whose area fits best', '1')
    .option('--largest-difference <share>', 'relative difference of areas beyond which a gauge is refused', '0.3')
    .option('--split [cells]', 'also write each basin of at least so many cells (1) as a folder of its own')
    .requiredOption('--out <folder>', 'folder to write')
    .option('--json', 'print a summary as JSON')
    .action(async (flags: MeshFlags) => {
      await buildMeshFiles(flags);
    });
}

async function buildMeshFiles(flags: MeshFlags): Promise<void> {
  const started = performance.now();
  const summary = await makeMesh({
    flowDirection: resolve(flags.flowDirection),
    convention: conventionOf(flags.codes),
    maxDistance: readNumber('--search', flags.search, { whole: true, least: 0 }),
    largestDifference: readNumber('--largest-difference', flags.largestDifference, { whole: false, least: 0 }),
    out: resolve(flags.out),
    ...(flags.gauges === undefined ? {} : { gauges: resolve(flags.gauges) }),
    ...(flags.epsg === undefined ? {} : { epsg: readNumber('--epsg', flags.epsg, { whole: true, least: 1 }) }),
    ...(flags.projection === undefined ? {} : { projection: flags.projection }),
    ...(flags.split === undefined
      ? {}
      : { split: flags.split === true ? 1 : readNumber('--split', flags.split, { whole: true, least: 1 }) }),
  });
  for (const loop of summary.loops) process.stderr.write(`a circle of flow directions outside of the mesh: ${loop}\n`);
  for (const sink of summary.sinks) process.stderr.write(`water ends inland at ${sink}, which has no direction\n`);
  const seconds = Math.round(performance.now() - started) / 1000;
  process.stdout.write(`${JSON.stringify({ ...summary, seconds }, null, 2)}\n`);
}

function conventionOf(codes: string): 'auto' | 'clockwise' | 'esri' {
  if (codes === 'auto' || codes === 'clockwise' || codes === 'esri') return codes;
  throw new Fault('COMMAND_INVALID', `--codes ${codes} is unknown; it is auto, clockwise or esri`);
}

function readNumber(option: string, text: string, { whole, least }: { readonly whole: boolean; readonly least: number }): number {
  const value = text === '' ? NaN : Number(text);
  if (value >= least && (whole ? Number.isInteger(value) : Number.isFinite(value))) return value;
  throw new Fault('COMMAND_INVALID', `${option} ${text} is not a ${whole ? 'whole ' : ''}number from ${least}`);
}
