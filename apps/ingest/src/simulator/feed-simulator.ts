import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { faultAt, type FeedFaultKind } from './feed-fault.js';
import { HTTP_DIALECTS, type SimulatedAnswer } from './http-dialects.js';
import type { SimulatedWorld } from './simulated-world.js';

export interface SimulatorOptions extends SimulatedWorld {
  /** A folder whose files are served as they are under /fixtures/; null = none. */
  readonly fixtures: string | null;
  /** How long a slow service takes. */
  readonly slowMs: number;
}

const UNAVAILABLE: SimulatedAnswer = { status: 503, type: 'text/html', body: '<html>Service Unavailable</html>' };

const isOfRain = ({ pathname }: URL): boolean => /^\/(bucket|files)\b/.test(pathname);

const firstHalf = <T extends string | Buffer>(body: T): T => body.slice(0, Math.floor(body.length / 2)) as T;

/** Services of a simulated world over HTTP: for development and tests, on this machine only. */
export class FeedSimulator {
  #server: Server | null = null;
  /** Requests that were answered, by status. */
  readonly answered = new Map<number, number>();

  constructor(private readonly options: SimulatorOptions) {}

  /** What it serves; files of rain are made once for it. */
  get world(): SimulatedWorld {
    return this.options;
  }

  /** @returns the address; port 0 takes a free one. */
  async listen(port: number): Promise<string> {
    const server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    this.#server = server;
    await new Promise<void>((listening, failed) => server.once('error', failed).listen(port, '127.0.0.1', listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise(closed => server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    const inputs = [isOfRain(url) ? 'rain' : 'gauges'];
    const has = (kind: FeedFaultKind) => faultAt(this.options.faults, kind, { time: this.options.now(), inputs }) !== undefined;
    if (has('slow')) await delay(this.options.slowMs);
    const answer = has('503') ? UNAVAILABLE : await this.#answer(url);
    const etag = `"${createHash('sha256').update(answer.body).digest('hex').slice(0, 32)}"`;
    if (answer.status < 300 && request.headers['if-none-match'] === etag) {
      this.#send(response, { ...answer, status: 304, body: '' });
      return;
    }
    response.setHeader('etag', etag);
    if (!has('truncated')) this.#send(response, answer);
    else if (isOfRain(url)) this.#breakOff(response, answer);
    else this.#send(response, { ...answer, body: firstHalf(answer.body) });
  }

  /** As a connection that is lost amid an answer. */
  #breakOff(response: ServerResponse, { status, type, body }: SimulatedAnswer): void {
    this.answered.set(status, (this.answered.get(status) ?? 0) + 1);
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.write(firstHalf(body), () => response.destroy());
  }

  async #answer(url: URL): Promise<SimulatedAnswer> {
    for (const { path, answer } of HTTP_DIALECTS) {
      const match = path.exec(url.pathname);
      if (match !== null) return answer(this.options, url, match);
    }
    const fixture = await this.#fixture(url.pathname);
    return fixture ?? { status: 404, type: 'text/plain', body: `nothing is simulated at ${url.pathname}` };
  }

  /** A file below the folder of fixtures, never one outside of it. */
  async #fixture(pathname: string): Promise<SimulatedAnswer | null> {
    const { fixtures } = this.options;
    if (fixtures === null || !pathname.startsWith('/fixtures/')) return null;
    try {
      const path = await realpath(join(resolve(fixtures), decodeURIComponent(pathname.slice('/fixtures/'.length))));
      if (!path.startsWith((await realpath(fixtures)) + sep)) return null;
      return { status: 200, type: 'application/octet-stream', body: await readFile(path) };
    } catch {
      return null;
    }
  }

  #send(response: ServerResponse, { status, type, body }: SimulatedAnswer): void {
    this.answered.set(status, (this.answered.get(status) ?? 0) + 1);
    response.writeHead(status, { 'content-type': type }).end(body);
  }
}
