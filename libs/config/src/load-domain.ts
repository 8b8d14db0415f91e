import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Fault } from '#errors';
import { basinId, buildMesh, centreOf, readFlowCodes, zonesOfCells, type Mesh, type Station } from '#hydrology';
import { readDischargeFile, type DischargeRecord } from './discharge-file.js';
import { openRecord, type RecordFiles } from './domain-record.js';
import type { DomainYaml } from './domain-schema.js';
import { checkLiveSources, isTemperatureSource } from './live-sources.js';
import type { LoadedDomain } from './loaded-domain.js';
import { readPetFile, type PetRecord } from './pet-file.js';
import { projectionOf, toLonLat, type Projection } from './projection.js';
import { readRainFile } from './rain-file.js';
import { readGeoTiff, valueAt } from './raster.js';
import { domainInvalid, readDomainYaml } from './read-domain-yaml.js';
import { readRainGaugeFile } from './rain-gauge-file.js';
import { readRainGauges } from './read-rain-gauges.js';
import { readRatings } from './read-ratings.js';
import { readStations } from './read-stations.js';
import { readTemperatureFile } from './temperature-file.js';

/**
 * Reads a domain folder and checks it whole; nothing of the record is changed or filled.
 * @throws Fault DOMAIN_NOT_FOUND for a folder without domain.yaml, DOMAIN_INVALID listing every mistake, FILE_UNREADABLE naming a corrupt file.
 */
export async function loadDomain(folder: string): Promise<LoadedDomain> {
  const root = resolve(folder);
  const path = join(root, 'domain.yaml');
  if (!existsSync(path)) throw new Fault('DOMAIN_NOT_FOUND', `${root} holds no domain.yaml`, { folder: root });
  const text = await readFile(path, 'utf8');
  const yaml = readDomainYaml(text, path);
  const projection = projectionOf(yaml.mesh.epsg, yaml.mesh.projection);
  refuseAbsentFiles(yaml, root, path);
  const mesh = await readMesh(yaml, root, path);
  const tables = await Promise.all([yaml.stations, yaml.thresholds].map(name => readFile(join(root, name), 'utf8')));
  const stations = readStations({ stations: tables[0]!, thresholds: tables[1]!, path }, mesh);
  const files = await readRecordFiles(yaml, root, path);
  refuseStrangers(yaml, stations, files.discharge.stations, path);
  const gauged = stations.filter(station => station.gauged);
  refuseMisnamed(yaml, gauged, path);
  const rainGauges = readRainGauges(yaml, { mesh, projection, stations: stations.map(({ id }) => id as string), path });
  const { model, sources, quality, forcing, forecast, assimilation, alerts } = yaml;
  return {
    basin: basinId(yaml.basin),
    name: yaml.name,
    folder: root,
    mesh,
    stations,
    rainGauges,
    zoneOfCell: zonesOfStations(mesh, gauged, path),
    zoneStations: gauged.map(station => station.id),
    descriptors: await readDescriptors(yaml, root, mesh),
    ratings: await readRatings(yaml.ratings, root),
    configHash: hashOf(text, ...tables),
    meshHash: hashOfMesh(mesh),
    record: openRecord({ ...files, pet: petOf(files.pet, mesh, projection), rainLatencyMs: sources.radar.latency }, mesh),
    settings: { model, sources, quality, forcing, forecast, assimilation, alerts },
    projection,
  };
}

function refuseAbsentFiles(yaml: DomainYaml, root: string, path: string): void {
  const named: (readonly [key: string, file: string])[] = [
    ['mesh.flowDirection', yaml.mesh.flowDirection],
    ['stations', yaml.stations],
    ['thresholds', yaml.thresholds],
    ...Object.entries(yaml.record).flatMap(([key, file]) => (typeof file === 'string' ? [[`record.${key}`, file] as const] : [])),
    ...Object.entries(yaml.ratings).map(([key, file]) => [`ratings.${key}`, file] as const),
    ...Object.entries(yaml.descriptors).map(([key, file]) => [`descriptors.${key}`, file] as const),
  ];
  const absent = named.filter(([, file]) => !existsSync(join(root, file)));
  if (absent.length > 0)
    throw domainInvalid(
      path,
      absent.map(([key, file]) => `${key}: there is no file ${file}`),
    );
}

async function readMesh(yaml: DomainYaml, root: string, path: string): Promise<Mesh> {
  const raster = await readGeoTiff(join(root, yaml.mesh.flowDirection));
  if (raster.epsg !== yaml.mesh.epsg) {
    throw domainInvalid(path, [`mesh.epsg: is ${yaml.mesh.epsg} but ${yaml.mesh.flowDirection} says ${raster.epsg}`]);
  }
  try {
    const { codes } = readFlowCodes(raster.values, raster.columns, 'clockwise');
    return buildMesh({ rows: raster.rows, columns: raster.columns, codes }, geometryOf(raster));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw domainInvalid(path, [`mesh.flowDirection: ${cause.message}`]);
  }
}

const geometryOf = ({ epsg, xMin, yMax, xResolution, yResolution }: Awaited<ReturnType<typeof readGeoTiff>>) => ({
  epsg,
  xMin,
  yMax,
  xResolution,
  yResolution,
});

