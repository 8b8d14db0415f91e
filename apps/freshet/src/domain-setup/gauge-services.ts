import type { GaugeKind } from '#config';

/** Where the public services are reached; the others have an address of their own. */
export const SERVICE_ADDRESSES: Readonly<Partial<Record<GaugeKind, string>>> = {
  hubeau: 'https://hubeau.eaufrance.fr/api/v2/hydrometrie/observations_tr',
  ea: 'https://environment.data.gov.uk/flood-monitoring',
  usgs: 'https://api.waterdata.usgs.gov/ogcapi/v0',
};

/** Kinds that need more than an address and codes: their mapping is written into domain.yaml by hand. */
export const KINDS_WITH_A_MAPPING: ReadonlySet<GaugeKind> = new Set(['csv']);
