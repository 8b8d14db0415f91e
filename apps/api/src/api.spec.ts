import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { alertedBasin } from '#alerting';
import {
  AlertEventList,
  AlertList,
  AlertReply,
  BasinList,
  BasinMap,
  BasinReply,
  CycleList,
  DataStatus,
  Forecast,
  ForecastList,
  Health,
  ObservationList,
  ReplayReply,
  StationList,
  StationReply,
} from '#contracts';
import { LocalBus } from '#bus';
import { readEnvironment, type LoadedDomain } from '#config';
import { createLogger } from '#runtime';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import { OutboxRelay } from '#store';
import { startAlerting, type Alerting } from '#apps/alert';
import { archiveDischarge, archiveRain, loadCance, storeCycles } from '../../../test/setup/flood-fixture.js';
import { openStream } from '../../../test/setup/open-stream.js';
import { readProblem } from '../../../test/setup/read-problem.js';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import type { ApiContext } from './api-context.js';
import { createApi } from './create-api.js';

const BEAT = parseIso('2014-11-04T15:30Z');
/** Its cycle is known from the cut-off on. */
const NOW = epochMs(BEAT + 4 * MINUTE_MS);

/** A replay's clock that only remembers what it is told. */
function fakeReplay(speed: number | 'max' = 15, paused = false) {
  return {
    state: () => ({ now: NOW, from: parseIso('2014-11-02'), to: parseIso('2014-11-07'), speed, paused, finished: false }),
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
    },
    setSpeed: (next: number | 'max') => {
      speed = next;
    },
  };
}

