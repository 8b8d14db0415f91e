import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { writeArrayBuffer } from 'geotiff';
import { RainDecoder } from '#apps/ingest';
import { HOUR_MS, parseIso } from '#hydrology';
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
import { CLASSIC_NETCDF, PACKED_RECORDS } from '../../libs/observation/src/gridded/test-classic-netcdf.js';
import { ECCODES } from '../../libs/observation/src/gridded/grib2/test-messages.js';
import { makeCfRain, makeKnmi, makeOdim, reading as rainReading } from '../../libs/observation/src/gridded/test-rain-files.js';
import { arrivalSubjects } from './arrivals.js';
import { mutateBytes, mutateText } from './mutate.js';

/** A decoder with inputs to start from. `run` decodes a mutated one and throws when it breaks its promise. */
export interface Subject {
  readonly name: string;
  /** A mutant that takes longer, twice, is a defect. */
  readonly longestMs: number;
  /** Values of the inputs before they are mutated: none would mean that mutants show nothing. */
  intact(): Promise<number>;
  run(random: () => number): Promise<void>;
}

// dist/test/fuzz → the folder beside the repository
const REAL = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
/** Mutants of larger files would be mutants of their data, not of their structure. */
const LARGEST = 60_000;

const realFiles = (...names: readonly string[]): Buffer[] =>
  names.filter(name => existsSync(REAL + name)).map(name => readFileSync(REAL + name).subarray(0, 2_000_000));

export async function makeSubjects(): Promise<readonly Subject[]> {
  return [...(await rainSubjects()), ...gaugeSubjects(), ...arrivalSubjects()];
}

const RX_HEADER = 'RX171150100001024BY 810134VS 3SW   2.28.1PR E+00INT   5GP 900x 900MS 20<boo,ros,emd,han>\x03';

async function rainSubjects(): Promise<Subject[]> {
  const what = { quantity: 'ACRR', gain: 0.1, offset: 0, nodata: 255, undetect: 0 };
  const odim = await makeOdim({
    data: Uint8Array.from({ length: 400 }, (_, k) => k % 256),
    shape: [20, 20],
    what,
    quality: new Uint8Array(400).fill(200),
  });
  const header = 'RW171150100001024BY1620130VS 3SW   2.28.1PR E-01INT  60GP 900x 900MF 00000001MS 20<boo,ros,emd,han>\x03';
  const radolan = gzipSync(Buffer.concat([Buffer.from(header, 'latin1'), Buffer.alloc(900 * 900 * 2)]));
  const small = { width: 4, height: 4, ModelPixelScale: [0.01, 0.01, 0], ModelTiepoint: [0, 0, 0, 4, 45.5, 0], GDAL_NODATA: '-99' };
  const tiff = writeArrayBuffer(new Float32Array(16), {
    ...small,
    GTModelTypeGeoKey: 2,
    GTRasterTypeGeoKey: 1,
    GeographicTypeGeoKey: 4326,
  });
  return [
    rainSubject('ODIM composite', odim),
    ...realFiles('radar/T_PAZA63_C_LFPW_20230420065041.h5').map(bytes => rainSubject('ODIM scan', bytes, '2023-04-20T07:00Z')),
    rainSubject('RADOLAN', Buffer.concat([Buffer.from(header, 'latin1'), Buffer.alloc(900 * 900 * 2)])),
    rainSubject('RADOLAN, gzipped', radolan),
    rainSubject('RADOLAN RX', Buffer.concat([Buffer.from(RX_HEADER, 'latin1'), Buffer.alloc(900 * 900, 145)])),
    rainSubject('GeoTIFF', new Uint8Array(tiff)),
    rainSubject('KNMI', await makeKnmi(Uint16Array.of(0, 65_535, 100, 250), [2, 2])),
    rainSubject('CF NetCDF', await makeCfRain(Float64Array.of(395, 396), Int32Array.of(1, 2, 3, 4, 10, 20, 30, -1))),
    rainSubject('NetCDF, classic', Buffer.from(CLASSIC_NETCDF.RECORDS, 'base64')),
    rainSubject('NetCDF, bzip2', Buffer.from(PACKED_RECORDS, 'base64')),
    rainSubject('GRIB2, simple packing', Buffer.from(ECCODES.SIMPLE_WITH_GAPS, 'base64'), '2026-09-23T03:00Z'),
    rainSubject('GRIB2, complex packing', Buffer.from(ECCODES.COMPLEX_WITH_GAPS, 'base64'), '2026-09-23T03:00Z'),
    rainSubject('GRIB2, CCSDS', Buffer.from(ECCODES.CCSDS, 'base64'), '2026-09-23T03:00Z'),
    rainSubject('GRIB2, PNG', Buffer.from(ECCODES.PNG, 'base64'), '2026-09-23T03:00Z'),
    rainSubject('GRIB2, JPEG 2000', Buffer.from(ECCODES.JPEG_2000, 'base64'), '2026-09-23T03:00Z'),
    rainSubject('GRIB2, differences', Buffer.from(ECCODES.SECOND_DIFFERENCES, 'base64'), '2026-09-23T03:00Z'),
  ];
}

