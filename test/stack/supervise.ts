import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, grantDatabaseRoles, inTransaction, migrate, type EmbeddedDatabase } from '#store';
import { startBroker } from './kafka-broker.js';
import { FIRST_PORT, STACK_HOME, KAFKA, TIMESCALE } from './prepare.js';
import { startPrometheus } from './prometheus.js';
import { RoleProcess } from './role-process.js';
import { startTimescale } from './timescale.js';

// The process behind `npm run stack:up`: it starts every part, starts a role again that ends, and stops exactly those when it is told to.

const port = (offset: number): number => FIRST_PORT + offset;
const PORTS = {
  api: port(0),
  prometheus: port(90),
  kafka: [port(92), port(93), port(94)],
  metrics: port(100),
  database: port(432),
} as const;
const ROLES = ['ingest', 'forecast', 'forecast', 'alert', 'api'] as const;
const RUN = join(STACK_HOME, 'run');

const stops: (() => Promise<unknown>)[] = [];
let stopping = false;

async function stop(code: number): Promise<never> {
  stopping = true;
  for (const each of stops.splice(0).reverse()) await each().catch(() => undefined);
  rmSync(join(STACK_HOME, 'supervisor.json'), { force: true });
  process.exit(code);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(0));

try {
  await start();
} catch (error) {
  process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
  await stop(1);
}

async function start(): Promise<void> {
  mkdirSync(RUN, { recursive: true });
  const [broker, database] = await Promise.all([
    startBroker({ jars: KAFKA, folder: join(RUN, 'kafka'), ports: PORTS.kafka }),
    startTimescale(TIMESCALE, join(RUN, 'timescale'), { port: PORTS.database }),
  ]);
  stops.push(
    () => broker.stop(),
    () => database.stop(),
  );
  const { writer, owner } = await prepareDatabase(database);
  const shared = {
    FRESHET_BUS: 'kafka',
    FRESHET_RUN: 'exercise',
    FRESHET_KAFKA_BROKERS: broker.brokers.join(','),
    FRESHET_KAFKA_REPLICATION: '1',
    FRESHET_KAFKA_PARTITIONS: '6',
  };
  const targets: Record<string, number> = {};
  for (const [k, role] of ROLES.entries()) {
    const name = `${role}-${k}`;
    targets[name] = PORTS.metrics + k;
    const env = { ...shared, FRESHET_SQL: writer, FRESHET_PORT: String(PORTS.api), FRESHET_METRICS_PORT: String(targets[name]) };
    keepRunning(new RoleProcess({ args: ['serve', role], env, log: join(RUN, `${name}.log`) }));
  }
  const prometheus = await startPrometheus(join(RUN, 'prometheus'), PORTS.prometheus, targets);
  stops.push(() => prometheus.stop());
  const environment = { ...shared, FRESHET_SQL: owner };
  writeFileSync(
    join(STACK_HOME, 'environment'),
    Object.entries(environment)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
    { mode: 0o600 },
  );
  const told = { pid: process.pid, api: `http://127.0.0.1:${PORTS.api}`, prometheus: prometheus.url, brokers: broker.brokers, sql: owner };
  writeFileSync(join(STACK_HOME, 'supervisor.json'), JSON.stringify(told), { mode: 0o600 });
}

/** The schema, and a login for the processes that may write but not change it. */
async function prepareDatabase(database: EmbeddedDatabase): Promise<{ readonly writer: string; readonly owner: string }> {
  const owner = await database.ensureDatabase('freshet');
  const pool = connect(owner, { maxConnections: 1 });
  await migrate(pool);
  await inTransaction(pool, grantDatabaseRoles);
  const password = new URL(owner).password;
  const { rowCount } = await pool.query(`select from pg_roles where rolname = 'freshet_process'`);
  if (rowCount === 0) await pool.query(`create role freshet_process login password '${password}' in role freshet_writer`);
  await pool.end();
  return { owner, writer: owner.replace(/\/\/[^:]*:/, '//freshet_process:') };
}

/** As an orchestrator would: a role that ends is started again. */
function keepRunning(role: RoleProcess): void {
  stops.push(() => role.stop());
  const watch = async () => {
    while (!stopping) {
      role.start();
      await role.ended();
      await delay(500);
    }
  };
  void watch();
}
