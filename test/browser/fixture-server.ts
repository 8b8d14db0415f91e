import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { LoadedDomain } from '#config';
import {
  AccessReply,
  Acknowledgement,
  AlertList,
  AlertReply,
  BasinList,
  BasinMap,
  DataStatus,
  Forecast,
  ForecastList,
  ObservationList,
  OperatorActList,
  ReanalysisReply,
  ReplayReply,
  ReplaySpeed,
  StationList,
  StreamEvent,
  VerdictDecided,
  VerdictList,
  VerdictReply,
} from '#contracts';
import type { z } from 'zod';
import { fixtureAnswers, type FixtureAnswers } from './fixture-answers.js';
import { fixtureMap } from './fixture-map.js';
import type { Scene } from './fixture-scene.js';

export interface FixtureServer {
  readonly url: string;
  /** What the next reads see. */
  scene: Scene;
  /** Drops every connection instead of answering. */
  down: boolean;
  close(): Promise<void>;
}

interface Desk {
  readonly domain: LoadedDomain;
  readonly fixture: FixtureServer;
  readonly streams: Set<ServerResponse>;
}

const PUBLIC = 'dist/apps/console/public';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
};

/** Serves the console and canned answers of /v1; every answer is checked against its contract before it leaves. */
export async function startFixtureServer(domain: LoadedDomain, scene: Scene, port = 0): Promise<FixtureServer> {
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (fixture.down) request.socket.destroy();
    else
      answer(request, response, { domain, fixture, streams }).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
  });
  const beat = setInterval(() => {
    if (fixture.down) server.closeAllConnections();
    for (const stream of streams) sendClock(stream, fixtureAnswers(domain, fixture.scene));
  }, 1_000);
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fixture: FixtureServer = { url, scene, down: false, close: () => close(server, beat) };
  return fixture;
}

async function answer(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fixture');
  if (!url.pathname.startsWith('/v1/')) {
    sendFile(url.pathname, response);
  } else if (url.pathname === '/v1/stream') {
    openStream(request, response, desk);
  } else {
    const reply = request.method === 'POST' ? command(url.pathname, JSON.parse(await readBody(request)), desk) : read(url, desk);
    response.writeHead(reply === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply ?? { status: 404, detail: `${url.pathname} is not here`, remedy: '' }));
  }
}

function read(url: URL, { domain, fixture }: Desk): unknown {
  const answers = fixtureAnswers(domain, fixture.scene);
  const path = url.pathname.slice('/v1/'.length);
  const [, station, what] = /^stations\/([^/]+)\/(forecast|forecasts|observations|verdicts)$/.exec(path) ?? [];
  if (station && what) return readStation(answers, { id: station, what, issueTime: url.searchParams.get('issueTime') });
  if (/^basins\/[^/]+\/map$/.test(path)) return checked(BasinMap, { ...answers.kind, ...fixtureMap(domain) });
  if (/^basins\/[^/]+\/reanalysis$/.test(path)) return checked(ReanalysisReply, answers.reanalysis());
  if (path === 'operator-acts') return checked(OperatorActList, answers.acts());
  if (path === 'access') return checked(AccessReply, { ...answers.kind, access: 'open', caller: null, mayRead: true, mayAct: true });
  if (path === 'basins') return checked(BasinList, answers.basins());
  if (path === 'stations') return checked(StationList, answers.stations());
  if (path === 'alerts') return checked(AlertList, answers.alerts());
  if (path === 'data-status') return checked(DataStatus, answers.status());
  if (path === 'replay') return checked(ReplayReply, answers.replay());
  return null;
}

function readStation(
  answers: FixtureAnswers,
  asked: { readonly id: string; readonly what: string; readonly issueTime: string | null },
): unknown {
  if (asked.what === 'observations') return checked(ObservationList, answers.observations(asked.id));
  if (asked.what === 'verdicts') return checked(VerdictList, answers.verdicts(asked.id));
  if (asked.what === 'forecasts') return checked(ForecastList, answers.forecasts(asked.id));
  const forecast = answers.forecast(asked.id, asked.issueTime === null ? null : Date.parse(asked.issueTime));
  return forecast && checked(Forecast, forecast);
}

function command(path: string, body: unknown, { domain, fixture }: Desk): unknown {
  const [, alert] = /^\/v1\/alerts\/([^/]+)\/acknowledge$/.exec(path) ?? [];
  if (alert !== undefined) return acknowledge(decodeURIComponent(alert), Acknowledgement.parse(body).operator, { domain, fixture });
  if (path === '/v1/stations/V3524010/verdicts') return decide(VerdictDecided.parse(body), { domain, fixture });
  if (path === '/v1/replay/pause') fixture.scene = { ...fixture.scene, paused: true };
  if (path === '/v1/replay/resume') fixture.scene = { ...fixture.scene, paused: false };
  if (path === '/v1/replay/speed') fixture.scene = { ...fixture.scene, speed: ReplaySpeed.parse(body).minutesPerSecond };
  return checked(ReplayReply, fixtureAnswers(domain, fixture.scene).replay());
}

function acknowledge(id: string, operator: string, { domain, fixture }: Pick<Desk, 'domain' | 'fixture'>): unknown {
  const at = new Date(fixture.scene.now).toISOString();
  fixture.scene = { ...fixture.scene, acknowledged: { ...fixture.scene.acknowledged, [id]: { by: operator, at } } };
  const answers = fixtureAnswers(domain, fixture.scene);
  const alert = answers.alerts().alerts.find(one => one.id === id);
  return alert ? checked(AlertReply, { ...answers.kind, alert, events: [] }) : null;
}

function decide({ operator, ...decided }: VerdictDecided, { domain, fixture }: Pick<Desk, 'domain' | 'fixture'>): unknown {
  const { now, verdicts } = fixture.scene;
  const verdict = { ...decided, seq: verdicts.length + 1, by: operator, at: new Date(now).toISOString(), superseded: false };
  const older = verdicts.map(one => ({ ...one, superseded: one.superseded || (one.from === verdict.from && one.to === verdict.to) }));
  fixture.scene = { ...fixture.scene, verdicts: [verdict, ...older] };
  const { kind } = fixtureAnswers(domain, fixture.scene);
  return checked(VerdictReply, { ...kind, basin: domain.basin, station: 'V3524010', verdict, values: 1 });
}

const checked = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value);

function openStream(request: IncomingMessage, response: ServerResponse, desk: Desk): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  desk.streams.add(response);
  request.on('close', () => desk.streams.delete(response));
  sendClock(response, fixtureAnswers(desk.domain, desk.fixture.scene));
}

function sendClock(stream: ServerResponse, answers: FixtureAnswers): void {
  const event = checked(StreamEvent, { kind: 'clock', ...answers.replay() });
  stream.write(`event: clock\ndata: ${JSON.stringify(event)}\n\n`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function sendFile(path: string, response: ServerResponse): void {
  const file = join(PUBLIC, normalize(path === '/' ? '/index.html' : path));
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
}

async function close(server: Server, beat: NodeJS.Timeout): Promise<void> {
  clearInterval(beat);
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
}
