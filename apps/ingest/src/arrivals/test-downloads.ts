import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DownloadSettings, GaugeSettings, LoadedDomain } from '#config';
import { DAY_MS, HOUR_MS, epochMs, type EpochMs } from '#hydrology';
import type { RawObservation } from '#observation';
import type { RainDecoder } from '../decode/rain-decoder.js';
import { openFeed, type OpenedFeed } from '../feeds/open-feed.js';
import { csvSource } from './test-csv-source.js';

/** A server of files whose every answer a test may write itself. */
export class TestFiles {
  /** Path: its content, or what answers in its place. */
  readonly files = new Map<string, string | RequestListener>();
  readonly asked: string[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  #server: Server | null = null;

  async listen(): Promise<string> {
    this.#server = createServer((request, response) => {
      this.#answer(request, response);
    });
    await new Promise<void>(listening => this.#server!.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.url!);
    this.headers.push(request.headers);
    const found = this.files.get(request.url!);
    if (typeof found === 'function') found(request, response);
    else response.writeHead(found === undefined ? 404 : 200).end(found ?? 'not found');
  }
}

export const csvOf = (time: string, value: number): string => `station,time,value\nG1,${time},${value}\n`;

/** A source of CSV files whose folder is filled from plain addresses. */
export const downloadedCsv = (folder: string, download: Partial<DownloadSettings> & { readonly url: string }): GaugeSettings =>
  csvSource(folder, {
    download: {
      ...{ credentials: [], timeout: 2000, largestMb: 1, backOff: { first: 1000, longest: 1_800_000 }, offset: 0, delay: 0 },
      ...{ overlap: 3 * HOUR_MS, reach: DAY_MS },
      ...download,
    },
  });

export const ONE_GAUGE = { folder: '/', stations: [{ id: 'G1', gauged: true }] } as unknown as LoadedDomain;

export const openCsv = (settings: GaugeSettings, now: () => EpochMs): OpenedFeed =>
  openFeed(settings, { domain: ONE_GAUGE, decoder: null as unknown as RainDecoder, now, services: new Map() });

export interface Poll {
  /** Values, and of rejects their code and the end of the address. */
  readonly found: readonly (number | string | null)[];
  readonly failure: unknown;
}

/** Polls as operations do: from the last success on. */
export class Poller {
  #succeededAt: number | null = null;

  constructor(
    private readonly feed: OpenedFeed,
    private readonly now: () => EpochMs,
  ) {}

  async poll(): Promise<Poll> {
    const { source, reachMs, overlapMs } = this.feed;
    const found: RawObservation[] = [];
    const until = this.now();
    const window = { after: epochMs(Math.max(this.#succeededAt ?? -Infinity, until - reachMs) - overlapMs), until };
    let failure: unknown = null;
    try {
      for await (const one of source.poll(window, new AbortController().signal)) found.push(one);
      if (source.behind?.() !== true) this.#succeededAt = until;
    } catch (cause) {
      failure = cause;
    }
    await source.taken!();
    return { found: found.map(sayOne), failure };
  }
}

function sayOne(one: RawObservation): number | string | null {
  if (one.kind === 'gauge') return one.value;
  return one.kind === 'reject' ? `${one.code} ${one.subject.slice(one.subject.lastIndexOf('/') + 1)}` : null;
}
