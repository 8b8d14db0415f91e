import { expect } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaSettings } from '#bus';
import { connect, type Pool } from '#store';
import { RoleProcess } from '../stack/role-process.js';

/** The rise of the record flood, an hour of rain lost and a gauge late: alerts, degradations, corrections. */
export const REPLAY = [
  ...['replay', '--domain', 'cance', '--from', '2014-11-04T05:00Z', '--to', '2014-11-04T08:00Z', '--json'],
  ...['--drop', 'rain,2014-11-04T06:00Z,2014-11-04T07:00Z', '--delay', 'V3515010,2014-11-04T06:00Z,2014-11-04T07:00Z,30min'],
];
export const CYCLES = 13;

export interface Outcome {
  readonly cycles: Readonly<Record<string, number>>;
  readonly forecasts: number;
  readonly alerts: readonly { readonly phase: string }[];
  readonly absences: readonly unknown[];
  readonly stateHash: string;
}

export function outcomeOf({ stdout }: RoleProcess): Outcome {
  const { seconds: _seconds, ...outcome } = JSON.parse(stdout) as Outcome & { seconds: number };
  return outcome;
}

/** The outcome of the same replay in one process that nobody disturbs. */
export async function playAlone(folder: string, replay: readonly string[] = REPLAY): Promise<Outcome> {
  const alone = new RoleProcess({ args: replay, env: {}, log: join(folder, 'embedded.log') });
  alone.start();
  expect(await alone.ended()).toBe(0);
  return outcomeOf(alone);
}

export interface CycleRow {
  readonly issue_time: number;
  readonly attempt: number;
  readonly lease_owner: string;
}

/** Roles in processes of their own on a broker and a database of the lane, and the process that leads a replay. */
export class Deployment {
  readonly roles: Readonly<Record<'ingest' | 'forecast' | 'other' | 'alert', RoleProcess>>;
  readonly leader: RoleProcess;

  private constructor(
    readonly folder: string,
    readonly pool: Pool,
    { env, replay }: { readonly env: Readonly<Record<string, string>>; readonly replay: readonly string[] },
  ) {
    const process = (name: string, ...args: readonly string[]) => new RoleProcess({ args, env, log: join(folder, `${name}.log`) });
    this.roles = {
      ingest: process('ingest', 'serve', 'ingest'),
      forecast: process('forecast', 'serve', 'forecast'),
      other: process('other', 'serve', 'forecast'),
      alert: process('alert', 'serve', 'alert'),
    };
    this.leader = process('leader', ...replay);
  }

  /** Starts every process; the database is migrated and empty. */
  static start(
    folder: string,
    sql: string,
    { brokers, prefix }: Pick<KafkaSettings, 'brokers' | 'prefix'>,
    replay: readonly string[] = REPLAY,
  ): Deployment {
    const env = {
      FRESHET_BUS: 'kafka',
      FRESHET_RUN: 'exercise',
      FRESHET_SQL: sql,
      FRESHET_KAFKA_BROKERS: brokers.join(','),
      FRESHET_KAFKA_PREFIX: prefix,
      FRESHET_KAFKA_PARTITIONS: '3',
      FRESHET_KAFKA_REPLICATION: '1',
      FRESHET_LOG_LEVEL: 'warn',
    };
    const deployment = new Deployment(folder, connect(sql, { maxConnections: 2 }), { env, replay });
    for (const role of Object.values(deployment.roles)) role.start();
    deployment.leader.start();
    return deployment;
  }

  async outcome(): Promise<Outcome> {
    expect(await this.leader.ended()).toBe(0);
    return outcomeOf(this.leader);
  }

  /** @throws with the end of its log when a process that should run does not */
  assertRunning(): void {
    for (const [name, role] of Object.entries(this.roles)) {
      if (!role.isRunning()) throw new Error(`${name} ended:\n${readFileSync(role.options.log, 'utf8').slice(-2000)}`);
    }
  }

  /** Where it stands, for whoever has to find out why it does not go on. */
  async describe(): Promise<string> {
    const { rows } = await this.pool.query<{ waiting: object }>(
      `select jsonb_build_object(
         'open', (select jsonb_agg(jsonb_build_array(issue_time, status, attempt, lease_until)) from cycle where finished_at is null),
         'outbox', (select jsonb_object_agg(topic, count) from (select topic, count(*) from outbox where published_at is null group by topic) waiting),
         'clock', (select max(clock) from replay), 'now', now()) as waiting`,
    );
    const processes = Object.entries({ ...this.roles, leader: this.leader }).map(
      ([name, each]) => `${name} (${each.isRunning() ? 'running' : 'ended'}):\n${readFileSync(each.options.log, 'utf8').slice(-1500)}`,
    );
    return `${JSON.stringify(rows[0]!.waiting)}\n${processes.join('\n')}`;
  }

  async cycles(where = 'true'): Promise<CycleRow[]> {
    return (await this.pool.query<CycleRow>(`select * from cycle where ${where} order by issue_time`)).rows;
  }

  /** How many forecasts were announced: as many as there are cycles, or one was announced twice. */
  async announced(): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(`select count(*) from outbox where topic = 'forecast.issued.v1'`);
    return rows[0]!.count;
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
    await this.pool.end();
  }
}
