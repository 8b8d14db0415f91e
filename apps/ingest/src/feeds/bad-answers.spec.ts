import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalBus } from '#bus';
import type { BucketSettings, GaugeSettings, LoadedDomain } from '#config';
import { DAY_MS, parseIso, toIso } from '#hydrology';
import { createLogger } from '#runtime';
import { readFeedViews } from '#store';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { ManualPulse } from '../../../../test/setup/manual-pulse.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';
import { startArchive } from '../archive.js';
import { startFeeds } from './start-feeds.js';

const NOW = parseIso('2014-11-04T06:00Z');
const row = (time: string, value: string, station = 'V3524010') => `station,time,value\n${station},${time},${value}\n`;
const AT = '2014-11-04T05:00:00Z';

/** Of BAD, what cannot be read as a whole: of a service, the poll fails. */
const UNREADABLE = ['FIELD_MISSING', 'ANSWER_UNREADABLE'];

/** What a service or a bucket may hold instead of values, and the name under which it is refused. */
const BAD: readonly [what: string, body: string | Buffer, code: string][] = [
  ['a page', '<html>Our service moved</html>', 'FIELD_MISSING'],
  ['entities', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', 'ANSWER_UNREADABLE'],
  ['1970', row('1970-01-01T00:00:00Z', '1'), 'TIME_IMPLAUSIBLE'],
  ['2099', row('2099-01-01T00:00:00Z', '1'), 'TIME_IMPLAUSIBLE'],
  ['NaN', row(AT, 'NaN'), 'GAUGE_NOT_A_NUMBER'],
  ['infinity', row(AT, '1e999'), 'GAUGE_NOT_A_NUMBER'],
  ['1e38', row(AT, '1e38'), 'GAUGE_OUT_OF_RANGE'],
  ['a stranger', row(AT, '1', 'X0000000'), 'STATION_UNKNOWN'],
  ['a station of no characters that can be stored', row(AT, '1', 'V35\0'), 'STATION_UNKNOWN'],
  ['a station without end', row(AT, '1', 'x'.repeat(50_000)), 'STATION_UNKNOWN'],
  ['a table of endless width', 'x,'.repeat(200_000), 'FIELD_MISSING'],
];

describe('bad answers', () => {
  let domain: LoadedDomain;
  let server: Server;
  let origin: string;
  let body: { readonly bytes: Buffer; readonly packed: boolean };
  let root: string;
  let database: TestDatabase;

  beforeAll(async () => {
    domain = await loadCance();
    server = createServer((request, response) => {
      const listing = new URL(request.url!, 'http://x').searchParams.get('list-type') === '2';
      if (listing) response.end(listingOf(body.bytes.length));
      else response.writeHead(200, body.packed ? { 'content-encoding': 'gzip' } : {}).end(body.bytes);
    });
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    database = await openTestDatabase();
    root = await mkdtemp(join(tmpdir(), 'freshet-bad-answers-'));
  });
  beforeEach(() => database.pool.query('truncate feed, reject, observation'));
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await database.close();
    await rm(root, { recursive: true, force: true });
  });

  const limits = { credentials: [], timeout: 5000, largestMb: 1, backOff: { first: 1000, longest: 1000 }, pages: 5 };
  const gauges = {
    ...{ ...limits, kind: 'csv' as const, enabled: true, every: 60_000, overlap: 0, reach: DAY_MS, quantities: ['Q' as const] },
    ...{ zoneMinutes: 0, parameters: {} },
    csv: {
      ...{
        separator: ',',
        decimal: '.' as const,
        time: 'time',
        timeFormat: 'iso' as const,
        value: 'value',
        unit: 'm3/s' as const,
        missing: [],
      },
      ...{ station: { column: 'station' }, variable: { fixed: 'Q' as const } },
    },
  };
  const bucket = (): BucketSettings => ({ ...limits, url: `${origin}/bucket`, prefix: '', match: '*', overlap: 0, reach: DAY_MS });
  const service = (): GaugeSettings => ({ ...gauges, id: 'service', url: `${origin}/values` });
  let folders = 0;
  const filled = (): GaugeSettings => ({ ...gauges, id: 'filled', folder: join(root, `filled-${++folders}`), bucket: bucket() });

  /** One poll of a source, all the way into the archive; what the feeds page and the table of rejects say then. */
  async function polled(settings: GaugeSettings, now = NOW) {
    const bus = new LocalBus();
    const logger = createLogger('silent');
    const { basin, stations, mesh } = domain;
    const archived = new Map([[basin, { basin, stations, cellCount: mesh.cellCount }]]);
    await startArchive(bus, { pool: database.pool, basins: archived, runKind: 'scheduled', logger });
    const onDefect = (error: unknown) => {
      throw error;
    };
    const live = { ...domain, settings: { ...domain.settings, sources: { ...domain.settings.sources, live: [settings] } } };
    const feeds = await startFeeds({ pool: database.pool, bus, logger, owner: 'test', onDefect }, [live], new ManualPulse(now));
    await feeds.stop();
    await bus.close(1000);
    const [view] = await readFeedViews(database.pool, 'cance', now);
    const { rows } = await database.pool.query<{ code: string }>('select code from reject');
    const values = await database.pool.query('select 1 from observation where flag < 6');
    return { view: view!, codes: rows.map(({ code }) => code), trusted: values.rowCount };
  }

  it.each(BAD)('of a service with %s are refused by name, counted and shown', async (_, text, code) => {
    for (const packed of [false, true]) {
      await database.pool.query('truncate feed, reject, observation');
      body = { bytes: packed ? gzipSync(text) : Buffer.from(text), packed };
      const { view, codes, trusted } = await polled(service());
      expect([codes, trusted]).toEqual([[code], 0]);
      if (UNREADABLE.includes(code)) {
        expect([view.state, view.failure?.split(':')[0], view.succeededAt]).toEqual(['failing', 'ANSWER_UNREADABLE', null]);
      } else expect([view.state, view.brought['rejects']! > 0 || code === 'GAUGE_OUT_OF_RANGE']).toEqual(['ok', true]);
    }
  });

  it('of a service that are empty but whole are a success', async () => {
    body = { bytes: Buffer.from('station,time,value\n'), packed: false };
    const { view, codes } = await polled(service());
    expect([view.state, view.failure, codes]).toEqual(['ok', null, []]);
    expect(view.succeededAt).not.toBeNull();
  });

  it('of a service for longer than polls overlap lose nothing: the window begins at the last success', async () => {
    const at = (time: string) => parseIso(time);
    const asked: string[] = [];
    server.prependListener('request', request => asked.push(new URL(request.url!, 'http://x').searchParams.get('from') ?? ''));
    const windowed = { ...service(), url: `${origin}/values?from={from}` };
    for (const [time, text] of [
      ['2014-11-04T03:00Z', row('2014-11-04T02:45:00Z', '1')],
      ['2014-11-04T04:00Z', '<html>maintenance</html>'],
      ['2014-11-04T05:00Z', '<html>maintenance</html>'],
      ['2014-11-04T06:00Z', row('2014-11-04T03:15:00Z', '2')],
    ] as const) {
      body = { bytes: Buffer.from(text), packed: false };
      await polled(windowed, at(time));
    }
    expect(asked.slice(1)).toEqual(['2014-11-04T03:00:00Z', '2014-11-04T03:00:00Z', '2014-11-04T03:00:00Z']);
  });

  it.each(BAD)('of a bucket with %s lie in its failed folder by name, counted and shown', async (_, text, code) => {
    body = { bytes: Buffer.from(text), packed: false };
    const settings = filled();
    const { view, codes, trusted } = await polled(settings);
    expect([codes, trusted, view.state]).toEqual([[code], 0, 'ok']);
    if (code === 'GAUGE_OUT_OF_RANGE') return; // a value that is archived as unreliable
    expect((await readdir(join(settings.folder!, 'failed'))).sort()).toEqual(['values.csv', 'values.csv.txt']);
    expect(await readFile(join(settings.folder!, 'failed', 'values.csv.txt'), 'utf8')).toMatch(new RegExp(`^${code}: `));
  });

  it('of a service that become 10 GB are stopped at the limit, and the feed is failing', async () => {
    body = { bytes: gzipSync(Buffer.alloc(100 * 2 ** 20)), packed: true };
    const { view } = await polled(service());
    expect([view.state, view.failure?.split(':')[0]]).toEqual(['failing', 'TOO_LARGE']);
  });
});

const listingOf = (size: number): string =>
  `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>values.csv</Key><LastModified>${toIso(parseIso('2014-11-04T05:30Z'))}</LastModified><ETag>"${size}"</ETag><Size>${size}</Size></Contents></ListBucketResult>`;
