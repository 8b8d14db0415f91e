import { describe, expect, it } from '@jest/globals';
import { parseIso } from '#hydrology';
import { decodeCsv, type CsvMapping } from './csv.js';
import { decodeBucketListing } from '../arrivals/bucket-listing.js';
import { decodeEaExchange } from './ea-exchange.js';
import { decodeEnvironmentAgency } from './ea.js';
import { decodePiXml } from './fews-pi.js';
import type { GaugeDecoding } from './gauge-decoding.js';
import { decodeHubeau } from './hubeau.js';
import { decodeVigicrues, decodeVigicruesForecast } from './vigicrues.js';
import { decodeWaterMl2 } from './waterml2.js';

const reading = { receivedAt: parseIso('2026-09-23T19:45Z') };
const summaryOf = ({ rows, values, rejects }: GaugeDecoding) => {
  expect(values.length + rejects.length).toBe(rows);
  return { values: values.map(({ station, variable, value }) => [station, variable, value]), codes: rejects.map(({ code }) => code) };
};

/** A row as the service wrote it on 2026-09-23. */
const row = (changes: Record<string, unknown> = {}) => ({
  code_site: 'B7200000',
  code_station: 'B720000001',
  grandeur_hydro: 'H',
  date_debut_serie: '2026-09-23T16:35:00Z',
  date_fin_serie: '2026-09-23T19:30:00Z',
  code_systeme_alti_serie: 31,
  date_obs: '2026-09-23T19:30:00Z',
  resultat_obs: 491.0,
  code_methode_obs: 0,
  code_qualification_obs: 16,
  code_statut: 4,
  ...changes,
});
const page = (data: unknown[], next: string | null = null) =>
  JSON.stringify({ count: data.length, first: '…', next, api_version: '2.0.1', data });

describe("Hub'Eau", () => {
  it('gives metres and m³/s, and the next page', () => {
    const decoded = decodeHubeau(page([row(), row({ grandeur_hydro: 'Q', resultat_obs: 12_500 })], 'page?cursor=AoJw'), reading);
    expect(summaryOf(decoded)).toEqual({
      values: [
        ['B720000001', 'H', 0.491],
        ['B720000001', 'Q', 12.5],
      ],
      codes: [],
    });
    expect(decoded.values[0]).toMatchObject({ validTime: parseIso('2026-09-23T19:30Z'), receivedAt: reading.receivedAt, unit: 'm' });
    expect(decoded.next).toBe('page?cursor=AoJw');
  });

  it('takes negative stages and discharges, names rows of a site that repeat their station', () => {
    const flow = { grandeur_hydro: 'Q', resultat_obs: -20 };
    const decoded = decodeHubeau(page([row({ resultat_obs: -35 }), row(flow), row({ ...flow, code_station: null })]), reading);
    expect(summaryOf(decoded)).toEqual({
      values: [
        ['B720000001', 'H', -0.035],
        ['B720000001', 'Q', -0.02],
      ],
      codes: ['GAUGE_DUPLICATE'],
    });
    expect(summaryOf(decodeHubeau(page([row({ ...flow, code_station: null })]), reading)).values).toEqual([['B7200000', 'Q', -0.02]]);
  });

  it('names every kind of nonsense', () => {
    const bad = [
      row({ date_obs: '1970-01-01T00:00:00Z' }),
      row({ date_obs: '2099-01-01T00:00:00Z' }),
      row({ date_obs: '2026-02-31T00:00:00Z' }),
      row({ resultat_obs: 1e38 }),
      row({ resultat_obs: 'NaN' }),
      row({ code_station: null, code_site: null }),
      row({ grandeur_hydro: 'T' }),
      17,
      null,
    ];
    expect(summaryOf(decodeHubeau(page(bad), reading))).toEqual({
      values: [],
      codes: [
        ...['TIME_IMPLAUSIBLE', 'TIME_IMPLAUSIBLE', 'TIME_IMPLAUSIBLE', 'GAUGE_OUT_OF_RANGE', 'GAUGE_NOT_A_NUMBER'],
        ...['GAUGE_ROW_MALFORMED', 'QUANTITY_UNKNOWN', 'GAUGE_ROW_MALFORMED', 'GAUGE_ROW_MALFORMED'],
      ],
    });
    expect(summaryOf(decodeHubeau(page([row({ resultat_obs: null })]), reading)).values).toEqual([['B720000001', 'H', null]]);
  });

  it('names answers that are none', () => {
    const code = (text: string) => decodeHubeau(text, reading).rejects[0]!;
    expect(code('<html><body>502 Bad Gateway')).toEqual({
      code: 'ANSWER_UNREADABLE',
      message: 'the answer is no JSON or was cut short; it begins with "<html><body>502 Bad Gateway"',
    });
    expect(code(page([row()]).slice(0, 200)).code).toBe('ANSWER_UNREADABLE');
    expect(code('{"code":"ValidatorFieldError","message":"size: must be at most 20000"}')).toEqual({
      code: 'ANSWER_IS_AN_ERROR',
      message: "Hub'Eau answers with an error: size: must be at most 20000",
    });
    expect(code('null').code).toBe('ANSWER_UNREADABLE');
  });

  it('decodes 19,099 rows in half a second of processor time', () => {
    const stamps = Array.from({ length: 36 }, (_, k) => new Date(reading.receivedAt - k * 300_000).toISOString());
    const text = page(
      Array.from({ length: 19_099 }, (_, k) => row({ code_station: `B7200${String(k % 531).padStart(5, '0')}`, date_obs: stamps[k % 36] })),
    );
    decodeHubeau(text, reading);
    const began = process.cpuUsage();
    const decoded = decodeHubeau(text, reading);
    const { user, system } = process.cpuUsage(began); // µs; the clock on the wall also counts what else the machine does
    expect(decoded.values).toHaveLength(19_099);
    expect(user + system).toBeLessThan(500_000);
  });
});

