import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fetchAnswer, type Asked } from './fetch-answer.js';

const servers: Server[] = [];
const serve = async (listener: RequestListener): Promise<URL> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/values?key=secret`);
};
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
const ask = (url: URL, changes: Partial<Asked> = {}) =>
  fetchAnswer({ url, headers: {}, known: null, timeoutMs: 2000, largestBytes: 1e6, ...changes }, new AbortController().signal);

describe('asking a service', () => {
  it('tells back what the service said about its last answer', async () => {
    const url = await serve((request, response) => {
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else response.writeHead(206, { etag: '"1"', 'last-modified': 'Tue, 04 Nov 2014 06:00:00 GMT' }).end('values');
    });
    const first = await ask(url);
    expect(first).toEqual({ kind: 'text', text: 'values', validators: { etag: '"1"', lastModified: 'Tue, 04 Nov 2014 06:00:00 GMT' } });
    expect(await ask(url, { known: first.kind === 'text' ? first.validators : null })).toEqual({ kind: 'unchanged' });
  });

  it('names status, remedy and when to come back, never the query', async () => {
    const url = await serve((_request, response) => response.writeHead(429, { 'retry-after': '90' }).end());
    await expect(ask(url)).rejects.toMatchObject({
      ...{ code: 'REFUSED', status: 429, retryAfterMs: 90_000 },
      message: `${url.origin}/values answers with HTTP 429; it is asked too often: set a longer interval or a quota`,
    });
  });

  it('gives up on an answer that comes drop by drop', async () => {
    const url = await serve((_request, response) => {
      response.write('a');
      const drip = setInterval(() => response.write('a'), 50);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    await expect(ask(url, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it('stops reading what unpacks without end', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000)); // 50 kB on the wire
    const url = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    await expect(ask(url)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('goes where it is sent on the same host only, with a secret in its pocket', async () => {
    const other = await serve((_request, response) => response.end('caught'));
    const url = await serve((request, response) => {
      if (request.url === '/new') response.end('here');
      else response.writeHead(302, { location: request.url?.startsWith('/away') ? other.href : '/new' }).end();
    });
    expect(await ask(url)).toMatchObject({ text: 'here' });
    await expect(ask(new URL('/away', url), { headers: { 'x-key': 'secret' } })).rejects.toMatchObject({ code: 'MOVED' });
  });

  it('says that nobody is there', async () => {
    const url = await serve(() => undefined);
    await new Promise(closed => servers.splice(0)[0]!.close(closed));
    await expect(ask(url)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
