import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { CYCLES, Deployment, playAlone, type Outcome } from './deployment.js';
import { kafkaSettings } from './services.js';
import { until } from './until.js';

describe('a replay through Kafka, TimescaleDB and processes of their own', () => {
  let root: string;
  let embedded: Outcome;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-distributed-'));
    embedded = await playAlone(root);
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  let deployment: Deployment;
  let database: TestDatabase | undefined;
  const deploy = async () => {
    database = await openTestDatabase();
    deployment = Deployment.start(root, database.url, kafkaSettings());
  };
  afterEach(async () => {
    if (database === undefined) return; // the spec started nothing
    await deployment.close();
    await database.close();
    database = undefined;
  });

  it('has something to compare', () => {
    expect(embedded.cycles).toMatchObject({ aborted: 0 });
    expect(embedded.cycles['degraded']).toBeGreaterThan(0);
    expect(embedded.alerts.filter(({ phase }) => phase === 'raised').length).toBeGreaterThan(0);
  });

  it('gives the states and alerts of the embedded replay', async () => {
    await deploy();
    expect(await deployment.outcome()).toEqual(embedded);
  });

  it('gives the same when one role after the other is killed', async () => {
    await deploy();
    const names = ['ingest', 'forecast', 'alert', 'other'] as const;
    for (const [k, name] of names.entries()) {
      await until(async () => (await deployment.cycles('finished_at is not null')).length >= 2 * k + 1);
      await delay(50 * k); // not always at the same point of a beat
      await deployment.roles[name].kill();
      deployment.roles[name].start();
    }
    expect(await deployment.outcome()).toEqual(embedded);
    expect(await deployment.cycles()).toHaveLength(CYCLES);
  }, 240_000);

  it('takes over from a replica that dies in the middle of a cycle within 30 s, nothing lost, nothing twice', async () => {
    await deploy();
    const finished = async () => (await deployment.cycles(`finished_at is not null`)).length;
    await until(async () => (await finished()) >= 2);
    const held = await deployment.killWhoComputes();
    const began = Date.now();
    await until(async () => (await deployment.cycles(`finished_at is not null`)).some(({ issue_time }) => issue_time === held.issue_time));
    const tookMs = Date.now() - began;
    process.stderr.write(`taken over after ${tookMs} ms\n`);
    expect(tookMs).toBeLessThan(30_000);
    expect(await deployment.outcome()).toEqual(embedded);
    const cycles = await deployment.cycles();
    expect(cycles).toHaveLength(CYCLES);
    expect(cycles.find(({ issue_time }) => issue_time === held.issue_time)!.attempt).toBe(held.attempt + 1);
    expect(await deployment.announced()).toBe(CYCLES);
  });
});
