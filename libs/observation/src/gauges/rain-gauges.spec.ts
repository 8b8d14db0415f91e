import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, parseIso } from '#hydrology';
import { decodeCsv, type CsvMapping } from './csv.js';
import { decodeEaExchange } from './ea-exchange.js';
import { decodeEnvironmentAgency } from './ea.js';
import { decodePiJson, decodePiXml } from './fews-pi.js';
import type { GaugeDecoding, GaugeReading } from './gauge-decoding.js';
import { readPeriod } from './read-period.js';
import { decodeUsgs, decodeUsgsWaterMl } from './usgs.js';
import { decodeWaterMl2 } from './waterml2.js';

const receivedAt = parseIso('2024-02-01T13:00Z');
const NOON = parseIso('2024-02-01T12:00Z');
const WITH_RAIN: GaugeReading = { receivedAt, rain: { stampedAt: 'end' } };
const hourly: GaugeReading = { receivedAt, rain: { stampedAt: 'end', durationMs: HOUR_MS } };
const accounts = (decoded: GaugeDecoding) => {
  expect(decoded.values.length + decoded.depths.length + decoded.rejects.length).toBe(decoded.rows);
  return decoded;
};
const eaItem = (measure: string, value: unknown) => ({
  dateTime: '2024-02-01T12:00:00Z',
  measure: `http://x/id/measures/${measure}`,
  value,
});
const ea = (measure: string, value: unknown, reading = WITH_RAIN) =>
  accounts(decodeEnvironmentAgency(JSON.stringify({ items: [eaItem(measure, value)] }), reading));

