import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, migrate, type EmbeddedDatabase } from '#store';
import { TcpProxy } from '../setup/tcp-proxy.js';
import { freePort } from '../stack/free-port.js';
import { startBroker, type Broker } from '../stack/kafka-broker.js';
import { KAFKA, TIMESCALE } from '../stack/prepare.js';
import { RoleProcess } from '../stack/role-process.js';
import { startTimescale } from '../stack/timescale.js';
import { CYCLES, Deployment, REPLAY, outcomeOf, type Outcome } from './deployment.js';
import { until } from './until.js';

/** Longer than the client's own tries, shorter than a test should last; ten minutes were measured once (docs/guides/deploy.md). */
const AWAY_MS = Number(process.env.FRESHET_AWAY_MS ?? 12_000);
const CUTS = 6;

describe('broker, database and network that go away during a replay', () => {
  let root: string;
  let broker: Broker;
  let database: EmbeddedDatabase;
  let startDatabase: () => Promise<EmbeddedDatabase>;
  let networks: { readonly kafka: TcpProxy; readonly sql: TcpProxy };
  let embedded: Outcome;
  let deployment: Deployment;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-away-'));
    const port = await freePort();
    startDatabase = () => startTimescale(TIMESCALE, join(root, 'timescale'), { port });
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    networks = { kafka: await TcpProxy.open(ports[0]), sql: await TcpProxy.open(port) };
    broker = await startBroker({ jars: KAFKA, folder: join(root, 'kafka'), ports, advertised: networks.kafka.port });
    database = await startDatabase();
    const url = await database.ensureDatabase('freshet');
    const pool = connect(url, { maxConnections: 1 });
    await migrate(pool);
    await pool.end();
    const alone = new RoleProcess({ args: REPLAY, env: {}, log: join(root, 'embedded.log') });
    alone.start();
    expect(await alone.ended()).toBe(0);
    embedded = outcomeOf(alone);
    const sql = new URL(url);
    sql.port = String(networks.sql.port);
    deployment = Deployment.start(root, sql.href, { brokers: broker.brokers, prefix: 'away.' });
  }, 240_000);
  afterAll(async () => {
    await deployment.close();
    await broker.stop();
    await database.stop();
    await Promise.all([networks.kafka.close(), networks.sql.close()]);
    rmSync(root, { recursive: true, force: true });
  });
  const finished = async () => {
    deployment.assertRunning();
    return (await deployment.cycles('finished_at is not null')).length;
  };
  const finishMore = async (count: number) => {
    const before = await finished();
    await until(async () => (await finished()) >= before + count, 120_000).catch(async (cause: unknown) => {
      throw new Error(`after ${before} of ${CYCLES} cycles: ${await deployment.describe()}`, { cause });
    });
  };

  it(
    'loses nothing, does nothing twice and needs no restart',
    async () => {
      await until(async () => (await finished()) >= 1, 120_000);
      networks.kafka.delayMs = networks.sql.delayMs = 50; // each way: a hundred a round trip, and a beat takes many
      await finishMore(1);
      networks.kafka.delayMs = networks.sql.delayMs = 0;
      for (let cut = 0; cut < CUTS; cut++) {
        networks[cut % 2 === 0 ? 'kafka' : 'sql'].cut();
        await delay(300);
      }
      await finishMore(1);
      await broker.kill();
      await delay(AWAY_MS);
      await broker.start();
      await finishMore(2);
      await database.stop();
      await delay(AWAY_MS);
      database = await startDatabase();
      expect(await deployment.outcome()).toEqual(embedded);
      expect(await deployment.cycles()).toHaveLength(CYCLES);
      expect(await deployment.announced()).toBe(CYCLES);
      const { kafka, sql } = networks;
      process.stderr.write(`${JSON.stringify({ awayMs: AWAY_MS, cut: { kafka: kafka.cuts, sql: sql.cuts }, cycles: CYCLES })}\n`);
      for (const role of Object.values(deployment.roles)) expect(role.isRunning()).toBe(true);
    },
    300_000 + 4 * AWAY_MS,
  );
});
