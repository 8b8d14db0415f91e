import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GaugeSettings, LoadedDomain } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import type { RawObservation } from '#observation';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { openFeed } from '../feeds/open-feed.js';
import type { RainDecoder } from '../decode/rain-decoder.js';
import { FeedSimulator } from '../simulator/feed-simulator.js';

const NOW = parseIso('2014-11-04T06:00Z');
const GAUGES = ['V3524010', 'V3517010', 'V3515010'];

describe('gauge services', () => {
  let domain: LoadedDomain;
  let simulator: FeedSimulator;
  let url: string;
  beforeAll(async () => {
    domain = await loadCance();
    const world = { domain, now: () => NOW, shiftMs: 0, gaugeStepMs: 15 * MINUTE_MS, faults: [] };
    simulator = new FeedSimulator({ ...world, fixtures: null, slowMs: 0 });
    url = await simulator.listen(0);
  });
  afterAll(() => simulator.close());

  const settings = (changes: Partial<GaugeSettings> & Pick<GaugeSettings, 'kind' | 'url'>): GaugeSettings => ({
    ...{ id: 'gauges', enabled: true, every: 300_000, overlap: 3 * HOUR_MS, reach: 24 * HOUR_MS, quantities: ['Q', 'H'] },
    ...{
      credentials: [],
      timeout: 5000,
      largestMb: 8,
      pages: 100,
      backOff: { first: 1000, longest: 60_000 },
      zoneMinutes: 0,
      parameters: {},
    },
    ...changes,
  });
  const open = (set: GaugeSettings) =>
    openFeed(set, { domain, decoder: null as unknown as RainDecoder, now: () => NOW, services: new Map() }).source;
  const poll = async (source: ReturnType<typeof open>): Promise<RawObservation[]> => {
    const found: RawObservation[] = [];
    const window = { after: epochMs(NOW - 3 * HOUR_MS), until: NOW };
    for await (const one of source.poll(window, new AbortController().signal)) found.push(one);
    await source.taken!();
    return found;
  };

  it.each<[Partial<GaugeSettings> & Pick<GaugeSettings, 'kind' | 'url'>]>([
    [{ kind: 'hubeau', url: '/hubeau/observations_tr', stations: Object.fromEntries(GAUGES.map(id => [id, `${id}01`])) }],
    [{ kind: 'ea', url: '/ea' }],
    [{ kind: 'usgs', url: '/usgs' }],
    [
      {
        kind: 'usgs',
        url: '/usgs/collections/continuous/items?monitoring_location_id={station}&parameter_code=00060&datetime={from}/..&limit=5',
      },
    ],
    [
      {
        kind: 'csv',
        url: '/csv?from={from}',
        csv: {
          ...{ separator: ';', decimal: ',', time: 'time', timeFormat: 'iso', value: 'discharge', unit: 'm3/s', missing: [] },
          ...{ station: { column: 'station' }, variable: { fixed: 'Q' } },
        },
      },
    ],
  ])('give the same river in every dialect: %p', async changes => {
    const found = await poll(open(settings({ ...changes, url: url + changes.url! })));
    const values = found.filter(one => one.kind === 'gauge');
    expect(values).toHaveLength(3 * 11); // 03:00 to 05:30, 20 min late
    expect(new Set(values.map(({ station }) => station))).toEqual(new Set(GAUGES));
    const atFive = values.find(({ station, validTime }) => station === 'V3524010' && validTime === parseIso('2014-11-04T05:00Z'))!;
    const recorded = domain.record.discharge(domain.stations[0]!.id, parseIso('2014-11-04T04:30Z'), parseIso('2014-11-04T05:00Z'));
    expect(atFive.value).toBeCloseTo(recorded.values[0]!, 2);
  });

  it('say that nothing changed, at the cost of a header', async () => {
    const source = open(settings({ kind: 'ea', url: `${url}/ea` }));
    expect(await poll(source)).toHaveLength(33);
    const before = simulator.answered.get(304) ?? 0;
    expect(await poll(source)).toEqual([]);
    expect(simulator.answered.get(304)).toBe(before + 3);
  });

  it('of Vigicrues answer an error with HTTP 200 where there is nothing: it is named', async () => {
    const found = await poll(open(settings({ kind: 'vigicrues', url: `${url}/vigicrues` })));
    expect(found.filter(one => one.kind === 'gauge').length).toBeGreaterThan(33);
    expect(found.flatMap(one => (one.kind === 'reject' ? [one.code] : []))).toEqual(['ANSWER_IS_AN_ERROR']); // no stage, once for all three
  });

  it('get the secrets that lie in files, and no page is fetched from another host', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'freshet-secret-'));
    writeFileSync(join(folder, 'key'), 'abc123\n');
    const seen: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      seen.push(request);
      response.end(JSON.stringify({ data: [], next: 'http://elsewhere.example/page2' }));
    });
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    const source = open(
      settings({
        ...{ kind: 'hubeau', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
        credentials: [
          { header: 'Authorization', file: join(folder, 'key'), prefix: 'Bearer ' },
          { query: 'token', file: join(folder, 'key') },
        ],
      }),
    );
    await expect(poll(source)).rejects.toThrow(/names a next page on http:\/\/elsewhere\.example/);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer abc123']);
    expect(new URL(seen[0]!.url!, 'http://x').searchParams.get('token')).toBe('abc123');
    const lost = open(settings({ kind: 'ea', url: `${url}/ea`, credentials: [{ query: 'k', file: '/nowhere/key' }] }));
    await expect(poll(lost)).rejects.toMatchObject({ code: 'CREDENTIALS_UNREADABLE' });
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('fail the poll by an answer that cannot be read, after the other stations were taken, and ask for it anew', async () => {
    let isWell = false;
    const validated: unknown[] = [];
    const server = createServer((request, response) => {
      const station = request.url!.slice(1);
      response.setHeader('ETag', '"same"');
      validated.push(request.headers['if-none-match']);
      if (station === GAUGES[0] && !isWell) response.end('<html>maintenance</html>');
      else response.end(JSON.stringify({ data: [] }));
    });
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = open(settings({ kind: 'hubeau', url: `${origin}/{station}` }));
    await expect(poll(source)).rejects.toMatchObject({
      code: 'ANSWER_UNREADABLE',
      message: expect.stringMatching(/^http:.*V3524010.*maintenance/),
    });
    expect(validated).toHaveLength(GAUGES.length); // the stations after it were asked
    isWell = true;
    await source.taken!();
    validated.length = 0;
    expect(await poll(source)).toEqual([]);
    expect(validated).toEqual([undefined, '"same"', '"same"']);
    server.close();
  });

  it('give what came before a page that failed, and end pages without end', async () => {
    const pages = open(
      settings({
        kind: 'hubeau',
        url: `${url}/hubeau/observations_tr?code_entite={stations}&grandeur_hydro=Q&date_debut_obs={from}&size=10`,
        pages: 2,
        stations: { V3524010: 'V352401001' },
      }),
    );
    const found: RawObservation[] = [];
    await expect(
      (async () => {
        for await (const one of pages.poll({ after: epochMs(NOW - 3 * HOUR_MS), until: NOW }, new AbortController().signal))
          found.push(one);
      })(),
    ).rejects.toMatchObject({ code: 'PAGES_WITHOUT_END' });
    expect(found.filter(one => one.kind === 'gauge')).toHaveLength(10);
  });
});
