import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { TcpProxy } from '../setup/tcp-proxy.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { CYCLES, Deployment, playAlone, type Outcome } from './deployment.js';
import { kafkaSettings } from './services.js';
import { until } from './until.js';

/** How many cycles are to be caught by a rebalance of the group that computes them. */
const CAUGHT = 2;
/** Each way to the database: a cycle lasts seconds then, and most rebalances fall into one. */
const DELAY_MS = 60;

describe('a forecast replica that joins and leaves in the middle of a cycle', () => {
  let root: string;
  let network: TcpProxy;
  let admin: Admin;
  let group: string;
  let database: TestDatabase;
  let embedded: Outcome;
  let deployment: Deployment;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-rebalance-'));
    embedded = await playAlone(root);
    database = await openTestDatabase();
    const sql = new URL(database.url);
    network = await TcpProxy.open(Number(sql.port));
    sql.port = String(network.port);
    const settings = kafkaSettings();
    group = `${settings.prefix}forecast.cycle.due.v1`;
    admin = new Kafka({ brokers: [...settings.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    deployment = Deployment.start(root, sql.href, settings);
  }, 120_000);
  afterAll(async () => {
    await deployment.close();
    await admin.disconnect();
    await network.close();
    await database.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** Straight from the database, without the delay. */
  const issueTimes = async (where: string) =>
    (await database.pool.query<{ issue_time: number }>(`select issue_time from cycle where ${where}`)).rows.map(row => row.issue_time);

  /** How many consumers share the partitions; null while that is being settled. */
  const members = async (): Promise<number | null> => {
    const [described] = (await admin.describeGroups([group])).groups;
    return described!.state === 'Stable' ? described!.members.length : null;
  };

  /** Starts the other replica, or stops it, and waits until the group has taken notice or the replay is over. */
  async function changeMembers(): Promise<void> {
    const { other } = deployment.roles;
    const isOver = () => !deployment.leader.isRunning();
    let before: number | null = null;
    await until(async () => isOver() || (before = await members()) !== null);
    if (other.isRunning()) await other.stop();
    else other.start();
    await until(async () => isOver() || ![null, before].includes(await members()));
  }

  /** Adds the cycles that run while the group shares its partitions anew. */
  async function watch(caught: Set<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [before] = await issueTimes(`status = 'running'`);
      const { groups } = await admin.describeGroups([group]);
      if (groups[0]!.state.endsWith('Rebalance')) {
        const [after] = await issueTimes(`status = 'running'`);
        if (before !== undefined && after === before) caught.add(before); // at it before and after the look
      }
      await delay(20);
    }
  }

  it('loses nothing, computes nothing twice', async () => {
    await until(async () => (await issueTimes('finished_at is not null')).length >= 1);
    network.delayMs = DELAY_MS;
    const caught = new Set<number>();
    const ended = new AbortController();
    const watched = watch(caught, ended.signal);
    let rebalances = 0;
    while (caught.size < CAUGHT && deployment.leader.isRunning()) {
      await changeMembers();
      rebalances++;
    }
    ended.abort();
    await watched;
    network.delayMs = 0;
    expect(await deployment.outcome()).toEqual(embedded);
    const cycles = await deployment.cycles();
    const computedAgain = cycles.filter(({ issue_time, attempt }) => caught.has(issue_time) && attempt > 1).length;
    process.stderr.write(`${JSON.stringify({ rebalances, caught: caught.size, computedAgain })}\n`);
    expect(caught.size).toBeGreaterThanOrEqual(CAUGHT);
    expect(cycles).toHaveLength(CYCLES);
    expect(computedAgain).toBe(0);
    expect(await deployment.announced()).toBe(CYCLES);
  }, 240_000);
});