describe('rain of gauge services', () => {
  it('Environment Agency: the total of its period, in mm', () => {
    expect(ea('E7050-rainfall-tipping_bucket_raingauge-t-15_min-mm', 0.4).depths).toEqual([
      { kind: 'rain-gauge', station: 'E7050', validTime: NOON, durationMs: 15 * MINUTE_MS, receivedAt, value: 0.4 },
    ]);
    expect(ea('E7050-rainfall-tipping_bucket_raingauge-t-1_h-mm', 0).depths[0]).toMatchObject({ durationMs: HOUR_MS, value: 0 });
    expect(ea('E7050-rainfall-tipping_bucket_raingauge-i-15_min-mm', 4).rejects).toMatchObject([{ code: 'QUANTITY_UNKNOWN' }]);
    expect(ea('E7050-level-stage-i-15_min-m', 1).values).toHaveLength(1);
  });

  it('is read only where it is asked for', () => {
    expect(ea('E7050-rainfall-tipping_bucket_raingauge-t-15_min-mm', 0.4, { receivedAt }).rejects).toEqual([
      { code: 'QUANTITY_UNKNOWN', message: 'E7050 sends rainfall; discharge and stage are read' },
    ]);
  });

  it('refuses by name what cannot be a depth', () => {
    const measure = 'E7050-rainfall-tipping_bucket_raingauge-t-15_min-mm';
    expect(ea(measure, -0.2).rejects).toEqual([
      { code: 'RAIN_NEGATIVE', message: 'P of E7050 at 2024-02-01T12:00Z is -0.2 mm; write a missing value as missing' },
    ]);
    expect(ea(measure, 5000).rejects).toMatchObject([{ code: 'RAIN_OUT_OF_RANGE' }]);
    expect(ea(measure, 'wet').rejects).toMatchObject([{ code: 'GAUGE_NOT_A_NUMBER' }]);
    expect(ea('E7050-rainfall-tipping_bucket_raingauge-t-15_min-m', 1).rejects).toMatchObject([{ code: 'GAUGE_UNIT_WRONG' }]);
    expect(ea('E7050-rainfall-tipping_bucket_raingauge-t-sometimes-mm', 1).rejects).toEqual([
      {
        code: 'DURATION_UNKNOWN',
        message:
          'P of E7050 at 2024-02-01T12:00Z does not say over how long it was collected; set rain.duration of the source, such as 15min',
      },
    ]);
  });

  it('USGS 00045: inches over the duration that is set', () => {
    const feature = (statistic: string) => ({
      properties: {
        ...{ monitoring_location_id: 'USGS-1', parameter_code: '00045', statistic_id: statistic, time: '2024-02-01T12:00:00+00:00' },
        ...{ value: '0.10', unit_of_measure: 'in' },
      },
    });
    const answer = JSON.stringify({ features: [feature('00011'), feature('00006'), feature('00003')] });
    const decoded = accounts(decodeUsgs(answer, hourly));
    expect(decoded.depths.map(({ value }) => value)).toEqual([2.54, 2.54]);
    expect(decoded.rejects).toMatchObject([{ code: 'QUANTITY_UNKNOWN' }]);
    expect(accounts(decodeUsgs(answer, WITH_RAIN)).rejects.map(({ code }) => code)).toContain('DURATION_UNKNOWN');
    const series = {
      sourceInfo: { siteCode: [{ value: '1' }] },
      variable: { variableCode: [{ value: '00045' }], unit: { unitCode: 'in' }, noDataValue: -999999 },
      values: [{ value: [{ value: '-999999', dateTime: '2024-02-01T12:00:00Z' }] }],
    };
    const waterMl = accounts(decodeUsgsWaterMl(JSON.stringify({ value: { timeSeries: [series] } }), hourly));
    expect(waterMl.depths).toMatchObject([{ station: '1', value: null }]); // absence is not dry
  });

  it('Delft-FEWS: P with any suffix, over the time step of the header', () => {
    const header = {
      ...{ locationId: 'R1', parameterId: 'P.obs', units: 'mm', missVal: '-999', timeStep: { unit: 'second', multiplier: '900' } },
    };
    const events = [
      { date: '2024-02-01', time: '12:00:00', value: '1.5', flag: '0' },
      { date: '2024-02-01', time: '12:15:00', value: '-999', flag: '9' },
      { date: '2024-02-01', time: '12:30:00', value: '2', flag: '6' },
    ];
    const json = accounts(decodePiJson(JSON.stringify({ timeZone: '0.0', timeSeries: [{ header, events }] }), WITH_RAIN));
    expect(json.depths).toMatchObject([{ station: 'R1', value: 1.5, durationMs: 15 * MINUTE_MS, validTime: NOON }, { value: null }]);
    expect(json.rejects).toMatchObject([{ code: 'GAUGE_UNRELIABLE_AT_SOURCE' }]);
    const xml = `<TimeSeries><timeZone>0.0</timeZone><series><header><locationId>R1</locationId><parameterId>P.obs</parameterId>
      <timeStep unit="hour"/><missVal>-999</missVal><units>mm</units></header><event date="2024-02-01" time="12:00:00" value="0"/></series></TimeSeries>`;
    expect(accounts(decodePiXml(xml, WITH_RAIN)).depths).toMatchObject([{ value: 0, durationMs: HOUR_MS }]);
  });

  it('WaterML 2.0: precipitation over its aggregation', () => {
    const xml = `<Collection><observationMember><OM_Observation><observedProperty title="Precipitation"/><featureOfInterest title="R1"/>
      <result><MeasurementTimeseries><defaultPointMetadata><DefaultTVPMeasurementMetadata><uom code="in"/>
      <aggregationDuration>PT15M</aggregationDuration></DefaultTVPMeasurementMetadata></defaultPointMetadata>
      <point><MeasurementTVP><time>2024-02-01T12:00:00Z</time><value>1</value></MeasurementTVP></point></MeasurementTimeseries></result>
      </OM_Observation></observationMember></Collection>`;
    expect(accounts(decodeWaterMl2(xml, WITH_RAIN)).depths).toMatchObject([{ station: 'R1', value: 25.4, durationMs: 15 * MINUTE_MS }]);
  });

  it('CSV: a table of depths, stamped at the end or at the start', () => {
    const mapping: CsvMapping = {
      ...{ separator: ';', decimal: ',', time: 't', timeFormat: 'iso', value: 'mm', unit: 'mm', missing: ['-'] },
      ...{ station: { column: 'gauge' }, variable: { fixed: 'P' } },
    };
    const text = 'gauge;t;mm\nR1;2024-02-01T12:00:00Z;1,2\nR1;2024-02-01T13:00:00Z;-\n';
    expect(accounts(decodeCsv(text, hourly, mapping)).depths).toMatchObject([
      { station: 'R1', validTime: NOON, value: 1.2 },
      { value: null },
    ]);
    const started: GaugeReading = { receivedAt, rain: { stampedAt: 'start', durationMs: HOUR_MS } };
    expect(decodeCsv(text, started, mapping).depths[0]).toMatchObject({ validTime: NOON + HOUR_MS });
  });

  it('reads periods as services write them', () => {
    expect(['15_min', '15 min', '1_h', 'PT15M', 'PT1H', '900 second', '1 hour', '1 day'].map(readPeriod)).toEqual(
      [15, 15, 60, 15, 60, 15, 60, 1440].map(minutes => minutes * MINUTE_MS),
    );
    expect(['', 'nonequidistant', '1 nonequidistant', '0 min', 'PT', '15'].map(readPeriod)).toEqual(Array(6).fill(undefined));
  });
});