describe('Vigicrues', () => {
  it('reads points of either form', () => {
    const of = (points: unknown) =>
      JSON.stringify({ Serie: { CdStationHydro: 'V352401001', LbStationHydro: 'Sarras', GrdSerie: 'Q', ObssHydro: points } });
    const stamp = parseIso('2026-09-23T19:00Z');
    expect(
      summaryOf(
        decodeVigicrues(
          of([
            [stamp, 12.3],
            [stamp + 300_000, null],
          ]),
          reading,
        ),
      ).values,
    ).toEqual([
      ['V352401001', 'Q', 12.3],
      ['V352401001', 'Q', null],
    ]);
    const objects = decodeVigicrues(of([{ DtObsHydro: '2026-09-23T21:00:00+02:00', ResObsHydro: 12.3 }]), reading);
    expect(objects.values[0]!.validTime).toBe(stamp);
    expect(summaryOf(decodeVigicrues(of([[stamp], 'x', ['x', 1]]), reading)).codes).toEqual(['TIME_IMPLAUSIBLE', 'TIME_IMPLAUSIBLE']);
  });

  it('knows an error by its code, since it comes with HTTP 200', () => {
    expect(decodeVigicrues('{"code":204,"message":""}', reading).rejects).toEqual([
      { code: 'ANSWER_IS_AN_ERROR', message: 'Vigicrues answers with code 204 no data' },
    ]);
  });

  it('reads a forecast apart from observations', () => {
    const step = { DtPrev: '2026-09-24T00:00:00+00:00', ResMinPrev: 10, ResMoyPrev: '12.5', ResMaxPrev: 20 };
    const text = JSON.stringify({
      Simul: { CdStationHydro: 'V352401001', GrdSimul: 'Q', DtProdSimul: '2026-09-23T18:00:00+00:00', Prevs: [step, {}] },
    });
    const { rows, forecast, rejects } = decodeVigicruesForecast(text);
    expect(forecast).toMatchObject({ station: 'V352401001', issuedAt: parseIso('2026-09-23T18:00Z') });
    expect(forecast!.steps).toEqual([{ validTime: parseIso('2026-09-24'), low: 10, middle: 12.5, high: 20 }]);
    expect([rows, rejects.length]).toEqual([2, 1]);
    expect(decodeVigicruesForecast('{"code":400}').rejects).toHaveLength(1);
  });
});

