import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A Kafka broker of our own: one node, KRaft, on 127.0.0.1. */
export interface Broker {
  readonly brokers: readonly string[];
  /** The listener with TLS and SASL PLAIN, for tests of the way in. */
  readonly secure: { readonly brokers: readonly string[]; readonly ca: string; readonly username: string; readonly password: string };
  /** kill -9. */
  kill(): Promise<void>;
  /** Orderly. */
  stop(): Promise<void>;
  /** Starts it again on the same log. */
  start(): Promise<void>;
}

export interface BrokerOptions {
  /** Folder with the jars, as deploy/stack/fetch-kafka.sh leaves it. */
  readonly jars: string;
  /** Folder of the log, the settings and the certificate. */
  readonly folder: string;
  /** Three ports: plain, controller, secure. */
  readonly ports: readonly [number, number, number];
  /** Port under which the plain listener is reached, where something stands before it. */
  readonly advertised?: number;
}

const USERNAME = 'freshet';
const PASSWORD = 'exercise-only';

/** Formats the log if there is none, starts the broker and waits until it answers. */
export async function startBroker({ jars, folder, ports, advertised = ports[0] }: BrokerOptions): Promise<Broker> {
  mkdirSync(folder, { recursive: true });
  const [plain, , secure] = ports;
  const ca = certificate(folder);
  const settings = join(folder, 'server.properties');
  const fresh = !existsSync(join(folder, 'log'));
  writeFileSync(settings, properties(folder, ports, advertised));
  if (fresh) format(jars, settings);
  let child: ChildProcess | null = null;
  const start = async () => {
    child = run(jars, folder, settings);
    await awaitAnswer(plain, child);
  };
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
  };
  await start();
  return {
    brokers: [`127.0.0.1:${advertised}`],
    secure: { brokers: [`127.0.0.1:${secure}`], ca, username: USERNAME, password: PASSWORD },
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function run(jars: string, folder: string, settings: string): ChildProcess {
  const log = openSync(join(folder, 'broker.log'), 'a');
  const logging = join(folder, 'log4j2.properties');
  writeFileSync(logging, LOGGING);
  const args = ['-Xms256m', '-Xmx512m', `-Dlog4j2.configurationFile=${logging}`, '-cp', join(jars, 'lib', '*'), 'kafka.Kafka', settings];
  return spawn('java', args, { stdio: ['ignore', log, log] });
}

const LOGGING = `status = error
appender.console.type = Console
appender.console.name = out
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c: %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
`;

function format(jars: string, settings: string): void {
  const tool = (...args: readonly string[]) =>
    execFileSync('java', ['-cp', join(jars, 'lib', '*'), 'kafka.tools.StorageTool', ...args], { encoding: 'utf8', stdio: 'pipe' });
  const id = tool('random-uuid').trim().split('\n').at(-1)!;
  tool('format', '-t', id, '-c', settings);
}

const properties = (folder: string, [plain, controller, secure]: readonly [number, number, number], advertised: number): string => {
  const pem = readFileSync(join(folder, 'key-and-certificate.pem'), 'utf8').trim();
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller},SECURE://127.0.0.1:${secure}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertised},SECURE://127.0.0.1:${secure}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL',
    'listener.name.secure.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.secure.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${USERNAME}="${PASSWORD}";`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'key-and-certificate.pem'),
    'log.dirs': join(folder, 'log'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
  })
    .filter(([name]) => pem !== '' || !name.startsWith('ssl.'))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
};

/** A certificate for 127.0.0.1 that signs itself. */
function certificate(folder: string): string {
  const [key, crt] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  if (!existsSync(crt)) {
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-keyout', key, '-out', crt, ...subject], {
      stdio: 'pipe',
    });
    writeFileSync(join(folder, 'key-and-certificate.pem'), readFileSync(key, 'utf8') + readFileSync(crt, 'utf8'), { mode: 0o600 });
  }
  return readFileSync(crt, 'utf8');
}

/** ApiVersions, version 0: any reply will do. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

async function awaitAnswer(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the broker ended with code ${child.exitCode}; see broker.log`);
    if (await answers(port)) return;
    await delay(100);
  }
  throw new Error('the broker does not answer within a minute; see broker.log');
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write(API_VERSIONS));
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => {
      settle(false);
    });
    socket.once('data', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}
