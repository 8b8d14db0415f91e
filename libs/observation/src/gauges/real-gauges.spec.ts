import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { dischargeAt, parseIso } from '#hydrology';
import { decodeEaExchange } from './ea-exchange.js';
import { decodeEaStations, decodeEnvironmentAgency } from './ea.js';
import { decodePiJson } from './fews-pi.js';
import type { GaugeDecoding } from './gauge-decoding.js';
import { readUsgsRating } from './usgs-rating.js';
import { decodeUsgs, decodeUsgsWaterMl } from './usgs.js';
import { decodeVigicrues } from './vigicrues.js';
import { decodeWaterMl2 } from './waterml2.js';

// dist/libs/observation/src/gauges → the folder beside the repository
const FOLDER = fileURLToPath(new URL('../../../../../../shared/data/gauges/', import.meta.url));
const described = existsSync(FOLDER) ? describe : describe.skip;
if (!existsSync(FOLDER)) process.stderr.write(`skipped: real answers of gauge services, ${FOLDER} is not there\n`);

const textOf = (name: string) => readFileSync(FOLDER + name, 'utf8');
const at = (time: string) => ({ receivedAt: parseIso(time) });
const codesOf = ({ rejects }: GaugeDecoding) =>
  rejects.reduce<Record<string, number>>((counts, { code }) => ({ ...counts, [code]: (counts[code] ?? 0) + 1 }), {});
const accounts = (decoded: GaugeDecoding) => {
  expect(decoded.values.length + decoded.rejects.length).toBe(decoded.rows);
  return decoded;
};

described('real answers', () => {
  it('USGS OGC API: values are texts; feet and cubic feet become metres', () => {
    const collections = JSON.parse(textOf('usgs/waterdata_ogc_fixtures.json')) as Record<string, unknown>;
    const decode = (name: string) => accounts(decodeUsgs(JSON.stringify(collections[name]), at('2026-08-07T19:00Z')));
    const latest = decode('latest-continuous');
    expect(latest.rejects).toEqual([]);
    expect(latest.values[0]).toMatchObject({
      station: 'USGS-06904500',
      variable: 'H',
      validTime: parseIso('2026-08-07T18:45Z'),
      unit: 'm',
    });
    expect(latest.values[0]!.value).toBeCloseTo(1.59 * 0.3048, 9);
    expect(latest.values[1]!.value).toBeCloseTo(535 * 0.3048 ** 3, 9);
    expect(decode('continuous').values).toHaveLength(2);
    expect(codesOf(decode('daily'))).toEqual({ QUANTITY_UNKNOWN: 2 }); // means of days
    for (const name of Object.keys(collections)) expect(decode(name).rows).toBeGreaterThan(0);
  });

  it('USGS WaterML-JSON: two sites, local zone', () => {
    const decoded = accounts(decodeUsgsWaterMl(textOf('usgs/waterservices_iv.txt'), at('2020-02-20')));
    expect([decoded.rows, decoded.rejects]).toEqual([20, []]);
    expect(decoded.values[0]).toMatchObject({ station: '01491000', variable: 'Q', validTime: parseIso('2019-02-14T05:00Z') });
    expect(decoded.values[0]!.value).toBeCloseTo(27.5806, 3);
  });

  it('WaterML 2.0: the empty first point is named, dates without a zone', () => {
    const decoded = accounts(decodeWaterMl2(textOf('usgs/WaterML2Example.xml'), at('2014-10-31')));
    expect([decoded.rows, decoded.values.length]).toEqual([9, 8]);
    expect(decoded.rejects).toEqual([
      { code: 'GAUGE_ROW_MALFORMED', message: 'a point of USGS.01646500 has neither time nor value, only metadata' },
    ]);
    expect(decoded.values[0]).toMatchObject({ station: 'USGS.01646500', variable: 'Q', validTime: parseIso('2014-09-01') });
    expect(decoded.values[0]!.value).toBeCloseTo(2690 * 0.3048 ** 3, 6);
    const local = decodeWaterMl2(textOf('usgs/WaterML2Example.xml'), { ...at('2014-10-31'), zoneMinutes: -300 });
    expect(local.values[0]!.validTime).toBe(parseIso('2014-09-01T05:00Z'));
  });

  it('Environment Agency: one station as an object with its latest readings', () => {
    const decoded = accounts(decodeEnvironmentAgency(textOf('ea/get_station_1491TH.json'), at('2020-02-17T20:30Z')));
    expect(decoded.rejects).toEqual([]);
    expect(decoded.values.map(({ station, variable, value }) => [station, variable, value])).toContainEqual([
      '1491TH:downstage',
      'H',
      1.877,
    ]);
    expect(decoded.values.map(({ station }) => station)).toContain('1491TH');
  });

  it('Environment Agency: 4,524 stations, those without a place named', () => {
    const { rows, stations, rejects } = decodeEaStations(textOf('ea/get_stations.json'));
    expect([rows, stations.length, rejects.length]).toEqual([4524, 4085, 439]);
    expect(rejects.filter(({ code }) => code === 'FIELD_MISSING')).toHaveLength(438);
    expect(rejects.filter(({ code }) => code === 'GAUGE_ROW_MALFORMED')).toHaveLength(1); // its reference is an empty text
    expect(stations[0]).toMatchObject({ reference: '1029TH', name: 'Bourton Dickler' });
    // descriptions without a reading are no rows
    expect(accounts(decodeEnvironmentAgency(textOf('ea/get_stations.json'), at('2020-02-17'))).rows).toBe(0);
  });

  it('telemetry and forecasts in the exchange format of the Environment Agency', () => {
    const telemetry = accounts(decodeEaExchange(textOf('defra/rloi-test.xml'), at('2021-01-13')));
    expect(telemetry.rows).toBe(74);
    expect(telemetry.values.length).toBeGreaterThan(40);
    expect(telemetry.values).toContainEqual(expect.objectContaining({ station: '2', variable: 'H', value: 1.986 }));
    expect(telemetry.values).toContainEqual(expect.objectContaining({ station: '3:downstream stage', value: 3.181 }));
    expect(codesOf(accounts(decodeEaExchange(textOf('defra/ffoi-test.xml'), at('2030-11-28'))))).toEqual({ GAUGE_NOT_MEASURED: 1819 });
  });

  it('Delft-FEWS: forecasts are no readings; the same series without a forecast date are', () => {
    const text = textOf('fews-pi/timeseries.json');
    expect(codesOf(accounts(decodePiJson(text, at('2020-10-18'))))).toEqual({ GAUGE_NOT_MEASURED: 20 });
    const measured = text.replaceAll('forecastDate', 'other').replaceAll('"units" : "-"', '"units" : "m"');
    const decoded = accounts(decodePiJson(measured, { ...at('2020-10-18'), parameters: { waterlevel_stat_bias: 'H' } }));
    expect(decoded.rejects).toEqual([]);
    expect(decoded.values[0]).toMatchObject({ station: 'delfzijl', validTime: parseIso('2020-10-16'), value: -0.107307345 });
    expect(codesOf(decodePiJson(measured, at('2020-10-18')))).toEqual({ QUANTITY_UNKNOWN: 20 });
  });

  it('a rating of the USGS in two periods, logarithmic above 2 ft', () => {
    const curve = readUsgsRating(textOf('usgs/waterservices_ratings.txt'));
    expect(curve).toHaveLength(2);
    const rated = (feet: number, time: string) => dischargeAt(curve, feet * 0.3048, parseIso(time));
    expect(rated(9, '2016-06-01')!.discharge).toBeCloseTo(1175 * 0.3048 ** 3, 6);
    // between 6.5 ft (490) and 7 ft (600): a straight line over the logarithm of the height above 2 ft
    const exponent = Math.log(600 / 490) / Math.log(5 / 4.5);
    expect(rated(6.8, '2018-06-01')!.discharge).toBeCloseTo(490 * (4.8 / 4.5) ** exponent * 0.3048 ** 3, 6);
    expect(rated(30, '2018-06-01')!.extrapolated).toBe(true);
    expect(rated(9, '2015-01-01')).toBeNull();
  });

  it('every other answer of Vigicrues and Delft-FEWS is refused by name, none passes in silence', () => {
    for (const name of readdirSync(`${FOLDER}vigicrues`)) {
      const decoded = accounts(decodeVigicrues(textOf(`vigicrues/${name}`), at('2021-01-24')));
      expect([name, decoded.rejects.length]).toEqual([name, 1]);
    }
    const others = readdirSync(`${FOLDER}fews-pi`).filter(name => name.endsWith('.json') && !name.startsWith('timeseries'));
    for (const name of others)
      expect([name, accounts(decodePiJson(textOf(`fews-pi/${name}`), at('2023-01-01'))).rejects.length]).toEqual([name, 1]);
  });

  it('every file that is there is accounted for: rows = values + depths + rejects, and none is empty in silence', () => {
    const uncounted: string[] = [];
    const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true }).filter(each => each.isFile());
    for (const file of files) {
      const name = `${file.parentPath}/${file.name}`.replaceAll('//', '/').replace(FOLDER, '');
      const decode = DECODERS.find(({ of }) => of.test(name))?.decode;
      const counted = decode?.(textOf(name)) ?? { rows: 0, taken: 0 };
      if (counted.rows === 0 || counted.rows !== counted.taken) uncounted.push(`${name}: ${counted.rows} rows, ${counted.taken} taken`);
    }
    expect(uncounted).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(65);
  });
});

