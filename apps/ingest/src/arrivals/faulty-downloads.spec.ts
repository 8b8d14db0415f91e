import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DownloadSettings } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { Poller, TestFiles, csvOf, downloadedCsv, openCsv } from './test-downloads.js';

const WHOLE = csvOf('2026-09-23T05:00:00Z', 5);

/** What a server does to one file, what the source says of it, and whether the other file of the poll is had all the same. */
interface Fault {
  readonly what: string;
  readonly answer: RequestListener;
  readonly failure: object;
  readonly othersGoOn: boolean;
  /** It is refused for good and named; otherwise it is had when the server is well again. */
  readonly refused?: string;
}

const drip: RequestListener = (_request, response) => {
  const timer = setInterval(() => response.write('x'), 20);
  response.on('close', () => {
    clearInterval(timer);
  });
};

const FAULTS: readonly Fault[] = [
  {
    what: 'answers 503 and says when to come back',
    answer: (_request, response) => response.writeHead(503, { 'retry-after': '120' }).end('<html>down</html>'),
    failure: { code: 'REFUSED', status: 503, retryAfterMs: 120_000 },
    othersGoOn: false,
  },
  {
    what: 'breaks off in the middle of the body',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': WHOLE.length });
      response.write(WHOLE.slice(0, 20), () => response.destroy());
    },
    failure: { code: 'CUT_SHORT', message: expect.stringContaining('breaks off after 20 bytes') },
    othersGoOn: true,
  },
  {
    what: 'breaks off between two chunks',
    answer: (_request, response) => {
      response.writeHead(200);
      response.write(WHOLE.slice(0, 20), () => response.destroy());
    },
    failure: { code: 'CUT_SHORT' },
    othersGoOn: true,
  },
  {
    what: 'says a longer Content-Length than it sends',
    answer: (request, response) => {
      request.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${WHOLE.length + 100}\r\n\r\n${WHOLE}`);
      response.detachSocket(request.socket);
    },
    failure: { code: 'CUT_SHORT' },
    othersGoOn: true,
  },
  {
    what: 'sends on to a foreign host',
    answer: (_request, response) => response.writeHead(302, { location: 'http://foreign.example/a.csv' }).end(),
    failure: { code: 'MOVED', message: expect.stringContaining('foreign.example') },
    othersGoOn: false,
  },
  {
    what: 'sends around in a circle',
    answer: (request, response) => response.writeHead(302, { location: request.url! }).end(),
    failure: { code: 'MOVED', message: expect.stringContaining('more than 3 times') },
    othersGoOn: false,
  },
  {
    what: 'sends drop by drop',
    answer: drip,
    failure: { code: 'TIMED_OUT' },
    othersGoOn: false,
  },
  {
    what: 'sends without end',
    answer: (_request, response) => {
      const more = () => {
        if (!response.destroyed) response.write('x'.repeat(65_536), more);
      };
      more();
    },
    failure: { code: 'TOO_LARGE' },
    othersGoOn: true,
    refused: 'FILE_TOO_LARGE a_202609230545.csv',
  },
];

describe('a server of files that', () => {
  let server: TestFiles;
  let url: string;
  let root: string;
  let now: EpochMs;
  beforeEach(async () => {
    server = new TestFiles();
    url = await server.listen();
    root = mkdtempSync(join(tmpdir(), 'freshet-faulty-'));
    now = parseIso('2026-09-23T06:00Z');
  });
  afterEach(() => {
    server.close();
    rmSync(root, { recursive: true, force: true });
  });
  /** Long enough for a busy machine, unless it is the time itself that is tried. */
  const open = (download: Partial<DownloadSettings> & { url: string }, timeout = 10_000) =>
    new Poller(
      openCsv(downloadedCsv(join(root, 'in'), { timeout, ...download }), () => now),
      () => now,
    );
  const numbers = (found: readonly unknown[]) => found.filter(one => typeof one === 'number');
  const whole = () => readdirSync(join(root, 'in')).filter(name => name !== 'archive');

  /** The first file is of the faulty address, the second one is well. */
  const FIRST = '/a_202609230545.csv';
  const SECOND = '/a_202609230600.csv';
  const WAYS: readonly (readonly [way: string, download: (origin: string) => Partial<DownloadSettings> & { url: string }])[] = [
    ['times', origin => ({ url: `${origin}/a_{yyyyMMddHHmm}.csv`, step: 15 * MINUTE_MS, overlap: HOUR_MS / 2, reach: 15 * MINUTE_MS })],
    ['an index', origin => ({ url: `${origin}/`, match: 'a_{yyyyMMddHHmm}.csv' })],
  ];

  for (const [way, download] of WAYS) {
    it.each(FAULTS)(
      `$what is named, and the files of ${way} are had when it is well again`,
      async ({ answer, othersGoOn, failure, refused }) => {
        const second = csvOf('2026-09-23T05:15:00Z', 6);
        server.files.set('/', '<a href="a_202609230545.csv">a</a> <a href="a_202609230600.csv">a</a> ');
        for (const time of ['15', '30']) server.files.set(`/a_2026092305${time}.csv`, csvOf('2026-09-23T04:00:00Z', 4));
        server.files.set(FIRST, answer).set(SECOND, second);
        const source = open(download(url), answer === drip ? 400 : undefined);
        const polls = [await source.poll()];
        const isNamed = polls[0]!.failure !== null || polls[0]!.found.includes(refused ?? '');
        if (othersGoOn) expect(numbers(polls[0]!.found)).toContain(6);
        else expect(polls[0]!.failure).toMatchObject(failure);
        if (refused !== undefined) expect(isNamed).toBe(true);
        expect(whole()).toEqual([]); // nothing of a part lies in the folder
        server.files.set(FIRST, WHOLE);
        for (let k = 0; k < 10; k++) {
          now = epochMs(now + MINUTE_MS);
          polls.push(await source.poll());
        }
        const values = polls.flatMap(({ found }) => numbers(found)).filter(value => value !== 4);
        expect(values.sort()).toEqual(refused === undefined ? [5, 6] : [6]);
        expect(polls.at(-1)!.failure).toBeNull();
      },
    );
  }

  it.each(FAULTS)(
    '$what is named where there is one address alone, and what it has is had when it is well again',
    async ({ answer, failure }) => {
      server.files.set('/latest.csv', answer);
      const source = open({ url: `${url}/latest.csv`, largestMb: 1 });
      expect(await source.poll()).toMatchObject({ found: [], failure });
      expect(whole()).toEqual([]);
      server.files.set('/latest.csv', WHOLE);
      expect(await source.poll()).toEqual({ found: [5], failure: null });
    },
  );

  it('breaks off at one file for ever does not hold up the others, and that file is named in the end', async () => {
    const source = open({ ...WAYS[0]![1](url), overlap: HOUR_MS });
    for (const time of ['0500', '0515', '0530']) server.files.set(`/a_20260923${time}.csv`, csvOf('2026-09-23T04:00:00Z', 4));
    server.files.set(FIRST, FAULTS[1]!.answer).set(SECOND, csvOf('2026-09-23T05:00:00Z', 6));
    const found: unknown[] = [];
    for (let k = 0; k < 60; k++) {
      for (const time of ['0615', '0630', '0645', '0700'])
        server.files.set(`/a_20260923${time}.csv`, csvOf(`2026-09-23T0${time[1]!}:${time.slice(2)}:00Z`, 7));
      const poll = await source.poll();
      found.push(...poll.found);
      now = epochMs(now + MINUTE_MS);
    }
    expect(found.filter(one => one === 7)).toHaveLength(3); // up to 06:59
    expect(found.filter(one => one === `FILE_NEVER_CAME ${FIRST.slice(1)}`)).toHaveLength(1);
  });

  it('says a shorter Content-Length than it has gives a file that its decoder refuses by name', async () => {
    server.files.set('/latest.csv', (request, response) => {
      request.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${WHOLE.length - 3}\r\nConnection: close\r\n\r\n${WHOLE}`);
      response.detachSocket(request.socket);
    });
    const source = open({ url: `${url}/latest.csv` });
    const { found } = await source.poll();
    expect(found).toEqual([expect.stringMatching(/^\w+ latest_\w{8}\.csv$/)]);
    server.files.set('/latest.csv', WHOLE); // another content, so it is taken
    expect(await source.poll()).toEqual({ found: [5], failure: null });
  });
});
