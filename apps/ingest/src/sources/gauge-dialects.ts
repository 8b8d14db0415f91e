import type { GaugeKind, GaugeSettings } from '#config';
import { BEAT_MS, floorTo, toIso, type EpochMs } from '#hydrology';
import {
  decodeCsv,
  decodeEaExchange,
  decodeEnvironmentAgency,
  decodeHubeau,
  decodePiJson,
  decodePiXml,
  decodeUsgs,
  decodeUsgsWaterMl,
  decodeVigicrues,
  decodeWaterMl2,
  type GaugeDecoding,
  type GaugeReading,
} from '#observation';

/** How the answers of a service are read, and how it is asked. */
interface Dialect {
  readonly decode: (text: string, reading: GaugeReading, settings: GaugeSettings) => GaugeDecoding;
  /**
   * Query of one request, with {stations}, {station}, {quantities}, {quantity}, {parameters}, {from} and {to} filled in; with
   * {station} or {quantity} there is a request for each. null: the address is asked as it is written.
   */
  readonly query: string | null;
  /** Added to the path of the address. */
  readonly path?: string;
}

const DIALECTS: Readonly<Record<GaugeKind, Dialect>> = {
  hubeau: {
    decode: decodeHubeau,
    query: 'code_entite={stations}&grandeur_hydro={quantities}&date_debut_obs={from}&size=5000&sort=asc',
  },
  vigicrues: { decode: decodeVigicrues, query: 'CdStationHydro={station}&GrdSerie={quantity}&FormatDate=iso' },
  ea: { decode: decodeEnvironmentAgency, path: '/id/stations/{station}/readings', query: 'since={from}&_sorted&_limit=10000' },
  'ea-xml': { decode: decodeEaExchange, query: null },
  usgs: {
    decode: decodeUsgs,
    path: '/collections/continuous/items',
    query: 'monitoring_location_id={station}&parameter_code={parameters}&datetime={from}/..&f=json&limit=10000',
  },
  'usgs-waterml': { decode: decodeUsgsWaterMl, query: 'format=json&sites={stations}&parameterCd={parameters}&startDT={from}' },
  waterml2: { decode: decodeWaterMl2, query: null },
  'pi-xml': { decode: decodePiXml, query: null },
  'pi-json': { decode: decodePiJson, query: null },
  csv: { decode: (text, reading, { csv }) => decodeCsv(text, reading, csv!), query: null },
};

/** Decodes an answer or a file of a source; never throws. */
export function decodeGauges(text: string, receivedAt: EpochMs, settings: GaugeSettings): GaugeDecoding {
  const { zoneMinutes, parameters, quantities, rain } = settings;
  const asked = quantities.includes('P') && {
    rain: { stampedAt: rain?.stampedAt ?? 'end', ...(rain?.duration !== undefined && { durationMs: rain.duration }) },
  };
  return DIALECTS[settings.kind].decode(text, { receivedAt, zoneMinutes, parameters, ...asked }, settings);
}

/** USGS parameter codes. */
const PARAMETER = { Q: '00060', H: '00065', P: '00045' } as const;

/**
 * The addresses that one poll asks for values from `from` on. An address of the user may hold the words in braces itself; then
 * nothing is added to it. `from` is taken back to a quarter of an hour: so an address stays the same for a while, and a service
 * that knows ETags can say that nothing changed.
 */
export function addressesOf(settings: GaugeSettings, codes: readonly string[], { from, to }: { from: EpochMs; to: EpochMs }): URL[] {
  const { path = '', query } = DIALECTS[settings.kind];
  const given = settings.url!;
  const own = given.includes('{') || query === null;
  const template = own ? given : `${given.replace(/\/$/, '')}${path}${given.includes('?') ? '&' : '?'}${query}`;
  const words: Readonly<Record<string, string>> = {
    stations: codes.map(encodeURIComponent).join(','),
    quantities: settings.quantities.join(','),
    parameters: settings.quantities.map(quantity => PARAMETER[quantity]).join(','),
    from: toIso(floorTo(from, BEAT_MS)),
    to: toIso(to),
  };
  const stations = template.includes('{station}') ? codes : [''];
  const quantities = template.includes('{quantity}') ? settings.quantities : [''];
  const filled = stations.flatMap(station =>
    quantities.map(quantity =>
      template.replaceAll(/\{(\w+)\}/g, (word, name: string) => {
        if (name === 'station') return encodeURIComponent(station);
        if (name === 'quantity') return quantity;
        return words[name] ?? word;
      }),
    ),
  );
  return [...new Set(filled)].map(text => new URL(text));
}
