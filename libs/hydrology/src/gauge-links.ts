import { isUpstream } from './confluences.js';
import type { Mesh } from './mesh.js';
import type { StationId } from './brand.js';
import type { Station } from './station.js';

/** Two gauges of which one lies below the other, with no third one between them. */
export interface GaugeLink {
  readonly upstream: LinkedGauge;
  readonly downstream: LinkedGauge;
}

export interface LinkedGauge {
  readonly station: StationId;
  readonly areaM2: number;
}

/** The links between the gauges of a basin: each with the nearest gauge downstream of it. */
export function linksOfGauges(mesh: Mesh, stations: readonly Station[]): GaugeLink[] {
  const gauges = stations.filter(({ gauged }) => gauged);
  return gauges.flatMap(upstream => {
    const below = gauges.filter(one => one.cell !== upstream.cell && isUpstream(mesh, upstream.cell, one.cell));
    const nearest = below.reduce<Station | null>((near, one) => (near === null || one.cell < near.cell ? one : near), null);
    return nearest === null ? [] : [{ upstream: linked(upstream), downstream: linked(nearest) }];
  });
}

const linked = ({ id, areaM2 }: Station): LinkedGauge => ({ station: id, areaM2 });
