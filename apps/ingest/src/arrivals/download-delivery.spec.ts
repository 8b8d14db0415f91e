import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DownloadSettings } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import type { RainDecoder } from '../decode/rain-decoder.js';
import { checkFeed } from '../feeds/check-feed.js';
import { ONE_GAUGE, Poller, TestFiles, csvOf, downloadedCsv, openCsv } from './test-downloads.js';

const NOW = parseIso('2026-09-23T06:00Z');

describe('a folder that is filled from plain addresses', () => {
  let server: TestFiles;
  let url: string;
  let root: string;
  let now: EpochMs;
  beforeEach(async () => {
    server = new TestFiles();
    url = await server.listen();
    root = mkdtempSync(join(tmpdir(), 'freshet-download-'));
    now = NOW;
  });
  afterEach(() => {
    server.close();
    rmSync(root, { recursive: true, force: true });
  });

  const folder = () => join(root, 'in');
  const settingsOf = (download: Partial<DownloadSettings> & { url: string }) => downloadedCsv(folder(), download);
  const open = (download: Partial<DownloadSettings> & { url: string }) =>
    new Poller(
      openCsv(settingsOf(download), () => now),
      () => now,
    );
  const later = (minutes: number) => {
    now = epochMs(now + minutes * MINUTE_MS);
  };
  const inFolder = (name: string) => readdirSync(join(folder(), name)).filter(each => each.endsWith('.csv'));

  describe('of one content after the other', () => {
    const serve = (content: string, etag: string | null, modified?: string): void => {
      server.files.set('/latest.csv', (request, response) => {
        const { 'if-none-match': known, 'if-modified-since': since } = request.headers;
        const same = etag === null ? modified !== undefined && since === modified : known === etag;
        const headers = { ...(etag !== null && { etag }), ...(modified !== undefined && { 'last-modified': modified }) };
        response.writeHead(same ? 304 : 200, headers).end(same ? undefined : content);
      });
    };

    it.each(['ETag', 'Last-Modified'])('takes what changed, told by %s', async by => {
      const mark = (k: number): [string | null, string?] => (by === 'ETag' ? [`"${k}"`] : [null, `Wed, 23 Sep 2026 05:5${k}:00 GMT`]);
      const latest = open({ url: `${url}/latest.csv` });
      serve(csvOf('2026-09-23T05:00:00Z', 1), ...mark(1));
      expect(await latest.poll()).toEqual({ found: [1], failure: null });
      expect(await latest.poll()).toEqual({ found: [], failure: null });
      serve(csvOf('2026-09-23T05:05:00Z', 2), ...mark(2));
      expect((await latest.poll()).found).toEqual([2]);
      expect(server.headers.map(each => each['if-none-match'] ?? each['if-modified-since'])).toEqual([
        undefined,
        mark(1).at(-1),
        mark(1).at(-1),
      ]);
      expect(inFolder('archive')).toHaveLength(2); // no content lies over another
      expect((await open({ url: `${url}/latest.csv` }).poll()).found).toEqual([]); // nor is one taken again after a restart
    });

    it('goes by the content where the server is wrong about its ETag', async () => {
      const latest = open({ url: `${url}/latest.csv` });
      const lie: RequestListener = (_request, response) =>
        response.writeHead(200, { etag: '"same"' }).end(csvOf('2026-09-23T05:00:00Z', value));
      let value = 1;
      server.files.set('/latest.csv', lie);
      expect((await latest.poll()).found).toEqual([1]);
      value = 2; // other bytes, the same ETag
      expect((await latest.poll()).found).toEqual([2]);
      serve(csvOf('2026-09-23T05:00:00Z', 2), '"other"'); // the same bytes, another ETag
      expect(await latest.poll()).toEqual({ found: [], failure: null });
      expect(inFolder('archive')).toHaveLength(2);
    });
  });

  describe('of a name for each time', () => {
    const TIMES = { step: 15 * MINUTE_MS, reach: HOUR_MS, overlap: HOUR_MS };
    const template = () => `${url}/{yyyy}/{MM}{dd}/r_{yyyyMMddHHmm}.csv`;
    const pathOf = (time: EpochMs) =>
      `/${toIso(time).slice(0, 4)}/${toIso(time).slice(5, 10).replace('-', '')}/r_${toIso(time).replaceAll(/\D/g, '').slice(0, 12)}.csv`;
    const publish = (time: string, value: number) => {
      server.files.set(pathOf(parseIso(`2026-09-23T${time}Z`)), csvOf(`2026-09-23T${time}:00Z`, value));
    };

    it('asks for each of the time that is made up for, and fetches it once', async () => {
      for (const [k, time] of ['04:00', '04:15', '04:30', '04:45', '05:00', '05:15', '05:30', '05:45', '06:00'].entries()) publish(time, k);
      const times = open({ url: template(), ...TIMES });
      expect(await times.poll()).toEqual({ found: [1, 2, 3, 4, 5, 6, 7, 8], failure: null }); // (04:00, 06:00]
      later(1);
      expect(await times.poll()).toEqual({ found: [], failure: null });
      expect(server.asked).toHaveLength(8);
      expect((await open({ url: template(), ...TIMES }).poll()).found).toEqual([]); // nor again after a restart
      expect(server.asked).toHaveLength(8);
    });

    it('waits for a late file ever more seldom, and fetches it late by a quarter more at most', async () => {
      for (const time of ['05:00', '05:15', '05:30', '05:45']) publish(time, 0);
      const times = open({ url: template(), ...TIMES, reach: 15 * MINUTE_MS });
      expect((await times.poll()).failure).toBeNull();
      const asked = () => server.asked.filter(path => path === pathOf(NOW)).length;
      for (let k = 0; k < 40; k++) {
        later(1);
        expect(await times.poll()).toEqual({ found: [], failure: null });
      }
      expect(asked()).toBeGreaterThan(8);
      expect(asked()).toBeLessThan(18);
      publish('06:00', 7);
      for (let k = 0; k < 10; k++) {
        later(1);
        const { found } = await times.poll();
        if (found.length > 0) break;
      }
      expect(now - NOW).toBeLessThanOrEqual(50 * MINUTE_MS + MINUTE_MS);
      expect((await times.poll()).found).toEqual([]);
      expect(inFolder('archive')).toContain('r_202609230600.csv');
    });

    it('gives up by name what never came, once, and others are not held up', async () => {
      for (const time of ['05:00', '05:15', '05:30', '05:45', '06:15', '06:30', '06:45', '07:00']) publish(time, 1);
      const times = open({ url: template(), ...TIMES, reach: 15 * MINUTE_MS });
      const found: unknown[] = [];
      for (let k = 0; k < 70; k++) {
        const poll = await times.poll();
        expect(poll.failure).toBeNull();
        found.push(...poll.found);
        later(1);
      }
      expect(found).toEqual([1, 1, 1, 1, 1, 1, 1, 'FILE_NEVER_CAME r_202609230600.csv', 1]);
      publish('06:00', 9);
      expect((await times.poll()).found).toEqual([]);
    });

    it('says that the address is wrong where nothing is there at all', async () => {
      const { found, failure } = await open({ url: template(), ...TIMES }).poll();
      expect(failure).toMatchObject({ code: 'NOTHING_THERE', message: expect.stringContaining('check url, step and offset') });
      expect(found).toEqual([
        'FILE_NEVER_CAME r_202609230415.csv',
        ...['30', '45'].map(m => `FILE_NEVER_CAME r_2026092304${m}.csv`),
        'FILE_NEVER_CAME r_202609230500.csv',
      ]);
    });

    it('makes up for an outage that was longer than it waits for a late file', async () => {
      for (const time of ['05:15', '05:30', '05:45', '06:00']) publish(time, 0);
      const times = open({ url: template(), ...TIMES, reach: 24 * HOUR_MS });
      await times.poll();
      const down: RequestListener = (_request, response) => response.writeHead(503).end();
      for (let k = 1; k <= 20; k++) {
        const time = epochMs(NOW + k * 15 * MINUTE_MS);
        server.files.set(pathOf(time), down);
        later(15);
        expect((await times.poll()).failure).toMatchObject({ status: 503 });
      }
      for (let k = 1; k <= 20; k++) {
        const time = epochMs(NOW + k * 15 * MINUTE_MS);
        server.files.set(pathOf(time), csvOf(toIso(time), k));
      }
      later(30);
      const found = [...(await times.poll()).found];
      later(30);
      found.push(...(await times.poll()).found);
      expect(found.filter(one => typeof one === 'number').sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, k) => k + 1));
      expect(found.filter(one => typeof one === 'string' && !/r_20260923(11|12)/.test(one))).toEqual([]);
    });

    it('keeps contents apart whose time is in the query', async () => {
      for (const time of ['05:45', '06:00'])
        server.files.set(`/get?t=202609230${time.replace(':', '').slice(1)}`, csvOf(`2026-09-23T${time}:00Z`, 3));
      const { found } = await open({ url: `${url}/get?t={yyyyMMddHHmm}`, ...TIMES, reach: 0, overlap: 30 * MINUTE_MS }).poll();
      expect(found).toEqual([3, 3]);
    });
  });

  describe('of an index', () => {
    const row = (name: string, said = '23-Sep-2026 05:50   434') => `<a href="${name}">${name.slice(0, 20)}..&gt;</a>   ${said}\r\n`;
    const page = (...rows: string[]) =>
      `<html>\r\n<head><title>Index of /radar/</title></head>\r\n<body><h1>Index of /radar/</h1><hr><pre><a href="../">../</a>\r\n${rows.join('')}</pre><hr></body></html>`;
    const index = (...rows: string[]) => server.files.set('/radar/', page(...rows));
    const MATCH = { match: 'raa01-rw_10000-{yyMMddHHmm}-dwd---bin.csv' };
    const nameOf = (stamp: string) => `raa01-rw_10000-${stamp}-dwd---bin.csv`;

    it('downloads the names that fit and are of the time that is made up for, once', async () => {
      const stamps = ['2609220050', '2609230350', '2609230450', '2609230550'];
      index(
        ...stamps.map(stamp => row(nameOf(stamp))),
        row('raa01-rw_10000-latest-dwd---bin.csv'),
        row('MD5SUM'),
        row(nameOf('2613990550')),
        row('sub/'),
      );
      for (const stamp of stamps) server.files.set(`/radar/${nameOf(stamp)}`, csvOf('2026-09-23T05:00:00Z', Number(stamp.slice(6, 8))));
      const feed = () => open({ url: `${url}/radar/`, ...MATCH });
      const first = feed();
      expect(await first.poll()).toEqual({ found: [3, 4, 5], failure: null });
      later(5);
      expect(await first.poll()).toEqual({ found: [], failure: null });
      expect((await feed().poll()).found).toEqual([]); // nor again after a restart
      expect(server.asked.filter(path => path !== '/radar/')).toHaveLength(3);
      index(row(nameOf('2609230550'), '23-Sep-2026 06:04   433')); // it was replaced
      server.files.set(`/radar/${nameOf('2609230550')}`, csvOf('2026-09-23T05:00:00Z', 5.5));
      expect((await feed().poll()).found).toEqual([5.5]);
    });

    it('takes a pattern without a time by the dates beside the names', async () => {
      index(row('old.csv', '21-Sep-2026 05:50  10'), row('new.csv', '23-Sep-2026 05:50  10'), row('undated.csv', ''));
      for (const [k, name] of ['old', 'new', 'undated'].entries()) server.files.set(`/radar/${name}.csv`, csvOf('2026-09-23T05:00:00Z', k));
      expect((await open({ url: `${url}/radar/`, match: '*.csv' }).poll()).found).toEqual([1, 2]);
    });

    it('reads the folders of the days, of which the newest may not be there yet', async () => {
      server.files.set('/2026/09/22/', page(row('a.csv', '22-Sep-2026 23:50  10')));
      server.files.set('/2026/09/22/a.csv', csvOf('2026-09-22T23:00:00Z', 22));
      now = parseIso('2026-09-23T00:01Z');
      const days = open({ url: `${url}/{yyyy}/{MM}/{dd}/`, match: '*.csv', reach: 0, overlap: HOUR_MS });
      expect(await days.poll()).toEqual({ found: [22], failure: null });
      server.files.clear();
      expect((await days.poll()).failure).toMatchObject({ code: 'REFUSED', status: 404 });
    });

    it('leads nowhere but into its own folder, and refuses names that are no plain ones', async () => {
      const tricks = [
        '..%2f..%2fetc%2fpasswd.csv',
        '.hidden.csv',
        'a%20b.csv',
        'x.csv.part',
        'line%0abreak.csv',
        '%5c..%5cx.csv',
        'a%00.csv',
      ];
      const elsewhere = [
        '../up.csv',
        '/other/b.csv',
        'http://foreign.example/radar/c.csv',
        '//foreign.example/radar/d.csv',
        'sub/e.csv',
        'file:///etc/f.csv',
        'javascript:g.csv',
        '?C=M;O=D.csv',
      ];
      index(...tricks.map(name => row(name)), ...elsewhere.map(name => row(name)), row('good.csv'));
      server.files.set('/radar/good.csv', csvOf('2026-09-23T05:00:00Z', 1));
      const feed = open({ url: `${url}/radar/`, match: '*' });
      const { found, failure } = await feed.poll();
      expect(failure).toBeNull();
      expect(found.filter(one => one !== 1)).toHaveLength(tricks.length);
      expect(found.every(one => one === 1 || String(one).startsWith('FILE_NAME_REFUSED'))).toBe(true);
      expect(server.asked).toEqual(['/radar/', '/radar/good.csv']);
      expect(readdirSync(root)).toEqual(['in']);
      expect((await feed.poll()).found).toEqual([]); // named once
    });

    it.each([
      ['a page without links', '<html><body>Sign in</body></html>', 'LISTING_UNREADABLE'],
      ['other names only', `<a href="../">../</a><a href="README">README</a>`, 'NOTHING_THERE'],
      ['nothing', '', 'NOTHING_THERE'],
      ['bytes', '\u0000\u0001\u0002 \u0003', 'LISTING_UNREADABLE'],
      ['more than its limit', '<a href="x">'.repeat(100_000), 'TOO_LARGE'],
    ])('that holds %s is named', async (_, text, code) => {
      server.files.set('/radar/', text);
      const { found, failure } = await open({ url: `${url}/radar/`, match: '*.csv' }).poll();
      expect(found).toEqual([]);
      expect(failure).toMatchObject({ code });
    });

    it('reads a plain text of names too, and takes part of a backlog at a time', async () => {
      const names = Array.from({ length: 70 }, (_, k) => `g${100 + k}.csv`);
      server.files.set('/list/', names.map(name => `./${name}\n`).join(''));
      for (const [k, name] of names.entries()) server.files.set(`/list/${name}`, csvOf('2026-09-23T05:00:00Z', k + 1));
      const feed = open({ url: `${url}/list/`, match: 'g*.csv' });
      expect((await feed.poll()).found).toHaveLength(64);
      expect((await feed.poll()).found).toHaveLength(6);
    });
  });

  it('is asked with credentials that lie in files, within its quota, and tried without a trace', async () => {
    writeFileSync(join(root, 'key'), 's3cret\n');
    const listed = Array.from({ length: 9 }, (_, k) => `g${k}.csv`);
    server.files.set('/list/', listed.join('\n'));
    for (const [k, name] of listed.entries()) server.files.set(`/list/${name}`, csvOf('2026-09-23T05:00:00Z', k));
    const credentials = [{ header: 'Authorization', prefix: 'Bearer ', file: join(root, 'key') }];
    const settings = settingsOf({ url: `${url}/list/`, match: '*.csv', credentials });
    const check = await checkFeed(settings, ONE_GAUGE, { decoder: null as unknown as RainDecoder, now: () => now });
    expect(check).toMatchObject({ ok: true, failure: null, address: `${url}/list/`, gauges: [{ values: [5, 6, 7, 8] }] }); // the newest
    expect(new Set(server.headers.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer s3cret']));
    expect(readdirSync(root)).toEqual(['key']);
    const feed = open({ url: `${url}/list/`, match: '*.csv', quota: { requests: 4, per: HOUR_MS } });
    const { found, failure } = await feed.poll();
    expect(found).toEqual([0, 1, 2]);
    expect(failure).toMatchObject({ code: 'QUOTA_SPENT' });
    later(61);
    expect((await feed.poll()).found).toEqual([3, 4, 5]);
  });
});
