import { toIso, type EpochMs } from '#hydrology';
import type { ShownValue } from './simulated-world.js';

const CUBIC_FOOT = 0.3048 ** 3;
const DAY_LENGTH = 'yyyy-MM-dd'.length;

/** Values of one station, ascending in time. */
export interface ShownSeries {
  readonly station: string;
  readonly values: readonly ShownValue[];
}

/** The body of an answer or a file with every gauge, in a format that agencies exchange; discharge as each writes it. */
export type ExchangeDialect = (series: readonly ShownSeries[]) => string;

const dateOf = (time: EpochMs): string => toIso(time).slice(0, DAY_LENGTH);
const clockOf = (time: EpochMs): string => toIso(time).slice(DAY_LENGTH + 1, -1);
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Collections of WaterML 2.0; the first point has only metadata, as that of the USGS. */
const waterml2: ExchangeDialect = series => {
  const members = series.map(({ station, values }) => {
    const points = values.map(
      ({ time, discharge }) =>
        `<wml2:point><wml2:MeasurementTVP><wml2:time>${toIso(time)}</wml2:time><wml2:value>${discharge}</wml2:value></wml2:MeasurementTVP></wml2:point>`,
    );
    return (
      `<wml2:observationMember><om:OM_Observation><om:observedProperty xlink:title="Discharge"/><om:featureOfInterest xlink:title="${escaped(station)}"/>` +
      '<om:result><wml2:MeasurementTimeseries><wml2:defaultPointMetadata><wml2:DefaultTVPMeasurementMetadata><wml2:uom code="m3/s"/>' +
      `</wml2:DefaultTVPMeasurementMetadata></wml2:defaultPointMetadata><wml2:point/>${points.join('')}</wml2:MeasurementTimeseries></om:result>` +
      '</om:OM_Observation></wml2:observationMember>'
    );
  });
  const names =
    'xmlns:wml2="http://www.opengis.net/waterml/2.0" xmlns:om="http://www.opengis.net/om/2.0" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<wml2:Collection ${names}>${members.join('')}</wml2:Collection>`;
};

/** Time series of Delft-FEWS, UTC. */
const piXml: ExchangeDialect = series => {
  const each = series.map(({ station, values }) => {
    const events = values.map(
      ({ time, discharge }) => `<event date="${dateOf(time)}" time="${clockOf(time)}" value="${discharge}" flag="0"/>`,
    );
    const header = `<type>instantaneous</type><locationId>${escaped(station)}</locationId><parameterId>Q.obs</parameterId>`;
    return `<series><header>${header}<missVal>-999.0</missVal><units>m3/s</units></header>${events.join('')}</series>`;
  });
  const root = '<TimeSeries xmlns="http://www.wldelft.nl/fews/PI" version="1.2">';
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}<timeZone>0.0</timeZone>${each.join('')}</TimeSeries>`;
};

/** The same as its web service writes it: every number a text. */
const piJson: ExchangeDialect = series =>
  JSON.stringify({
    version: '1.33',
    timeZone: '0.0',
    timeSeries: series.map(({ station, values }) => ({
      header: { type: 'instantaneous', locationId: station, parameterId: 'Q.obs', missVal: '-999.0', units: 'm3/s' },
      events: values.map(({ time, discharge }) => ({ date: dateOf(time), time: clockOf(time), value: String(discharge), flag: '0' })),
    })),
  });

/** EATimeSeriesDataExchangeFormat, as the Environment Agency's telemetry exports it. */
const eaXml: ExchangeDialect = series => {
  const stations = series.map(({ station, values }) => {
    const each = values.map(({ time, discharge }) => `<Value date="${dateOf(time)}" time="${clockOf(time)}">${discharge}</Value>`);
    const set = 'parameter="Flow" qualifier="" dataType="Instantaneous" period="15 min" units="m3/s"';
    return `<Station stationReference="${escaped(station)}"><SetofValues ${set}>${each.join('')}</SetofValues></Station>`;
  });
  const root = '<EATimeSeriesDataExchangeFormat xmlns="http://www.environment-agency.gov.uk/XMLSchemas/EATimeSeriesDataExchangeFormat">';
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}${stations.join('')}</EATimeSeriesDataExchangeFormat>`;
};

/** WaterML 1.1 as JSON, which the USGS serves until 2027: ft³/s as texts. */
const usgsWaterMl: ExchangeDialect = series =>
  JSON.stringify({
    name: 'ns1:timeSeriesResponseType',
    value: {
      timeSeries: series.map(({ station, values }) => ({
        sourceInfo: { siteCode: [{ value: station, agencyCode: 'USGS' }] },
        variable: { variableCode: [{ value: '00060' }], unit: { unitCode: 'ft3/s' }, noDataValue: -999_999 },
        values: [
          {
            method: [{ methodID: 1 }],
            value: values.map(({ time, discharge }) => ({ value: (discharge / CUBIC_FOOT).toFixed(3), dateTime: toIso(time) })),
          },
        ],
      })),
    },
  });

/** By the kind of source that reads them. */
export const EXCHANGE_DIALECTS = {
  waterml2: { type: 'application/xml', write: waterml2 },
  'pi-xml': { type: 'application/xml', write: piXml },
  'pi-json': { type: 'application/json', write: piJson },
  'ea-xml': { type: 'application/xml', write: eaXml },
  'usgs-waterml': { type: 'application/json', write: usgsWaterMl },
} as const satisfies Readonly<Record<string, { readonly type: string; readonly write: ExchangeDialect }>>;