describe('the API over a fixture of the flood', () => {
  let database: TestDatabase;
  let domain: LoadedDomain;
  let bus: LocalBus;
  let alerting: Alerting;
  let application: NestExpressApplication;
  let context: ApiContext;
  let url: string;
  let folder: string;
  let now: EpochMs = NOW;

  beforeAll(async () => {
    database = await openTestDatabase();
    domain = await loadCance();
    folder = mkdtempSync(join(tmpdir(), 'freshet-console-'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Freshet</title>');
    const { pool } = database;
    const span = { domain, runKind: 'replay' as const, from: epochMs(BEAT - 3 * HOUR_MS), to: BEAT };
    await archiveDischarge(pool, { ...span, from: epochMs(BEAT - 60 * HOUR_MS), to: epochMs(BEAT + HOUR_MS) });
    await archiveRain(pool, { ...span, from: epochMs(BEAT - 12.5 * HOUR_MS) });
    await storeCycles(pool, span);
    await pool.query(
      `insert into reject (basin, source, received_at, code, message) values ('cance', 'gauges', $1, 'OBSERVATION_UNDECODABLE', 'unit "ft"')`,
      [toIso(NOW)],
    );
    bus = new LocalBus();
    const relay = new OutboxRelay(pool, bus);
    const basins = [alertedBasin(domain)];
    alerting = await startAlerting({ pool, bus, runKind: 'replay', basins, onMessages: () => undefined });
    for (let hours = 3; hours >= 0; hours -= 0.25) await alerting.evaluate('cance', epochMs(NOW - hours * HOUR_MS));
    await relay.drain();
    context = {
      pool,
      bus,
      clock: { now: () => now },
      machineClock: { now: () => now },
      access: readEnvironment({}).access,
      logger: createLogger('silent'),
      runKind: 'replay',
      domains: [domain],
      replay: { basin: 'cance', clock: fakeReplay() },
      consoleFolder: folder,
      version: '0.1.0',
      onMessages: () => void relay.drain(),
      onDefect: error => {
        throw error;
      },
    };
    application = await createApi(context);
    await application.listen(0, '127.0.0.1');
    url = await application.getUrl();
  }, 60_000);
  afterAll(async () => {
    await application.close();
    await alerting.stop();
    await bus.close(1000);
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const get = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
  /** Reads a reply and holds it against its schema, in which no field may be missing or wrong. */
  async function read<S extends z.ZodType>(schema: S, path: string, init?: RequestInit): Promise<z.output<S>> {
    const response = await get(path, init);
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(body)}`);
    expect(body).toMatchObject({ runKind: 'replay', marker: 'REPLAY · EXERCISE' });
    return schema.parse(body);
  }
  const refuse = async (path: string, init?: RequestInit) => readProblem(await get(path, init));

  it('lists the basin with its worst level', async () => {
    const { basins, now: clock } = await read(BasinList, '/v1/basins');
    expect(clock).toBe('2014-11-04T15:34:00Z');
    expect(basins).toEqual([
      expect.objectContaining({ id: 'cance', cellCount: 383, stationCount: 6, worstLevel: 'red', latestIssueTime: '2014-11-04T15:30:00Z' }),
    ]);
    expect((await read(BasinReply, '/v1/basins/cance')).basin.areaKm2).toBeGreaterThan(370);
  });

  it('draws the basin in WGS84: one closed outline around all cells, rivers from cell to cell', async () => {
    const map = await read(BasinMap, '/v1/basins/cance/map');
    expect(map.cells.features).toHaveLength(383);
    expect(map.rivers.features).toHaveLength(382);
    expect(map.outline.geometry.coordinates).toHaveLength(1);
    const ring = map.outline.geometry.coordinates[0]![0]!;
    expect(ring[0]).toEqual(ring.at(-1));
    for (const [longitude, latitude] of ring) {
      expect(longitude).toBeGreaterThan(4.3);
      expect(longitude).toBeLessThan(5);
      expect(latitude).toBeGreaterThan(44.9);
      expect(latitude).toBeLessThan(45.5);
    }
    expect(areaKm2(ring)).toBeCloseTo(383, -1);
    expect(Math.max(...map.rivers.features.map(reach => reach.properties.upstreamAreaKm2))).toBeGreaterThan(300);
  });

  it('shows stations with thresholds, observation, forecast and alert; virtual ones ungauged', async () => {
    const { stations } = await read(StationList, '/v1/stations?basin=cance');
    expect(stations).toHaveLength(6);
    const outlet = stations.find(station => station.id === 'V3524010')!;
    expect(outlet.thresholds.map(threshold => threshold.level)).toEqual(['yellow', 'orange', 'red']);
    expect(outlet.observed).toMatchObject({ validTime: '2014-11-04T15:00:00Z', ageMinutes: 34, exceeds: 'red' });
    expect(outlet.observed!.changeM3sPerHour).toBeGreaterThan(0);
    expect(outlet.forecast).toMatchObject({ issueTime: '2014-11-04T15:30:00Z', exceeds: 'red', degraded: true });
    expect(outlet.forecast!.firstCrossing).toMatch(/^2014-11-04T\d\d:\d\d:00Z$/);
    expect(outlet.alert).toEqual({ level: 'red', observed: 'red', forecast: 'red', stale: false, acknowledged: false });
    for (const virtual of stations.filter(station => !station.gauged)) {
      expect(virtual.observed).toBeNull();
      expect(virtual.alert.observed).toBeNull();
      expect(virtual.forecast).not.toBeNull();
    }
    expect((await read(StationReply, '/v1/stations/V3515010')).station.id).toBe('V3515010');
  });

  it('answers with what was known at asOf', async () => {
    const path = '/v1/stations/V3524010/observations?from=2014-11-04T12:00Z&to=2014-11-04T15:00Z';
    const all = await read(ObservationList, path);
    expect(all.values.map(value => value.validTime)).toEqual(['2014-11-04T13:00:00Z', '2014-11-04T14:00:00Z', '2014-11-04T15:00:00Z']);
    const before = await read(ObservationList, `${path}&asOf=2014-11-04T15:19:59Z`);
    expect(before.values.map(value => value.validTime)).toEqual(['2014-11-04T13:00:00Z', '2014-11-04T14:00:00Z']);
    const { station } = await read(StationReply, '/v1/stations/V3524010?asOf=2014-11-04T15:19:59Z');
    expect(station.observed!.validTime).toBe('2014-11-04T14:00:00Z');
    expect(station.alert.observed).toBe('orange');
    const future = await read(ObservationList, '/v1/stations/V3524010/observations?asOf=2015-01-01');
    expect(future.asOf).toBe('2014-11-04T15:34:00Z');
  });

  it('gives the newest revision of an observation', async () => {
    const { pool } = database;
    const insert = `insert into observation (basin, station, variable, valid_time, revision, received_at, value, flag, source) values ('cance', 'V3517010', 'Q', $1, 1, $2, $3, $4, 'fixture')`;
    await pool.query(insert, ['2014-11-04T13:00Z', '2014-11-04T15:10Z', 7.5, 1]);
    const { values } = await read(ObservationList, '/v1/stations/V3517010/observations?from=2014-11-04T12:00Z&to=2014-11-04T13:00Z');
    expect(values).toEqual([expect.objectContaining({ dischargeM3s: 7.5, revision: 1, flag: 1 })]);
  });

  it('gives the latest forecast, one by issue time and the latest of a moment', async () => {
    const latest = await read(Forecast, '/v1/stations/V3524010/forecast');
    expect(latest).toMatchObject({ issueTime: '2014-11-04T15:30:00Z', current: true, gauged: true, stepSeconds: 900, outcome: 'degraded' });
    expect(latest.values).toHaveLength(96);
    expect(latest.values[0]).toMatchObject({ validTime: '2014-11-04T15:45:00Z', leadHours: 0.25 });
    for (const value of latest.values)
      expect([value.q05M3s, value.q25M3s, value.q50M3s, value.q75M3s, value.q95M3s]).toEqual(
        [...[value.q05M3s, value.q25M3s, value.q50M3s, value.q75M3s, value.q95M3s]].sort((a, b) => a - b),
      );
    expect(latest.exceedances.map(exceedance => exceedance.level)).toEqual(['yellow', 'orange', 'red']);
    expect(latest.degradations[0]).toMatchObject({ code: 'RAIN_SUBSTITUTED' });
    expect(latest.inputAges).toEqual([{ input: 'rain', newest: '2014-11-04T15:15:00Z', ageMinutes: 15 }]);
    expect(latest.rain.values).toHaveLength(192);
    expect(latest.rain.values.filter(bar => bar.origin === 'observed').at(-1)!.validTime).toBe('2014-11-04T15:15:00Z');
    const earlier = await read(Forecast, '/v1/stations/V3524010/forecast?issueTime=2014-11-04T14:00Z');
    expect(earlier).toMatchObject({ issueTime: '2014-11-04T14:00:00Z', current: false });
    const then = await read(Forecast, '/v1/stations/V3524010/forecast?asOf=2014-11-04T14:10Z');
    expect(then).toMatchObject({ issueTime: '2014-11-04T14:00:00Z', current: true });
    const { forecasts } = await read(ForecastList, '/v1/stations/V3524010/forecasts?limit=3');
    expect(forecasts.map(brief => brief.issueTime)).toEqual(['2014-11-04T15:30:00Z', '2014-11-04T15:15:00Z', '2014-11-04T15:00:00Z']);
    expect(await refuse('/v1/stations/V3524010/forecast?issueTime=2014-11-01T00:00Z')).toMatchObject({
      status: 404,
      code: 'FORECAST_NOT_FOUND',
    });
  });

  it('lists alerts worst first, grouped, with their history', async () => {
    const { alerts, groups } = await read(AlertList, '/v1/alerts?basin=cance&active=true');
    expect(alerts[0]).toMatchObject({ level: 'red', active: true });
    const group = groups.find(each => each.station === 'V3524010')!;
    expect(group).toMatchObject({ level: 'red', alert: 'replay:cance:V3524010:Q:observed:red' });
    expect(group.implies).toHaveLength(5);
    const { alert, events } = await read(AlertReply, `/v1/alerts/${encodeURIComponent('replay:cance:V3524010:Q:forecast:red')}`);
    expect(alert.impliedBy).toBe(group.alert);
    expect(events.map(event => event.phase)).toEqual(['pending', 'raised']);
    const { events: all } = await read(AlertEventList, '/v1/alert-events?station=V3524010&basis=observed');
    expect(all.map(event => event.at)).toEqual([...all.map(event => event.at)].sort());
    expect(
      (await read(AlertList, '/v1/alerts?level=red&basis=forecast')).alerts.every(
        each => each.level === 'red' && each.basis === 'forecast',
      ),
    ).toBe(true);
  });

  it('takes an acknowledgement with a name, once, and streams it', async () => {
    const id = encodeURIComponent('replay:cance:V3524010:Q:observed:red');
    const stream = await openStream(`${url}/v1/stream`);
    const post = (body: unknown) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    now = epochMs(NOW + 60_000);
    const first = await read(AlertReply, `/v1/alerts/${id}/acknowledge`, post({ operator: 'M. Durand', note: 'calling Sarras' }));
    expect(first.alert.acknowledged).toEqual({ by: 'M. Durand', at: '2014-11-04T15:35:00Z', note: 'calling Sarras' });
    expect(first.alert.reason).toContain('level of'); // why it stands stays readable
    const second = await read(AlertReply, `/v1/alerts/${id}/acknowledge`, post({ operator: 'Somebody else' }));
    expect(second.alert.acknowledged!.by).toBe('M. Durand');
    expect(second.events).toHaveLength(first.events.length);
    const told = await stream.next(event => event.kind === 'alert' && event.event.evidence?.kind === 'acknowledgement');
    expect(told).toMatchObject({
      marker: 'REPLAY · EXERCISE',
      event: { acknowledgedBy: 'M. Durand', evidence: { kind: 'acknowledgement' } },
    });
    now = NOW;
    stream.close();
    expect(await refuse(`/v1/alerts/${id}/acknowledge`, post({ operator: '  ' }))).toMatchObject({
      status: 400,
      errors: [{ parameter: 'operator' }],
    });
    expect(await refuse(`/v1/alerts/${id}/acknowledge`, post({ operator: 'A', admin: true }))).toMatchObject({
      status: 400,
      errors: [{ parameter: 'admin' }],
    });
    expect(
      await refuse(`/v1/alerts/${encodeURIComponent('replay:cance:rain:input:absence:absent')}/acknowledge`, post({ operator: 'A' })),
    ).toMatchObject({ status: 404 });
    expect(await refuse('/v1/alerts/nothing/acknowledge', post({ operator: 'A' }))).toMatchObject({ status: 404, code: 'ALERT_NOT_FOUND' });
  });

  it('streams the clock at once and forecasts when they are issued', async () => {
    const stream = await openStream(`${url}/v1/stream`);
    expect(await stream.next(event => event.kind === 'clock')).toMatchObject({ now: '2014-11-04T15:34:00Z', replay: { state: 'running' } });
    const value = { basin: 'cance', issueTime: BEAT, asOf: NOW, runKind: 'replay' as const, outcome: 'complete' as const, notifies: true };
    await bus.publish('forecast.issued.v1', [
      { key: 'cance', id: 'other', value: { ...value, runKind: 'scheduled', issueTime: 0 } },
      { key: 'cance', id: 'ours', value },
    ]);
    expect(await stream.next(event => event.kind === 'forecast')).toMatchObject({ issueTime: '2014-11-04T15:30:00Z', outcome: 'complete' });
    stream.close();
  });

  it('tells the age of every input and what was refused', async () => {
    const status = await read(DataStatus, '/v1/data-status');
    expect(status.inputs.map(input => [input.input, input.state])).toEqual([
      ['rain', 'fresh'],
      ...domain.stations.filter(station => station.gauged).map(station => [station.id, 'fresh']),
      ['cycle', 'fresh'],
    ]);
    expect(status).toMatchObject({ rejects24h: 1, rejects: [{ code: 'OBSERVATION_UNDECODABLE', message: 'unit "ft"' }] });
    now = epochMs(NOW + 5 * HOUR_MS);
    const later = await read(DataStatus, '/v1/data-status');
    now = NOW;
    expect(later.inputs.find(input => input.input === 'rain')).toMatchObject({ state: 'silent', silentAfterMinutes: 105 });
  });

  it('shows the ledger', async () => {
    const { cycles } = await read(CycleList, '/v1/basins/cance/cycles?limit=2');
    expect(cycles).toHaveLength(2);
    expect(cycles[0]).toMatchObject({
      issueTime: '2014-11-04T15:30:00Z',
      status: 'degraded',
      stateHash: 'hash-2014-11-04T15:30:00Z',
      durationMs: 90,
    });
    expect(cycles[0]!.previousHash).toBe(cycles[1]!.stateHash);
  });

  it('steers the replay', async () => {
    const post = (body: unknown) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect((await read(ReplayReply, '/v1/replay')).replay).toMatchObject({ state: 'running', speedMinutesPerSecond: 15 });
    expect((await read(ReplayReply, '/v1/replay/pause', post({}))).replay!.state).toBe('paused');
    expect((await read(ReplayReply, '/v1/replay/speed', post({ minutesPerSecond: null }))).replay!.speedMinutesPerSecond).toBeNull();
    expect((await read(ReplayReply, '/v1/replay/resume', { method: 'POST' })).replay!.state).toBe('running');
    expect(await refuse('/v1/replay/speed', post({ minutesPerSecond: -1 }))).toMatchObject({
      status: 400,
      errors: [{ parameter: 'minutesPerSecond' }],
    });
  });

  it('says whether it lives and can serve', async () => {
    expect(await read(Health, '/v1/health/live')).toMatchObject({ status: 'ok', version: '0.1.0' });
    expect((await read(Health, '/v1/health/ready')).checks).toContainEqual({ name: 'database', ok: true, message: 'answers' });
  });

  it('gives rows as CSV on request', async () => {
    const response = await get('/v1/stations/V3524010/forecast?format=csv');
    expect(response.headers.get('content-type')).toContain('text/csv');
    const lines = (await response.text()).split('\r\n');
    expect(lines[0]).toContain('runKind,marker,now,basin,station');
    expect(lines[0]).toContain('validTime,leadHours,q05M3s');
    expect(lines).toHaveLength(98);
    expect(lines[1]).toContain('REPLAY · EXERCISE');
    const accepted = await get('/v1/stations', { headers: { accept: 'text/csv' } });
    expect((await accepted.text()).split('\r\n')).toHaveLength(8);
    expect((await get('/v1/stations', { headers: { accept: '*/*' } })).headers.get('content-type')).toContain('application/json');
  });

  it('answers 503 and says so when the database does not answer', async () => {
    const gone = {
      ...context,
      pool: {
        query: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
      } as unknown as ApiContext['pool'],
    };
    const other = await createApi(gone);
    await other.listen(0, '127.0.0.1');
    const base = await other.getUrl();
    const refused = await fetch(`${base}/v1/stations`);
    const ready = await fetch(`${base}/v1/health/ready`);
    const live = await fetch(`${base}/v1/health/live`);
    await other.close();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({ code: 'SQL_UNAVAILABLE' });
    expect(ready.status).toBe(503);
    expect(live.status).toBe(200);
  });
});

/** Spherical excess is nothing at this size: an equirectangular shoelace in km². */
function areaKm2(ring: readonly (readonly number[])[]): number {
  const shrink = Math.cos((45.15 * Math.PI) / 180) * 111.32;
  return Math.abs(
    ring.reduce((sum, [x, y], k) => {
      const [nextX, nextY] = ring[(k + 1) % ring.length]!;
      return sum + (x! * shrink * nextY! * 111.2 - nextX! * shrink * y! * 111.2) / 2;
    }, 0),
  );
}