describe('Environment Agency', () => {
  it('reads readings whose measure is a text or an object, and one item as itself', () => {
    const item = (measure: unknown, value: unknown) => ({ dateTime: '2026-09-23T19:15:00Z', measure, value });
    const flow = 'http://example/id/measures/2928-flow-logged-mean-15_min-m3_s';
    const readings = [
      item(flow, 3.2),
      item({ '@id': 'http://example/id/measures/F1707-level-tidal_level-i-15_min-mAOD' }, 1.1),
      item(flow, [1, 2]),
    ];
    expect(summaryOf(decodeEnvironmentAgency(JSON.stringify({ items: readings }), reading))).toEqual({
      values: [
        ['2928', 'Q', 3.2],
        ['F1707:tidal_level', 'H', 1.1],
      ],
      codes: ['GAUGE_NOT_A_NUMBER'],
    });
    expect(decodeEnvironmentAgency(JSON.stringify({ items: readings[0] }), reading).rows).toBe(1);
    const others = [
      item('http://x/E1234-level-groundwater-i-15_min-mBDAT', 1),
      item('http://x/E1-rainfall-tipping_bucket_raingauge-t-15_min-mm', 1),
    ];
    expect(summaryOf(decodeEnvironmentAgency(JSON.stringify({ items: others }), reading)).codes).toEqual([
      'GAUGE_UNIT_WRONG',
      'QUANTITY_UNKNOWN',
    ]);
  });
});

