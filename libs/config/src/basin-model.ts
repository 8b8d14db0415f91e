import { createHash } from 'node:crypto';
import type { AssimilationSettings } from '#assimilation';
import type { BasinModel } from '#cycle';
import type { StationId } from '#hydrology';
import type { KernelLayout } from '#kernel';
import { parameterFields, type ParameterFile } from '#learning';
import type { LoadedDomain } from './loaded-domain.js';

export interface BasinModelParts {
  readonly domain: LoadedDomain;
  readonly layout: KernelLayout;
  readonly parameters: ParameterFile;
  readonly assimilation: AssimilationSettings;
  /** A gauge kept for verification: neither assimilated nor corrected. */
  readonly withhold?: StationId;
}

/** Everything of a domain that does not change from cycle to cycle, in the kernel's layout. */
export function makeBasinModel({ domain, layout, parameters, assimilation, withhold }: BasinModelParts): BasinModel {
  const fields = parameterFields(parameters, domain, layout);
  const { forcing, forecast } = domain.settings;
  return {
    basin: domain.basin,
    mesh: domain.mesh,
    stations: domain.stations.map(station => (station.id === withhold ? { ...station, assimilate: false } : station)),
    zoneOfCell: domain.zoneOfCell,
    zoneCount: domain.zoneStations.length,
    zoneStations: domain.zoneStations,
    parameters: fields.parameters,
    initialState: fields.initialState,
    ...(fields.weights && { weights: fields.weights }),
    stepMs: layout.stepSeconds * 1000,
    leadMs: forecast.lead,
    assimilation,
    forcing: { persistenceFadeMs: forcing.persistenceFade, giveUpAfterMs: forcing.giveUpAfter },
    versions: {
      model: `${layout.structure}-${layout.routing}-${layout.precision}`,
      parameters: hashOf(JSON.stringify(parameters)),
      mesh: domain.meshHash,
      config: hashOf(domain.configHash + JSON.stringify(assimilation)),
    },
  };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