/** Whatever comes is answered within a second. */
const LONGEST_ANSWER_MS = 1000;
/** Ends a thread that a mutant keeps for half of it: the HDF5 library has endless loops in it. The next mutant finds another thread. */
const LONGEST_DECODING_MS = 500;
const decoder = new RainDecoder(LONGEST_DECODING_MS);

function rainSubject(name: string, bytes: Uint8Array, receivedAt = '2024-10-17T12:30Z'): Subject {
  const { definitionOf: _, ...reading } = rainReading({
    ...{ name: 'rain_202410171200.tif', durationMs: HOUR_MS, receivedAt: parseIso(receivedAt), polarCellM: 10_000 },
  });
  return {
    name,
    longestMs: LONGEST_ANSWER_MS,
    intact: async () => {
      const patient = new RainDecoder();
      const { rasters } = await patient.decode(bytes, reading);
      await patient.close();
      return rasters.length;
    },
    run: async random => {
      const { rasters, rejects } = await decoder.decode(mutateBytes(bytes, random), reading);
      if (rasters.length + rejects.length === 0) throw new Error('a file left no trace');
      for (const { depths, grid, from, to } of rasters) {
        if (depths.length !== grid.rows * grid.columns) throw new Error('a raster is not as large as its grid');
        if (!Object.values(grid).every(value => typeof value === 'string' || Number.isFinite(value)))
          throw new Error('a grid lies nowhere');
        if (!(to > from)) throw new Error('an interval does not ascend');
        if (!allWithin(depths, (300 * Math.max(HOUR_MS, to - from)) / HOUR_MS)) throw new Error('an impossible depth passed');
      }
      if (rejects.some(({ code, message }) => code.length === 0 || message.length < 10)) throw new Error('a reject says nothing');
    },
  };
}

/** A plain loop: calls for each of 810,000 cells of a RADOLAN file would take as long as all the rest. */
function allWithin(depths: Float32Array, highest: number): boolean {
  for (let cell = 0; cell < depths.length; cell++) if (depths[cell]! < 0 || depths[cell]! > highest) return false;
  return true;
}

type GaugeDecoder = (text: string, reading: GaugeReading) => GaugeDecoding;

const PI_XML = `<?xml version="1.0" encoding="UTF-8"?>
<TimeSeries xmlns="http://www.wldelft.nl/fews/PI"><timeZone>0.0</timeZone><series><header><type>instantaneous</type><locationId>A</locationId>
<parameterId>Q</parameterId><missVal>-999.0</missVal><units>m3/s</units></header><event date="2026-09-23" time="19:00:00" value="1.5" flag="0"/>
<event date="2026-09-23" time="19:15:00" value="-999.0" flag="9"/></series></TimeSeries>`;
const HUBEAU = JSON.stringify({
  count: 3,
  next: null,
  data: [0, 1, 2].map(k => ({
    ...{
      code_site: 'B7200000',
      code_station: k === 2 ? null : 'B720000001',
      grandeur_hydro: k === 0 ? 'H' : 'Q',
      date_obs: '2026-09-23T19:30:00Z',
    },
    ...{ resultat_obs: 491.5, code_statut: 4 },
  })),
});
const VIGICRUES = JSON.stringify({
  Serie: {
    CdStationHydro: 'V352401001',
    GrdSerie: 'Q',
    ObssHydro: [
      [1_790_000_000_000, 12.3],
      [1_790_000_300_000, 12.4],
    ],
  },
});
const EA = JSON.stringify({
  items: [{ dateTime: '2026-09-23T19:15:00Z', measure: 'http://x/2928-flow-logged-mean-15_min-m3_s', value: 3.2 }],
});
const USGS = JSON.stringify({
  features: [0, 1].map(k => ({
    properties: {
      ...{ monitoring_location_id: 'USGS-06904500', parameter_code: k === 0 ? '00065' : '00060', statistic_id: '00011' },
      ...{ time: '2026-08-07T18:45:00+00:00', value: '5.35', unit_of_measure: k === 0 ? 'ft' : 'ft^3/s' },
    },
  })),
});
const USGS_WATERML =
  '{"value":{"timeSeries":[{"sourceInfo":{"siteCode":[{"value":"01491000"}]},"variable":{"variableCode":[{"value":"00060"}],' +
  '"unit":{"unitCode":"ft3/s"},"noDataValue":-999999.0},"values":[{"value":[{"value":"974","dateTime":"2019-02-14T00:00:00.000-05:00"}]}]}]}}';
const EXCHANGE =
  '<x><Station stationReference="2"><SetofValues parameter="Flow" units="m3/s"><Value date="2018-06-29" time="10:15:00">1.9</Value></SetofValues></Station></x>';
const PI_JSON =
  '{"timeZone":"0.0","timeSeries":[{"header":{"locationId":"A","parameterId":"H.obs","missVal":"-999.0","units":"m"},' +
  '"events":[{"date":"2026-09-23","time":"19:00:00","value":"1.5","flag":"0"}]}]}';
