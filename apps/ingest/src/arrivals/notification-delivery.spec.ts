import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GaugeSettings, LoadedDomain, NotificationSettings } from '#config';
import { DAY_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import type { RawObservation } from '#observation';
import type { RainDecoder } from '../decode/rain-decoder.js';
import { checkFeed } from '../feeds/check-feed.js';
import { openFeed, type OpenedFeed } from '../feeds/open-feed.js';
import { TestBroker } from './test-broker.js';
import { csvSource } from './test-csv-source.js';

const TOPIC = 'origin/a/wis2/xx-agency/data/core/hydrology';
const NOW = parseIso('2026-09-23T06:00Z');
const csv = (value: number) => `station,time,value\nG1,2026-09-23T05:00:00Z,${value}\n`;
const hash = (method: string, content: string) => createHash(method).update(content).digest('base64');

describe('notifications of a broker', () => {
  let broker: TestBroker;
  let files: Server;
  let served: Map<string, { status?: number; body: string }>;
  let asked: IncomingMessage[];
  let folder: string;
  let origin: string;
  let now: EpochMs;
  let opened: OpenedFeed[];

  beforeEach(async () => {
    broker = await TestBroker.start();
    served = new Map();
    asked = [];
    files = createServer((request, response) => {
      asked.push(request);
      const { status = 200, body } = served.get(request.url!) ?? { status: 404, body: '' };
      response.writeHead(status).end(body);
    });
    await new Promise<void>(listening => files.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
    folder = mkdtempSync(join(tmpdir(), 'freshet-mqtt-'));
    now = NOW;
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map(({ source }) => source.leave!()));
    await broker.stop();
    files.closeAllConnections();
    files.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const settingsOf = (changes: Partial<NotificationSettings> = {}): GaugeSettings =>
    csvSource(join(folder, 'in'), {
      id: 'wis',
      every: 60_000,
      notifications: {
        ...{
          url: `mqtt://127.0.0.1:${broker.port}`,
          topics: ['origin/a/wis2/+/data/core/hydrology/#'],
          client: 'freshet-test',
          from: [origin],
        },
        ...{ credentials: [], timeout: 3000, largestMb: 1, backOff: { first: 1000, longest: 1000 } },
        ...changes,
      },
    });
  const domain = () => ({ folder, stations: [{ id: 'G1', gauged: true }] }) as unknown as LoadedDomain;
  const decoder = null as unknown as RainDecoder;
  const feedOf = (changes: Partial<NotificationSettings> = {}): OpenedFeed => {
    const feed = openFeed(settingsOf(changes), { domain: domain(), decoder, now: () => now, services: new Map() });
    opened.push(feed);
    return feed;
  };
  const read = async ({ source }: OpenedFeed) => {
    const found: RawObservation[] = [];
    let failure: unknown = null;
    try {
      for await (const one of source.poll({ after: epochMs(0), until: now }, new AbortController().signal)) found.push(one);
    } catch (cause) {
      failure = cause;
    }
    await source.taken!();
    return { found, failure };
  };
  const values = (found: readonly RawObservation[]) => found.flatMap(one => (one.kind === 'gauge' ? [one.value] : []));
  const codes = (found: readonly RawObservation[]) => found.flatMap(one => (one.kind === 'reject' ? [one.code] : []));
  const waiting = () => (existsSync(join(folder, 'in/.notices')) ? readdirSync(join(folder, 'in/.notices')) : []);

  interface Announced {
    readonly id?: string;
    readonly properties?: object;
    readonly links?: readonly object[];
  }
  const announce = (message: Announced | string): Promise<void> => {
    const { id = randomUUID(), properties, links = [] } = typeof message === 'string' ? {} : message;
    const whole = {
      ...{ id, type: 'Feature', conformsTo: ['http://wis.wmo.int/spec/wnm/1/conf/core'], geometry: null, links },
      properties: { data_id: `xx-agency/data/core/hydrology/${id}.csv`, pubtime: toIso(now), datetime: toIso(now), ...properties },
    };
    return broker.publish(`${TOPIC}/gauge`, typeof message === 'string' ? message : JSON.stringify(whole));
  };
  const inline = (encoding: string, value: string, size: number, more: object = {}) => ({
    properties: { content: { encoding, value, size }, ...more },
  });
  const link = (path: string, body: string, { rel = 'canonical', ...more }: { rel?: string; integrity?: object } = {}) => {
    served.set(path, { body });
    return { links: [{ rel, href: origin + path, type: 'text/csv' }], properties: more };
  };
  async function arrived(count: number): Promise<void> {
    for (let k = 0; k < 200 && waiting().length < count; k++) await delay(10);
    expect(waiting()).toHaveLength(count);
  }

  /** Polls until something came; no poll may fail. */
  async function polled(feed: OpenedFeed): Promise<(number | null)[]> {
    for (let k = 0; k < 200; k++) {
      const { found, failure } = await read(feed);
      expect(failure).toBeNull();
      if (found.length > 0) return values(found);
      await delay(10);
    }
    return [];
  }

  it('bring data of links and of the messages themselves, checked against their hashes, once', async () => {
    const feed = feedOf();
    expect(await read(feed)).toEqual({ found: [], failure: null });
    await announce(link('/g1.csv', csv(1), { integrity: { method: 'sha512', value: hash('sha512', csv(1)) } }));
    await announce(link('/deep/g2.csv', csv(2), { integrity: { method: 'sha256', value: hash('sha256', csv(2)) } }));
    await announce(inline('utf-8', csv(3), csv(3).length, { integrity: { method: 'sha3-256', value: hash('sha3-256', csv(3)) } }));
    await announce(inline('base64', Buffer.from(csv(4)).toString('base64'), csv(4).length));
    await announce(inline('gzip', gzipSync(csv(5)).toString('base64'), csv(5).length));
    const corrected = link('/g1-corrected.csv', csv(6), { rel: 'update' });
    await announce({ ...corrected, links: [{ rel: 'canonical', href: `${origin}/g1.csv` }, ...corrected.links] });
    await arrived(6);
    const { found, failure } = await read(feed);
    expect(failure).toBeNull();
    expect(values(found).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(codes(found)).toEqual([]);
    expect(waiting()).toEqual([]);
    expect(await read(feed)).toEqual({ found: [], failure: null });
    expect(readdirSync(join(folder, 'in/archive'))).toHaveLength(6 + 2);
  });

  it('count once by their id, whoever repeats them, and after a restart too', async () => {
    const feed = feedOf();
    await read(feed);
    const message = { id: randomUUID(), ...link('/g1.csv', csv(1)) };
    await announce(message);
    await announce(message);
    await arrived(2);
    expect(values((await read(feed)).found)).toEqual([1]);
    await feed.source.leave!();
    const again = feedOf();
    await read(again);
    await announce(message);
    await arrived(1);
    expect(await read(again)).toEqual({ found: [], failure: null });
    expect(asked).toHaveLength(1);
    expect(waiting()).toEqual([]);
  });

  it('that are broken, lie or lead astray are named and kept', async () => {
    const feed = feedOf();
    await read(feed);
    const bomb = gzipSync(Buffer.alloc(5 * 2 ** 20)).toString('base64');
    const bad: readonly [code: string, message: Announced | string][] = [
      ['ANSWER_UNREADABLE', '{"id": "cut sh'],
      ['ANSWER_UNREADABLE', '[1, 2]'],
      ['NOTIFICATION_MALFORMED', '{"id":"x"}'],
      ['NOTIFICATION_MALFORMED', { links: [] }],
      ['NOTIFICATION_MALFORMED', { links: [{ rel: 'via', href: `${origin}/g.csv` }] }],
      ['NOTIFICATION_MALFORMED', { links: [{ rel: 'canonical', href: 'file:///etc/passwd' }] }],
      ['NOTIFICATION_MALFORMED', { ...link('/p.csv', csv(1)), properties: { pubtime: 'yesterday' } }],
      ['NOTIFICATION_MALFORMED', inline('rot13', 'x', 1)],
      ['NOTIFICATION_MALFORMED', inline('base64', '%%%', 2)],
      ['NOTIFICATION_MALFORMED', inline('gzip', Buffer.from('no gzip').toString('base64'), 7)],
      ['FILE_TOO_LARGE', inline('gzip', bomb, 5 * 2 ** 20)],
      ['INTEGRITY_WRONG', inline('utf-8', csv(1), 3)],
      ['INTEGRITY_WRONG', inline('utf-8', csv(1), csv(1).length, { integrity: { method: 'sha256', value: hash('sha256', csv(2)) } })],
      ['INTEGRITY_WRONG', inline('utf-8', csv(1), csv(1).length, { integrity: { method: '__proto__', value: 'x' } })],
      ['INTEGRITY_WRONG', link('/changed.csv', csv(9), { integrity: { method: 'sha512', value: hash('sha512', csv(8)) } })],
      ['LINK_REFUSED', { links: [{ rel: 'canonical', href: 'http://169.254.169.254/latest/meta-data' }] }],
      ['FILE_UNREADABLE', { links: [{ rel: 'canonical', href: `${origin}/gone.csv` }] }],
      ['FILE_TOO_LARGE', link('/large.csv', 'x'.repeat(2 ** 20 + 1))],
      ['DATA_WITHDRAWN', { links: [{ rel: 'deletion', href: `${origin}/g1.csv` }] }],
    ];
    for (const [, message] of bad) await announce(message);
    await arrived(bad.length);
    const { found, failure } = await read(feed);
    expect(failure).toBeNull();
    expect(codes(found)).toEqual(bad.map(([code]) => code));
    expect(values(found)).toEqual([]);
    const failed = readdirSync(join(folder, 'in/failed'));
    expect(failed).toHaveLength(2 * bad.length);
    expect(
      readFileSync(
        join(
          folder,
          'in/failed',
          failed.find(name => name.endsWith('.txt'))!,
        ),
        'utf8',
      ),
    ).toMatch(/^ANSWER_UNREADABLE: /);
    expect(await read(feed)).toEqual({ found: [], failure: null });
    await announce('x'.repeat(2 ** 20 + 1));
    for (let k = 0; k < 100; k++) {
      const later = await read(feed);
      if (codes(later.found).length > 0) {
        expect(codes(later.found)).toEqual(['FILE_TOO_LARGE']);
        return;
      }
      await delay(10);
    }
    throw new Error('a message that was too large was not named');
  });

  it('wait at the broker while nobody listens, and a broker that is away is named', async () => {
    const feed = feedOf();
    await read(feed);
    await feed.source.leave!();
    await announce(link('/g1.csv', csv(1)));
    expect(await polled(feed)).toEqual([1]);
    await announce(link('/g3.csv', csv(3)));
    await arrived(1);
    await broker.shut();
    await delay(20);
    const away = await read(feed);
    expect(values(away.found)).toEqual([3]); // what came before is taken
    expect(away.failure).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') });
    await announce(link('/g2.csv', csv(2)));
    await broker.open();
    expect(await polled(feed)).toEqual([2]);
  });

  it('are not lost with the process: what was acknowledged lies on disk', async () => {
    const feed = feedOf();
    await read(feed);
    await announce(link('/g1.csv', csv(1)));
    await arrived(1);
    await feed.source.leave!(); // dies before it looked
    expect(values((await read(feedOf())).found)).toEqual([1]);
  });

  it('whose data cannot be had now are tried again, for a day', async () => {
    const feed = feedOf();
    await read(feed);
    await announce(link('/g1.csv', csv(1)));
    await announce(link('/g2.csv', csv(2)));
    await announce(inline('utf-8', csv(3), csv(3).length));
    served.set('/g1.csv', { status: 503, body: '' });
    await arrived(3);
    const first = await read(feed);
    expect(values(first.found)).toEqual([3]); // the others lie at an origin that fails
    expect(first.failure).toMatchObject({ code: 'REFUSED', status: 503 });
    expect(asked).toHaveLength(1);
    served.set('/g2.csv', { status: 503, body: '' });
    served.set('/g1.csv', { body: csv(1) });
    expect(values((await read(feed)).found)).toEqual([1]);
    now = epochMs(now + DAY_MS + 1);
    const last = await read(feed);
    expect([codes(last.found), last.failure]).toEqual([['FILE_UNREADABLE'], null]);
    expect(waiting()).toEqual([]);
  });

  it('come over TLS from whom they should, to whom they may', async () => {
    await broker.shut();
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return name;
    };
    const make = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=broker',
    ];
    const certify = (name: string) => {
      const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
      execFileSync('openssl', [...make, ...names], { stdio: 'ignore' });
    };
    certify('broker');
    certify('stranger');
    const secure = { key: readFileSync(join(folder, 'broker.key')), cert: readFileSync(join(folder, 'broker.pem')) };
    broker.aedes.authenticate = (_client, user, password, done) => {
      done(null, user === 'freshet' && password?.toString() === 'secret word');
    };
    broker.aedes.authorizeSubscribe = (_client, subscription, done) => {
      done(null, subscription.topic.startsWith('origin/') ? subscription : null);
    };
    await broker.open(createTlsServer(secure, broker.aedes.handle));
    const access = {
      url: `mqtts://127.0.0.1:${broker.port}`,
      ca: 'broker.pem',
      user: file('user', 'freshet\n'),
      password: file('word', 'secret word\n'),
    };
    const feed = feedOf(access);
    expect((await read(feed)).failure).toBeNull();
    await announce(link('/g1.csv', csv(1)));
    await arrived(1);
    expect(values((await read(feed)).found)).toEqual([1]);
    const failureOf = async (changes: Partial<NotificationSettings>) =>
      (await read(feedOf({ ...access, client: 'other', ...changes }))).failure;
    expect(await failureOf({ ca: 'stranger.pem' })).toMatchObject({ code: 'REFUSED', message: expect.stringContaining('is not trusted') });
    expect(await failureOf({ password: file('wrong', 'guess\n') })).toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('password'),
    });
    expect(await failureOf({ topics: ['secret/#'] })).toMatchObject({ code: 'REFUSED', message: expect.stringContaining('secret/#') });
    expect(await failureOf({ password: 'nowhere' })).toMatchObject({ code: 'CREDENTIALS_UNREADABLE' });
  });

  it('are tried by a client of their own, without a trace in the folder of the source', async () => {
    const trial = checkFeed(settingsOf(), domain(), { decoder, now: () => epochMs(Date.now()) });
    await broker.subscribed();
    await announce({ ...link('/g1.csv', `station,time,value\nG1,${toIso(epochMs(Date.now() - 60_000))},1\n`) });
    expect(await trial).toMatchObject({ ok: true, gauges: [{ station: 'G1', values: [1] }] });
    expect(existsSync(join(folder, 'in'))).toBe(false);
  });
});
