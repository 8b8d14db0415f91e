import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RoleProcess } from '../stack/role-process.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { kafkaSettings } from './services.js';
import { until } from './until.js';

/** The rise of the record flood, an hour of rain lost and a gauge late: alerts, degradations, corrections. */
const REPLAY = [
  ...['replay', '--domain', 'cance', '--from', '2014-11-04T05:00Z', '--to', '2014-11-04T08:00Z', '--json'],
  ...['--drop', 'rain,2014-11-04T06:00Z,2014-11-04T07:00Z', '--delay', 'V3515010,2014-11-04T06:00Z,2014-11-04T07:00Z,30min'],
];
const CYCLES = 13;

interface Outcome {
  readonly cycles: Readonly<Record<string, number>>;
  readonly forecasts: number;
  readonly alerts: readonly { readonly phase: string }[];
  readonly absences: readonly unknown[];
  readonly stateHash: string;
}

function outcomeOf({ stdout }: RoleProcess): Outcome {
  const { seconds: _seconds, ...outcome } = JSON.parse(stdout) as Outcome & { seconds: number };
  return outcome;
}

interface CycleRow {
  readonly issue_time: number;
  readonly attempt: number;
  readonly lease_owner: string;
}

/** Roles in processes of their own on a broker and a database of the lane, and the process that leads a replay. */
class Deployment {
  readonly roles: Readonly<Record<'ingest' | 'forecast' | 'other' | 'alert', RoleProcess>>;
  readonly leader: RoleProcess;

  private constructor(
    readonly folder: string,
    readonly database: TestDatabase,
    env: Readonly<Record<string, string>>,
  ) {
    const process = (name: string, ...args: readonly string[]) => new RoleProcess({ args, env, log: join(folder, `${name}.log`) });
    this.roles = {
      ingest: process('ingest', 'serve', 'ingest'),
      forecast: process('forecast', 'serve', 'forecast'),
      other: process('other', 'serve', 'forecast'),
      alert: process('alert', 'serve', 'alert'),
    };
    this.leader = process('leader', ...REPLAY);
  }

  static async start(folder: string): Promise<Deployment> {
    const database = await openTestDatabase();
    const { brokers, prefix } = kafkaSettings();
    const deployment = new Deployment(folder, database, {
      FRESHET_BUS: 'kafka',
      FRESHET_RUN: 'exercise',
      FRESHET_SQL: database.url,
      FRESHET_KAFKA_BROKERS: brokers.join(','),
      FRESHET_KAFKA_PREFIX: prefix,
      FRESHET_KAFKA_PARTITIONS: '3',
      FRESHET_KAFKA_REPLICATION: '1',
      FRESHET_LOG_LEVEL: 'warn',
    });
    for (const role of Object.values(deployment.roles)) role.start();
    deployment.leader.start();
    return deployment;
  }

  async outcome(): Promise<Outcome> {
    expect(await this.leader.ended()).toBe(0);
    return outcomeOf(this.leader);
  }

  async cycles(where = 'true'): Promise<CycleRow[]> {
    return (await this.database.pool.query<CycleRow>(`select * from cycle where ${where} order by issue_time`)).rows;
  }

  /** kill -9 of the replica that is at a cycle, in the middle of it. */
  async killWhoComputes(): Promise<CycleRow> {
    const replicas = [this.roles.forecast, this.roles.other];
    for (;;) {
      const [running] = await this.cycles(`status = 'running'`);
      const victim = running && replicas.find(({ pid }) => running.lease_owner.split('/')[1] === String(pid));
      if (running === undefined || victim === undefined) continue;
      await victim.kill();
      const [held] = await this.cycles(`status = 'running' and issue_time = '${new Date(running.issue_time).toISOString()}'`);
      if (held !== undefined) return held;
      victim.start(); // it was faster
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.leader, ...Object.values(this.roles)].map(each => each.kill()));
    await this.database.close();
  }
}

describe('a replay through Kafka, TimescaleDB and processes of their own', () => {
  let root: string;
  let embedded: Outcome;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-distributed-'));
    const alone = new RoleProcess({ args: REPLAY, env: {}, log: join(root, 'embedded.log') });
    alone.start();
    expect(await alone.ended()).toBe(0);
    embedded = outcomeOf(alone);
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  let deployment: Deployment;
  const started: Deployment[] = [];
  const deploy = async () => {
    deployment = await Deployment.start(root);
    started.push(deployment);
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map(each => each.close()));
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
    const twice = `select from outbox where topic = 'forecast.issued.v1' group by message_id having count(*) > 1`;
    expect((await deployment.database.pool.query(twice)).rowCount).toBe(0);
  });
});