const WATERML =
  '<w:Collection xmlns:w="w" xmlns:om="o" xmlns:gml="g"><gml:identifier>S</gml:identifier><w:observationMember><om:OM_Observation>' +
  '<om:observedProperty title="Discharge"/><om:result><w:MeasurementTimeseries><w:defaultPointMetadata><w:DefaultTVPMeasurementMetadata>' +
  '<w:uom code="m3/s"/></w:DefaultTVPMeasurementMetadata></w:defaultPointMetadata><w:point><w:MeasurementTVP><w:time>2026-09-01</w:time>' +
  '<w:value>2.5</w:value></w:MeasurementTVP></w:point></w:MeasurementTimeseries></om:result></om:OM_Observation></w:observationMember></w:Collection>';
const CSV = 'station,time,flow\nS1,2026-09-23T19:00:00Z,1.5\nS2,2026-09-23T19:00:00Z,NA\n"S,3",2026-09-23T19:15:00Z,2\n';
const EA_RAIN =
  '{"items":[{"dateTime":"2026-09-23T19:00:00Z","measure":"http://x/id/measures/E1-rainfall-tipping_bucket_raingauge-t-15_min-mm","value":0.4},' +
  '{"dateTime":"2026-09-23T19:15:00Z","measure":"http://x/id/measures/E1-rainfall-tipping_bucket_raingauge-t-1_h-in","value":0}]}';
const RAIN_CSV = 'station,time,flow\nS1,2026-09-23T19:00:00Z,1.5\nS2,2026-09-23T19:00:00Z,NA\nS2,2026-09-23T19:15:00Z,0\n';
const MAPPING = {
  ...({ separator: ',', decimal: '.', time: 'time', timeFormat: 'iso', value: 'flow', unit: 'm3/s', missing: ['NA'] } as const),
  ...({ station: { column: 'station' }, variable: { fixed: 'Q' } } as const),
};

function gaugeSubjects(): Subject[] {
  return [
    gaugeSubject("Hub'Eau", decodeHubeau, [HUBEAU]),
    gaugeSubject('Vigicrues', decodeVigicrues, [VIGICRUES], 'gauges/vigicrues/InfoVigiCru_CdEntVigiCru1.json'),
    gaugeSubject('Environment Agency', decodeEnvironmentAgency, [EA, EA_RAIN], 'gauges/ea/get_station_1491TH.json'),
    gaugeSubject('Environment Agency exchange', decodeEaExchange, [EXCHANGE], 'gauges/defra/rloi-test.xml'),
    gaugeSubject('USGS', decodeUsgs, [USGS], 'gauges/usgs/waterdata_ogc_fixtures.json'),
    gaugeSubject('USGS WaterML-JSON', decodeUsgsWaterMl, [USGS_WATERML], 'gauges/usgs/waterservices_iv.txt'),
    gaugeSubject('WaterML 2.0', decodeWaterMl2, [WATERML], 'gauges/usgs/WaterML2Example.xml'),
    gaugeSubject('PI-JSON', decodePiJson, [PI_JSON], 'gauges/fews-pi/timeseries.json'),
    gaugeSubject('PI-XML', decodePiXml, [PI_XML]),
    gaugeSubject('CSV', (text, reading) => decodeCsv(text, reading, MAPPING), [CSV]),
    gaugeSubject('CSV of rain', (text, reading) => decodeCsv(text, reading, { ...MAPPING, unit: 'mm', variable: { fixed: 'P' } }), [
      RAIN_CSV,
    ]),
  ];
}

function gaugeSubject(name: string, decode: GaugeDecoder, written: readonly string[], ...real: readonly string[]): Subject {
  const texts = [...written, ...realFiles(...real).map(bytes => bytes.toString('utf8').slice(0, LARGEST))];
  const reading: GaugeReading = { receivedAt: parseIso('2026-09-23T19:45Z'), rain: { stampedAt: 'end', durationMs: HOUR_MS } };
  return {
    name,
    longestMs: LONGEST_ANSWER_MS,
    intact: () => {
      const { values, depths } = decode(texts[0]!, reading);
      return Promise.resolve(values.length + depths.length);
    },
    run: async random => {
      await Promise.resolve();
      const mutated = mutateText(texts[Math.floor(random() * texts.length)]!, random);
      const { rows, values, depths, rejects } = decode(mutated, reading);
      if (rows !== values.length + depths.length + rejects.length)
        throw new Error(`${rows} rows became ${values.length + depths.length} values and ${rejects.length} rejects`);
      for (const { value, durationMs, station } of depths) {
        if (station === '' || !(durationMs > 0) || durationMs > 24 * HOUR_MS) throw new Error('a depth has no gauge or no duration');
        if (value !== null && !(value >= 0 && value <= 2000)) throw new Error('a depth is no depth');
      }
      for (const { value, validTime, station, unit } of values) {
        if (value !== null && !Number.isFinite(value)) throw new Error('a value is no number');
        if (!(validTime > Date.UTC(1990, 0, 1) - 1) || !(validTime <= reading.receivedAt + 24 * HOUR_MS))
          throw new Error('a time is implausible');
        if (station === '' || !['m', 'm3/s'].includes(unit)) throw new Error('a value has no station or another unit');
      }
    },
  };
}
