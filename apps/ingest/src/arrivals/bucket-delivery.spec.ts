import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fillTime, type BucketSettings, type GaugeSettings, type LoadedDomain } from '#config';
import { DAY_MS, HOUR_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import type { RawObservation } from '#observation';
import type { RainDecoder } from '../decode/rain-decoder.js';
import { checkFeed } from '../feeds/check-feed.js';
import { openFeed } from '../feeds/open-feed.js';
import { signRequest } from '../http/sign-request.js';
import { prefixesOf } from './list-bucket.js';
import { csvSource } from './test-csv-source.js';

const NOW = parseIso('2026-09-23T06:00Z');
const csv = (time: string, value: number) => `station,time,value\nG1,${time},${value}\n`;
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

interface Stored {
  body: string;
  modified?: EpochMs;
  /** Says so, whatever it has. */
  size?: number;
}

/** Speaks ListObjectsV2 as S3 does; `listing` answers in its place. */
class BucketServer {
  readonly objects = new Map<string, Stored>();
  readonly asked: URL[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  pageSize = 1000;
  encodes = true;
  listing: (() => string) | null = null;
  gone = new Map<string, number>();
  private server: Server | null = null;

  async listen(): Promise<string> {
    this.server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://x');
      this.asked.push(url);
      this.headers.push(request.headers);
      if (url.searchParams.get('list-type') === '2') {
        response.setHeader('content-type', 'application/xml').end(this.listing?.() ?? this.list(url));
        return;
      }
      const key = decodeURIComponent(url.pathname.slice('/bucket/'.length));
      const stored = this.objects.get(key);
      const status = this.gone.get(key) ?? (stored === undefined ? 404 : 200);
      response.writeHead(status).end(status === 200 ? stored!.body : '<Error><Code>NoSuchKey</Code></Error>');
    });
    await new Promise<void>(listening => this.server!.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/bucket`;
  }

  close(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  downloads(): string[] {
    return this.asked.filter(url => url.search === '').map(url => url.pathname);
  }

  private list({ searchParams }: URL): string {
    const prefix = searchParams.get('prefix') ?? '';
    const after = Buffer.from(searchParams.get('continuation-token') ?? '', 'base64').toString() || (searchParams.get('start-after') ?? '');
    const keys = [...this.objects.keys()].filter(key => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, this.pageSize);
    const isTruncated = keys.length > page.length;
    const write = (key: string) => (this.encodes ? encodeURIComponent(key).replaceAll('%20', '+') : escaped(key));
    const contents = page.map(key => {
      const { body, modified = epochMs(NOW - HOUR_MS), size } = this.objects.get(key)!;
      const etag = createHash('md5').update(body).digest('hex');
      return `<Contents><Key>${write(key)}</Key><LastModified>${toIso(modified)}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${size ?? body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const token = isTruncated ? `<NextContinuationToken>${Buffer.from(page.at(-1)!).toString('base64')}</NextContinuationToken>` : '';
    return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>1000</MaxKeys>${this.encodes ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${isTruncated}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`;
  }
}

describe('a bucket', () => {
  let server: BucketServer;
  let folder: string;
  let url: string;
  let now: EpochMs;
  beforeEach(async () => {
    server = new BucketServer();
    url = await server.listen();
    folder = mkdtempSync(join(tmpdir(), 'freshet-bucket-'));
    now = NOW;
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const bucketOf = (changes: Partial<BucketSettings> = {}): BucketSettings => ({
    ...{ url, prefix: 'levels/{yyyy}/{MM}/{dd}/', match: '*.csv', credentials: [], timeout: 5000, largestMb: 1, pages: 20 },
    ...{ overlap: 3 * HOUR_MS, reach: DAY_MS, backOff: { first: 1000, longest: 1000 } },
    ...changes,
  });
  const settingsOf = (bucket: BucketSettings): GaugeSettings => csvSource(join(folder, 'in'), { bucket });
  const domain = { folder: '/', stations: [{ id: 'G1', gauged: true }] } as unknown as LoadedDomain;
  const open = (changes: Partial<BucketSettings> = {}) =>
    openFeed(settingsOf(bucketOf(changes)), { domain, decoder: null as unknown as RainDecoder, now: () => now, services: new Map() });
  const read = async ({ source, reachMs, overlapMs }: ReturnType<typeof open>): Promise<{ found: RawObservation[]; failure: unknown }> => {
    const found: RawObservation[] = [];
    const window = { after: epochMs(now - reachMs - overlapMs), until: now };
    try {
      for await (const one of source.poll(window, new AbortController().signal)) found.push(one);
    } catch (failure) {
      return { found, failure };
    } finally {
      await source.taken!();
    }
    return { found, failure: null };
  };
  const said = (found: readonly RawObservation[]) =>
    found.map(one => (one.kind === 'gauge' ? one.value : one.kind === 'reject' ? `${one.code} ${one.subject}` : null));

  it('gives what is new, over pages and days, once; an object that was overwritten comes again', async () => {
    server.pageSize = 2;
    for (let hour = 0; hour < 6; hour++) {
      server.objects.set(`levels/2026/09/23/g${hour}.csv`, { body: csv(`2026-09-23T0${hour}:00:00Z`, hour) });
    }
    server.objects.set('levels/2026/09/22/g.csv', { body: csv('2026-09-22T23:00:00Z', 23) });
    server.objects.set('levels/2026/09/22/long ago.csv', { body: 'old', modified: parseIso('2026-09-22T01:00Z') });
    server.objects.set('levels/2026/09/23/', { body: '' });
    server.objects.set('levels/2026/09/23/notes.txt', { body: 'not asked for' });
    const feed = open();
    expect(said((await read(feed)).found)).toEqual([23, 0, 1, 2, 3, 4, 5]);
    expect(readdirSync(join(folder, 'in', 'archive'))).toHaveLength(7 + 2);
    expect((await read(feed)).found).toEqual([]);
    expect((await read(open())).found).toEqual([]); // nor after a restart
    expect(server.downloads()).toHaveLength(7);
    server.objects.set('levels/2026/09/23/g5.csv', { body: csv('2026-09-23T05:00:00Z', 5.5) });
    expect(said((await read(open())).found)).toEqual([5.5]);
  });

  it('is asked from a date in its keys on, and in plain XML where it does not encode', async () => {
    server.encodes = false;
    server.objects.set('all/a&b<c>_20260922.csv', { body: csv('2026-09-22T12:00:00Z', 1) });
    server.objects.set('all/levels_2026092203.csv', { body: csv('2026-09-22T03:00:00Z', 1) });
    server.objects.set('all/levels_2026092212.csv', { body: csv('2026-09-22T12:00:00Z', 2) });
    server.objects.set('all/levels_2026092305.csv', { body: csv('2026-09-23T05:00:00Z', 3) });
    const { found, failure } = await read(open({ prefix: 'all/', startAfter: 'all/levels_{yyyy}{MM}{dd}{HH}', reach: 21 * HOUR_MS }));
    expect(failure).toBeNull();
    expect(said(found)).toEqual([2, 3]);
    expect(server.asked[0]!.searchParams.get('start-after')).toBe('all/levels_2026092206');
    const all = await read(open({ prefix: 'all/' }));
    expect(said(all.found)).toEqual(['FILE_NAME_REFUSED all/a&b<c>_20260922.csv', 1]);
  });

  it('refuses keys that are no plain paths and objects that are too large, by name and once', async () => {
    const tricks = [
      '../../etc/passwd.csv',
      'a/../b.csv',
      'a//b.csv',
      'a\\b.csv',
      'a/.hidden.csv',
      'line\nbreak.csv',
      'a b.csv',
      'x.csv.part',
    ];
    for (const key of tricks) server.objects.set(key, { body: csv('2026-09-23T05:00:00Z', 1) });
    server.objects.set('large.csv', { body: '', size: 2 ** 20 + 1 });
    server.objects.set('lies.csv', { body: 'x'.repeat(2 ** 20 + 1), size: 10 });
    server.objects.set('gone.csv', { body: csv('2026-09-23T05:00:00Z', 1) });
    server.gone.set('gone.csv', 404);
    const feed = open({ prefix: '', match: '*' });
    const { found, failure } = await read(feed);
    expect(failure).toBeNull();
    const refused = said(found);
    expect(refused.filter(one => String(one).startsWith('FILE_NAME_REFUSED'))).toHaveLength(tricks.length);
    expect(refused.filter(one => !String(one).startsWith('FILE_NAME_REFUSED'))).toEqual([
      'FILE_UNREADABLE gone.csv',
      'FILE_TOO_LARGE large.csv',
      'FILE_TOO_LARGE lies.csv',
    ]);
    expect(readdirSync(folder)).toEqual(['in']);
    expect((await read(feed)).found).toEqual([]);
  });

  it('gives what came before a download that fails, and goes on from there', async () => {
    for (const name of ['a', 'b', 'c']) server.objects.set(`${name}.csv`, { body: csv('2026-09-23T05:00:00Z', name.charCodeAt(0)) });
    server.gone.set('b.csv', 503);
    const feed = open({ prefix: '' });
    const first = await read(feed);
    expect(said(first.found)).toEqual([97]);
    expect(first.failure).toMatchObject({ code: 'REFUSED', status: 503 });
    server.gone.clear();
    expect(said((await read(feed)).found)).toEqual([98, 99]);
  });

  it('is not held up by an object that always fails: those listed after it come at the next poll', async () => {
    for (const name of ['a', 'b', 'c']) server.objects.set(`${name}.csv`, { body: csv('2026-09-23T05:00:00Z', name.charCodeAt(0)) });
    server.gone.set('a.csv', 500);
    const feed = open({ prefix: '' });
    expect((await read(feed)).failure).toMatchObject({ status: 500 });
    const second = await read(feed);
    expect(said(second.found)).toEqual([98, 99]);
    expect(second.failure).toMatchObject({ status: 500 }); // it is still named
  });

  const page = (inside: string) => `<ListBucketResult><EncodingType>url</EncodingType>${inside}</ListBucketResult>`;
  it.each([
    [
      'a token that leads back',
      page('<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>'),
      'PAGES_WITHOUT_END',
    ],
    ['an end that is not there', page('<IsTruncated>true</IsTruncated>'), 'LISTING_UNREADABLE'],
    ['entities', '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><ListBucketResult>&c;</ListBucketResult>', 'LISTING_UNREADABLE'],
    ['an XML that nests without end', '<a>'.repeat(50_000), 'LISTING_UNREADABLE'],
    ['an XML that was cut', page('').slice(0, 40), 'LISTING_UNREADABLE'],
    ['a page of HTML', '<html><body>Sign in</body></html>', 'LISTING_UNREADABLE'],
    ['an error with HTTP 200', '<Error><Code>SlowDown</Code><Message>later</Message></Error>', 'LISTING_UNREADABLE'],
    ['an object without a size', page('<Contents><Key>a.csv</Key></Contents>'), 'LISTING_UNREADABLE'],
    ['a key that is not encoded', page('<Contents><Key>%zz</Key><Size>1</Size></Contents>'), 'LISTING_UNREADABLE'],
    ['nothing but size', page(' '.repeat(2 ** 20)), 'TOO_LARGE'],
  ])('whose listing holds %s is named', async (_, xml, code) => {
    server.listing = () => xml;
    const { found, failure } = await read(open({ prefix: '' }));
    expect(found).toEqual([]);
    expect(failure).toMatchObject({ code });
  });

  it('takes part of a backlog at a time', async () => {
    for (let k = 0; k < 70; k++) server.objects.set(`g${100 + k}.csv`, { body: csv('2026-09-23T05:00:00Z', k + 1) });
    const feed = open({ prefix: '' });
    expect((await read(feed)).found).toHaveLength(64);
    expect(feed.source.behind!()).toBe(true);
    expect((await read(feed)).found).toHaveLength(6);
    expect(feed.source.behind!()).toBe(false);
  });

  it('is tried without a trace in the folder of the source', async () => {
    for (let k = 0; k < 9; k++) server.objects.set(`g${k}.csv`, { body: csv('2026-09-23T05:00:00Z', k + 1) });
    const check = await checkFeed(settingsOf(bucketOf({ prefix: '' })), domain, {
      decoder: null as unknown as RainDecoder,
      now: () => now,
    });
    expect(check).toMatchObject({ ok: true, failure: null, address: url, gauges: [{ station: 'G1', values: [1, 2, 3, 4] }] });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is private is asked with a signature of keys that lie in files', async () => {
    server.objects.set('a b/ü.csv', { body: '' });
    server.objects.set('a.csv', { body: csv('2026-09-23T05:00:00Z', 1) });
    for (const [name, secret] of [
      ['id', 'AKIAIOSFODNN7EXAMPLE'],
      ['key', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ] as const) {
      writeFileSync(join(folder, name), `${secret}\n`);
    }
    const signature = { region: 'us-east-1', accessKey: join(folder, 'id'), secretKey: join(folder, 'key') };
    expect(said((await read(open({ prefix: '', signature }))).found)).toEqual([1, 'FILE_NAME_REFUSED a b/ü.csv'].toReversed());
    for (const { authorization } of server.headers) expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\//);
    // the example of the documentation of Amazon S3 for GET Bucket (List Objects)
    const example = await signRequest(
      new URL('https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J'),
      bucketOf({ signature }),
      '/',
      '20130524T000000Z',
    );
    expect(example.headers['authorization']).toMatch(/Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/);
    const lost = await read(open({ prefix: '', signature: { ...signature, secretKey: '/nowhere/key' } }));
    expect(lost.failure).toMatchObject({ code: 'CREDENTIALS_UNREADABLE' });
    expect(readFileSync(join(folder, 'in', 'archive', 'OBJECTS'), 'utf8')).toContain('  a.csv\n');
  });
});

describe('the dates of a key', () => {
  it('are those of each hour, day or month that is asked for', () => {
    const window = { after: parseIso('2026-08-31T22:10Z'), until: parseIso('2026-09-01T00:00Z') };
    expect(prefixesOf('r/{yyyy}{MM}{dd}{HH}', window)).toEqual(['r/2026083122', 'r/2026083123', 'r/2026090100']);
    expect(prefixesOf('r/{yyyy}/{MM}/', window)).toEqual(['r/2026/08/', 'r/2026/09/']);
    expect(prefixesOf('r/', window)).toEqual(['r/']);
    expect(fillTime('{MM}-{foo}', window.after)).toBe('08-{foo}');
  });
});
