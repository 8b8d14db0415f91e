import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, migrate, type EmbeddedDatabase } from '#store';
import { freePort } from '../stack/free-port.js';
import { startBroker, type Broker } from '../stack/kafka-broker.js';
import { KAFKA, TIMESCALE } from '../stack/prepare.js';
import { RoleProcess } from '../stack/role-process.js';
import { startTimescale } from '../stack/timescale.js';
import { CYCLES, Deployment, REPLAY, outcomeOf, type Outcome } from './deployment.js';
import { until } from './until.js';

/** Longer than the client's own tries, shorter than a test should last. */
const AWAY_MS = 12_000;

describe('broker and database that go away during a replay', () => {
  let root: string;
  let broker: Broker;
  let database: EmbeddedDatabase;
  let startDatabase: () => Promise<EmbeddedDatabase>;
  let embedded: Outcome;
  let deployment: Deployment;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-away-'));
    const port = await freePort();
    startDatabase = () => startTimescale(TIMESCALE, join(root, 'timescale'), { port });
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    broker = await startBroker({ jars: KAFKA, folder: join(root, 'kafka'), ports });
    database = await startDatabase();
    const url = await database.ensureDatabase('freshet');
    const pool = connect(url, { maxConnections: 1 });
    await migrate(pool);
    await pool.end();
    const alone = new RoleProcess({ args: REPLAY, env: {}, log: join(root, 'embedded.log') });
    alone.start();
    expect(await alone.ended()).toBe(0);
    embedded = outcomeOf(alone);
    deployment = Deployment.start(root, url, { brokers: broker.brokers, prefix: 'away.' });
  });
  afterAll(async () => {
    await deployment.close();
    await broker.stop();
    await database.stop();
    rmSync(root, { recursive: true, force: true });
  });
  const finished = async () => {
    deployment.assertRunning();
    return countFinished();
  };
  const countFinished = async () => (await deployment.cycles('finished_at is not null')).length;

  it('loses nothing, does nothing twice and needs no restart', async () => {
    await until(async () => (await finished()) >= 2, 120_000);
    await broker.kill();
    await delay(AWAY_MS);
    await broker.start();
    const before = await finished();
    await until(async () => (await finished()) >= before + 2);
    await database.stop();
    await delay(AWAY_MS);
    database = await startDatabase();
    expect(await deployment.outcome()).toEqual(embedded);
    expect(await deployment.cycles()).toHaveLength(CYCLES);
    for (const role of Object.values(deployment.roles)) expect(role.isRunning()).toBe(true);
  }, 240_000);
});