// dist/libs/observation/src/gauges → the folder beside the repository
const FOLDER = fileURLToPath(new URL('../../../../../../shared/data/gauges/', import.meta.url));
const described = existsSync(FOLDER) ? describe : describe.skip;
if (!existsSync(FOLDER)) process.stderr.write(`skipped: real rain of gauge services, ${FOLDER} is not there\n`);

described('real rain', () => {
  it('the measures of every rain gauge of the Environment Agency are understood', () => {
    const { items } = JSON.parse(readFileSync(`${FOLDER}ea/get_stations.json`, 'utf8')) as {
      items: { measures?: { '@id': string; parameter: string; period?: number }[] }[];
    };
    const measures = items.flatMap(({ measures = [] }) => measures).filter(({ parameter }) => parameter === 'rainfall');
    expect(measures.length).toBeGreaterThan(900);
    const readings = measures.map(measure => eaItem(measure['@id'].replace(/.*\//, ''), 0.2));
    const decoded = accounts(decodeEnvironmentAgency(JSON.stringify({ items: readings }), WITH_RAIN));
    // five have no unit, three names that are no notation
    expect([measures.length, decoded.depths.length]).toEqual([937, 929]);
    expect(decoded.rejects.map(({ code }) => code).sort()).toEqual([
      ...['GAUGE_ROW_MALFORMED', ...Array<string>(5).fill('GAUGE_UNIT_WRONG'), 'QUANTITY_UNKNOWN', 'QUANTITY_UNKNOWN'],
    ]);
    const understood = new Set(decoded.depths.map(({ station, durationMs }) => `${station} ${durationMs}`));
    const said = measures.map(measure => `${measure['@id'].replace(/.*\/(.*?)-rainfall.*/, '$1')} ${measure.period! * 1000}`);
    expect(said.filter(one => !understood.has(one))).toEqual(['531184 900000', 'E7190-southern 900000', 'E7190-anglian 900000']); // the others measure twice
  });

  it('a telemetry file holds dry intervals, which are values', () => {
    const decoded = accounts(decodeEaExchange(readFileSync(`${FOLDER}defra/rloi-test.xml`, 'utf8'), WITH_RAIN));
    const [depth] = decoded.depths;
    expect(depth).toMatchObject({ station: '1', value: 0, durationMs: 15 * MINUTE_MS, validTime: parseIso('2021-01-12T10:30Z') });
  });
});