function zonesOfStations(mesh: Mesh, gauged: readonly Station[], path: string): Int32Array {
  if (gauged.length === 0) return new Int32Array(mesh.cellCount).fill(-1);
  const zones = zonesOfCells(
    mesh,
    gauged.map(station => station.cell),
  );
  const outside = zones.filter(zone => zone === -1).length;
  if (outside > 0) {
    throw domainInvalid(path, [
      `stations: ${outside} of ${mesh.cellCount} cells drain past every gauged station; crop the mesh to the basin of the outlet gauge`,
    ]);
  }
  return zones;
}

async function readDescriptors(yaml: DomainYaml, root: string, mesh: Mesh): Promise<ReadonlyMap<string, Float64Array>> {
  const fields = new Map<string, Float64Array>();
  for (const [name, file] of Object.entries(yaml.descriptors)) {
    const raster = await readGeoTiff(join(root, file));
    const field = Float64Array.from(mesh.row, (_, cell) => valueAt(raster, ...centreOf(mesh, cell)));
    const missing = field.filter(Number.isNaN).length;
    if (missing > 0)
      throw new Fault('DOMAIN_INVALID', `descriptor ${name} (${file}) has no value on ${missing} of ${mesh.cellCount} active cells`, {
        file,
      });
    fields.set(name, field);
  }
  return fields;
}

/** A gauged station of a domain with a record needs its own. */
function refuseStrangers(yaml: DomainYaml, stations: readonly Station[], recorded: readonly string[], path: string): void {
  if (yaml.record.rain === undefined) return; // nothing is compared with a record
  const gauged = stations.filter(station => station.gauged);
  const mistakes = gauged
    .filter(({ id }) => !recorded.includes(id))
    .map(({ id }) => {
      const missing =
        yaml.record.discharge === undefined ? 'record.discharge names no file' : `${yaml.record.discharge} holds no discharge of it`;
      return `stations: ${id} is gauged but ${missing}`;
    });
  if (mistakes.length > 0) throw domainInvalid(path, mistakes);
}

/** Sources and ratings must speak of gauged stations. */
function refuseMisnamed(yaml: DomainYaml, gauged: readonly Station[], path: string): void {
  const ids = gauged.map(({ id }) => id as string);
  const named = (['ratings', 'quality'] as const).flatMap(key => Object.keys(yaml[key]).map(id => ({ key, id })));
  const strangers = named.filter(({ id }) => !ids.includes(id));
  const mistakes = [
    ...checkLiveSources(yaml.sources.live, ids),
    ...(yaml.forcing.pet && !yaml.sources.live.some(source => source.enabled && isTemperatureSource(source))
      ? ['forcing.pet: no source brings temperature; enable one of kind nwp-temperature-folder under sources.live, or leave it out']
      : []),
    ...strangers.map(({ key, id }) => `${key}.${id}: is no gauged station of stations.csv; it has ${ids.join(', ') || 'none'}`),
  ];
  if (mistakes.length > 0) throw domainInvalid(path, mistakes);
}

type ReadFiles = Omit<RecordFiles, 'rainLatencyMs' | 'pet'> & { readonly pet: PetRecord | PetFormula };
type PetFormula = Exclude<DomainYaml['record']['pet'], string>;

async function readRecordFiles({ record, mesh }: DomainYaml, root: string, path: string): Promise<ReadFiles> {
  if (typeof record.pet !== 'string' && (record.temperature === undefined) === (record.pet.monthlyTemperature === undefined)) {
    throw domainInvalid(path, ['record.pet: oudin needs either record.temperature or monthlyTemperature, and not both']);
  }
  const [rain, pet, discharge, temperature] = await Promise.all([
    record.rain === undefined ? undefined : readRainFile(join(root, record.rain), mesh.epsg),
    typeof record.pet === 'string' ? readPetFile(join(root, record.pet), mesh.epsg) : record.pet,
    record.discharge === undefined ? NO_DISCHARGE : readDischargeFile(join(root, record.discharge)),
    record.temperature === undefined ? undefined : readTemperatureFile(join(root, record.temperature), mesh.epsg),
  ]);
  const rainGauges =
    record.rainGauges === undefined
      ? undefined
      : readRainGaugeFile(await readFile(join(root, record.rainGauges), 'utf8'), record.rainGauges);
  return { rain, pet, discharge, ...(temperature && { temperature }), ...(rainGauges && { rainGauges }) };
}

/** The latitudes that a formula needs, for one. */
function petOf(pet: ReadFiles['pet'], mesh: Mesh, projection: Projection): RecordFiles['pet'] {
  if (!('formula' in pet)) return pet;
  return { ...pet, latitudes: Float64Array.from(mesh.row, (_, cell) => toLonLat(projection, ...centreOf(mesh, cell))[1]) };
}

const NO_DISCHARGE: DischargeRecord = { stations: [], stamps: [], values: new Float32Array(0) };

function hashOf(...contents: readonly (string | NodeJS.ArrayBufferView)[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex');
}

const hashOfMesh = (mesh: Mesh): string =>
  hashOf(
    JSON.stringify([mesh.epsg, mesh.xMin, mesh.yMax, mesh.xResolution, mesh.yResolution, mesh.rows, mesh.columns]),
    mesh.row,
    mesh.column,
    mesh.downstream,
  );