interface Counted {
  readonly rows: number;
  readonly taken: number;
}

const NOW = at('2030-01-01');
const counted = ({ rows, values, depths, rejects }: GaugeDecoding): Counted => ({
  rows,
  taken: values.length + depths.length + rejects.length,
});

/** Which decoder reads which of the files; one that none reads is a defect of this list. */
const DECODERS: readonly { readonly of: RegExp; readonly decode: (text: string) => Counted }[] = [
  { of: /^fews-pi\//, decode: text => counted(decodePiJson(text, NOW)) },
  { of: /^vigicrues\//, decode: text => counted(decodeVigicrues(text, NOW)) },
  { of: /^defra\//, decode: text => counted(decodeEaExchange(text, NOW)) },
  {
    of: /^ea\/get_stations/,
    decode: text => {
      const { rows, stations, rejects } = decodeEaStations(text);
      return { rows, taken: stations.length + rejects.length };
    },
  },
  { of: /^ea\//, decode: text => counted(decodeEnvironmentAgency(text, NOW)) },
  {
    of: /^usgs\/waterdata_ogc/,
    decode: text => {
      const answers = Object.values(JSON.parse(text) as Record<string, unknown>);
      const each = answers.map(answer => counted(decodeUsgs(JSON.stringify(answer), NOW)));
      return { rows: each.reduce((sum, { rows }) => sum + rows, 0), taken: each.reduce((sum, { taken }) => sum + taken, 0) };
    },
  },
  { of: /^usgs\/waterservices_iv/, decode: text => counted(decodeUsgsWaterMl(text, NOW)) },
  { of: /^usgs\/WaterML2/, decode: text => counted(decodeWaterMl2(text, NOW)) },
  {
    of: /^usgs\/waterservices_ratings/,
    decode: text => {
      const points = text.split('\n').filter(line => /^\d/.test(line)); // the line of widths (16N) begins with a digit too
      return { rows: points.length - 1, taken: readUsgsRating(text)[0]!.stages.length };
    },
  },
];