describe('Delft-FEWS PI-XML', () => {
  const xml = (events: string, header = '') => `<?xml version="1.0" encoding="UTF-8"?>
<TimeSeries xmlns="http://www.wldelft.nl/fews/PI" version="1.2"><timeZone>1.0</timeZone><series><header><type>instantaneous</type>
<locationId>H-2001</locationId><parameterId>Q.obs</parameterId><missVal>-999.0</missVal><units>m3/s</units>${header}</header>${events}</series></TimeSeries>`;

  it('reads events in the zone of the file, missing and unreliable ones by their marks', () => {
    const events = `<event date="2026-09-23" time="20:00:00" value="7.5" flag="0"/><event date="2026-09-23" time="20:15:00" value="-999.0" flag="9"/>
      <event date="2026-09-23" time="20:30:00" value="700" flag="6"/>`;
    const decoded = decodePiXml(xml(events), reading);
    expect(summaryOf(decoded)).toEqual({
      values: [
        ['H-2001', 'Q', 7.5],
        ['H-2001', 'Q', null],
      ],
      codes: ['GAUGE_UNRELIABLE_AT_SOURCE'],
    });
    expect(decoded.values[0]!.validTime).toBe(parseIso('2026-09-23T19:00Z'));
  });

  it('refuses entities, what is cut short and what nests without end, by name', () => {
    const code = (text: string) => decodePiXml(text, reading).rejects.map(each => each.code);
    const lol = '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><TimeSeries>&b;</TimeSeries>';
    expect(code(lol)).toEqual(['ENTITY_REFUSED']);
    expect(code('<!doctype x SYSTEM "file:///etc/passwd"><x/>')).toEqual(['ENTITY_REFUSED']);
    expect(code(xml('').slice(0, 300))).toEqual(['ANSWER_UNREADABLE']);
    expect(code('<a>'.repeat(1e6))).toEqual(['ANSWER_UNREADABLE']);
    expect(code('')).toEqual(['ANSWER_UNREADABLE']);
    expect(decodeWaterMl2(lol, reading).rejects[0]!.code).toBe('ENTITY_REFUSED');
  });

  const laughs = Array.from({ length: 10 }, (_, k) => `<!ENTITY l${k + 1} "${`&l${k};`.repeat(10)}">`).join('');
  it.each([
    ['billion laughs', `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">${laughs}]><x>&l10;</x>`, 'ENTITY_REFUSED'],
    ['an entity that is a file', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', 'ENTITY_REFUSED'],
    ['an entity that is an address', '<!DOCTYPE x [<!ENTITY a SYSTEM "http://169.254.169.254/">]><x>&a;</x>', 'ENTITY_REFUSED'],
    ['an entity of parameters', '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1/x.dtd"> %a;]><x/>', 'ENTITY_REFUSED'],
    ['a document type elsewhere', '<!doctype x PUBLIC "-//X" "http://127.0.0.1/x.dtd"><x/>', 'ENTITY_REFUSED'],
    ['an entity that nobody declared', '<x>&lol;</x>', 'ANSWER_UNREADABLE'],
    [
      'UTF-16 that hides its document type',
      `\ufffd\ufffd${Buffer.from('<!DOCTYPE x><x/>', 'utf16le').toString('latin1')}`,
      'ANSWER_UNREADABLE',
    ],
    ['elements that nest without end', '<a>'.repeat(1e5), 'ANSWER_UNREADABLE'],
  ])('refuses %s in each dialect of XML, at once', (_, text, code) => {
    for (const decodeXml of [decodePiXml, decodeWaterMl2, decodeEaExchange]) {
      const begun = performance.now();
      const { values, rejects } = decodeXml(text, reading);
      expect([values, rejects.map(each => each.code)]).toEqual([[], [code]]);
      expect(performance.now() - begun).toBeLessThan(1000);
    }
    const codeOfListing = () => {
      try {
        return decodeBucketListing(text);
      } catch (cause) {
        return (cause as { code?: string }).code;
      }
    };
    expect(codeOfListing()).toBe(code);
  });
});

describe('CSV', () => {
  const mapping: CsvMapping = {
    ...{ separator: ';', decimal: ',', time: 'Date', timeFormat: 'dmy', value: 'Débit', unit: 'l/s', missing: ['ND'] },
    ...{ station: { column: 'Poste' }, variable: { fixed: 'Q' } },
  };

  it('follows its mapping', () => {
    const text =
      '\uFEFF# export\nPoste;Date;Débit\n"S;1";23/09/2026 21:00;1500,5\nS2;23/09/2026 21:00;ND\nS3;31/02/2026 21:00;1\nS4;23/09/2026 21:00\n';
    const decoded = decodeCsv(text, { ...reading, zoneMinutes: 120 }, mapping);
    expect(summaryOf(decoded)).toEqual({
      values: [
        ['S;1', 'Q', 1.5005],
        ['S2', 'Q', null],
      ],
      codes: ['TIME_IMPLAUSIBLE', 'GAUGE_ROW_MALFORMED'],
    });
    expect(decoded.values[0]!.validTime).toBe(parseIso('2026-09-23T19:00Z'));
  });

  it('names columns that are not there', () => {
    expect(decodeCsv('a;b\n1;2\n', reading, mapping).rejects).toEqual([
      { code: 'FIELD_MISSING', message: 'the table has no column Date, Débit, Poste; it has a, b' },
    ]);
    expect(decodeCsv('"a', reading, mapping).rejects[0]!.code).toBe('ANSWER_UNREADABLE');
    const seconds: CsvMapping = {
      ...mapping,
      separator: ',',
      decimal: '.',
      time: 't',
      timeFormat: 'seconds',
      value: 'v',
      unit: 'm3/s',
      station: { fixed: 'S' },
    };
    expect(decodeCsv('t,v\n1790000000,3\n', reading, seconds).values[0]).toMatchObject({
      station: 'S',
      value: 3,
      validTime: 1_790_000_000_000,
    });
  });
});
