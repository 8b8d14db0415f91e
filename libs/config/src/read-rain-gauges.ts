import { centreOf, isGeographic, stationId, type Mesh } from '#hydrology';
import type { DomainYaml } from './domain-schema.js';
import type { DomainRainGauge } from './loaded-domain.js';
import { hasRainGauges } from './live-sources.js';
import { fromLonLat, toLonLat, type Projection } from './projection.js';
import { domainInvalid } from './read-domain-yaml.js';

/** Further from the mesh than this a gauge tells nothing of its radar: hourly rain is no longer alike. */
const REACH_M = 10_000;
const DEGREE_M = 111_320;

type Written = DomainYaml['rainGauges'][number];

interface Surroundings {
  readonly mesh: Mesh;
  readonly projection: Projection;
  /** Ids of stations.csv: archive and alerts tell inputs apart by them. */
  readonly stations: readonly string[];
  /** domain.yaml, for messages. */
  readonly path: string;
}

/**
 * Places the rain gauges of a domain beside its mesh.
 * @throws Fault DOMAIN_INVALID listing every mistake: a place that is missing, written twice or far from the mesh, an id that is taken, a
 * source that does not ask for rain.
 */
export function readRainGauges(yaml: DomainYaml, { mesh, projection, stations, path }: Surroundings): DomainRainGauge[] {
  const mistakes: string[] = [...mistakesBetween(yaml, stations)];
  const gauges = yaml.rainGauges.flatMap((written, k): DomainRainGauge[] => {
    const key = `rainGauges.${k} (${written.id})`;
    const place = placeOf(written, projection);
    if (place === null) {
      mistakes.push(`${key}: give its place, either longitude and latitude or x and y of the mesh's projection`);
      return [];
    }
    const { cell, distanceM } = nearestCell(mesh, place);
    if (distanceM > REACH_M) {
      mistakes.push(
        `${key}: lies ${Math.round(distanceM / 1000)} km from the mesh; up to ${REACH_M / 1000} count; correct its place or leave it out`,
      );
      return [];
    }
    const [longitude, latitude] = toLonLat(projection, ...place);
    const { id, name = id, source, code = id, quality } = written;
    return [{ ...{ id: stationId(id), name, longitude, latitude, cell }, source, code, quality }];
  });
  if (mistakes.length > 0) throw domainInvalid(path, mistakes);
  return gauges;
}

function placeOf({ longitude, latitude, x, y }: Written, projection: Projection): readonly [x: number, y: number] | null {
  if ([longitude, latitude, x, y].filter(part => part !== undefined).length !== 2) return null;
  if (x !== undefined && y !== undefined) return [x, y];
  return longitude !== undefined && latitude !== undefined ? fromLonLat(projection, longitude, latitude) : null;
}

/** In metres from the centre of the nearest cell; a gauge within half a cell stands on it. */
function nearestCell(mesh: Mesh, [x, y]: readonly [number, number]): { readonly cell: number; readonly distanceM: number } {
  const toMetres = isGeographic(mesh.epsg) ? [DEGREE_M * Math.cos((y * Math.PI) / 180), DEGREE_M] : [1, 1];
  let [cell, distanceM] = [-1, Infinity];
  for (let each = 0; each < mesh.cellCount; each++) {
    const [cx, cy] = centreOf(mesh, each);
    const distance = Math.hypot((cx - x) * toMetres[0]!, (cy - y) * toMetres[1]!);
    if (distance < distanceM) [cell, distanceM] = [each, distance];
  }
  return { cell, distanceM };
}

function mistakesBetween({ rainGauges, sources, forcing }: DomainYaml, stations: readonly string[]): string[] {
  const asked = sources.live.filter(hasRainGauges).map(({ id }) => id);
  const ids = rainGauges.map(({ id }) => id);
  return [
    ...rainGauges.flatMap(({ id, source }, k) =>
      source === undefined || asked.includes(source)
        ? []
        : [
            `rainGauges.${k} (${id}).source: ${source} is no live source with P among its quantities; there is ${asked.join(', ') || 'none'}`,
          ],
    ),
    ...ids.filter((id, k) => ids.indexOf(id) !== k).map(id => `rainGauges: ${id} is listed twice`),
    ...ids
      .filter(id => stations.includes(id))
      .map(id => `rainGauges: ${id} is a station of stations.csv; give the rain gauge another id and its code`),
    ...asked
      .filter(source => !rainGauges.some(gauge => gauge.source === source))
      .map(source => `sources.live: ${source} asks for P, but no rain gauge names it as its source`),
    ...(forcing.adjust !== undefined && rainGauges.length === 0 ? ['forcing.adjust: needs rain gauges; list them under rainGauges'] : []),
  ];
}
