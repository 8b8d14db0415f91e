import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CyclePool, beginForecasts, enterDueCycles, takeDueCycles, type ForecastRole } from '#apps/forecast';
import { startArchive } from '#apps/ingest';
import { LocalBus } from '#bus';
import type { LoadedDomain } from '#config';
import { BEAT_MS, HOUR_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { createLogger } from '#runtime';
import { OutboxRelay, connect, type Pool } from '#store';
import { openForecastBasin } from '../../apps/freshet/src/open-forecast-basin.js';
import { archiveDischarge, archiveRain, loadCance } from '../setup/flood-fixture.js';
import { TcpProxy } from '../setup/tcp-proxy.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';

const FIRST = parseIso('2014-11-04T12:00Z');
const CYCLES = 6;

/** The simple query `commit` as it goes over the wire. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');

/** Of three commits one is lost on its way, the answer to one is lost, one goes through. */
const FATES: readonly ('before' | 'after' | null)[] = ['before', 'after', null];

// A connection that breaks at a commit leaves two stories: it never reached the database, or it did and nobody heard. Each
// commit of the cycles and of the archive is struck in turn, now this way, now that; then all must be there, once.

describe('a database that fails in the middle of a commit', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let pool: Pool;
  let domain: LoadedDomain;
  let strikes = 0;
  beforeAll(async () => {
    domain = await loadCance();
    database = await openTestDatabase();
    proxy = await TcpProxy.open(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(proxy.port);
    url.hostname = '127.0.0.1';
    pool = connect(url.href);
  });
  afterAll(async () => {
    await pool.end();
    await proxy.close();
    await database.close();
  });

  let seen = 0;
  const strike = (packet: Buffer) => {
    if (!packet.includes(COMMIT)) return null;
    const fate = FATES[seen++ % FATES.length] ?? null;
    if (fate !== null) strikes++;
    return fate;
  };
  beforeEach(() => {
    seen = 0;
    strikes = 0;
    proxy.sniff = strike;
  });

  it('computes each cycle, commits it once and announces it once', async () => {
    proxy.sniff = () => null;
    const span = { domain, runKind: 'replay' as const, from: epochMs(FIRST - 30 * HOUR_MS), to: epochMs(FIRST + CYCLES * BEAT_MS) };
    await archiveRain(database.pool, span);
    await archiveDischarge(database.pool, span);
    const basin = await openForecastBasin(domain, 'persistence');
    const cyclePool = new CyclePool([basin], 1);
    const role: ForecastRole = {
      pool,
      cyclePool,
      basins: new Map([[domain.basin, basin]]),
      runKind: 'replay',
      logger: createLogger('silent'),
      owner: 'we',
    };
    const bus = new LocalBus();
    const relay = new OutboxRelay(database.pool, bus);
    await beginForecasts(role, { spinUpEnd: () => ({ first: FIRST, asOf: FIRST }), alone: true });
    await takeDueCycles(role, bus);
    proxy.sniff = strike;
    const last = epochMs(FIRST + (CYCLES - 1) * BEAT_MS);
    await enterDueCycles({ pool: database.pool, basin, runKind: 'replay', first: FIRST }, epochMs(last + HOUR_MS / 6));
    await relay.drain();
    await bus.idle();
    const rowsOf = async (sql: string) => (await database.pool.query<Record<string, unknown>>(sql)).rows;
    const cycles = await rowsOf(`select status, attempt from cycle order by issue_time`);
    process.stderr.write(`${JSON.stringify({ commits: seen, struck: strikes, attempts: cycles.map(row => row['attempt']) })}\n`);
    expect(strikes).toBeGreaterThanOrEqual(CYCLES);
    expect(cycles).toHaveLength(CYCLES);
    expect(cycles.map(row => row['status'])).not.toContain('aborted');
    expect(cycles.some(row => row['attempt'] === 2)).toBe(true);
    expect(await rowsOf(`select count(*) from outbox where topic = 'forecast.issued.v1'`)).toEqual([{ count: CYCLES }]);
    expect(await rowsOf(`select count(*) from hydrograph`)).toEqual([{ count: CYCLES * domain.stations.length }]);
    expect(
      await rowsOf(`select count(*) from model_state m join cycle c using (basin, issue_time, run_kind) where m.hash = c.state_hash`),
    ).toEqual([{ count: CYCLES }]);
    await bus.close(1_000);
    await cyclePool.close();
  }, 120_000);

  it('archives each value once and announces it once', async () => {
    await database.pool.query('truncate observation, outbox');
    const bus = new LocalBus();
    const { basin, stations, mesh } = domain;
    await startArchive(bus, {
      pool,
      runKind: 'replay',
      logger: createLogger('silent'),
      basins: new Map([[basin, { basin, stations, cellCount: mesh.cellCount }]]),
    });
    for (let hour = 0; hour < 9; hour++) {
      const validTime = FIRST + hour * HOUR_MS;
      const receivedAt = validTime + 20 * MINUTE_MS;
      const values = [{ station: 'V3524010', variable: 'Q' as const, validTime, value: 10 + hour, unit: 'm3/s' }];
      await bus.publish('obs.gauge.v1', [
        { key: basin, id: `gauges/${receivedAt}`, value: { basin, source: 'gauges', receivedAt, values } },
      ]);
    }
    await bus.idle();
    expect(strikes).toBeGreaterThanOrEqual(9);
    const { rows } = await database.pool.query<{ values: number; revisions: number; announced: number }>(
      `select count(*) as values, max(revision) as revisions, (select count(*) from outbox) as announced from observation`,
    );
    expect(rows).toEqual([{ values: 9, revisions: 0, announced: 9 }]);
    await bus.close(1_000);
  }, 60_000);
});
