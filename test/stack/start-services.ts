import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, migrate } from '#store';
import { freePort } from './free-port.js';
import { startBroker } from './kafka-broker.js';
import { KAFKA, TIMESCALE, missingNeeds, prepareStack } from './prepare.js';
import { startTimescale } from './timescale.js';

declare global {
  var freshetServices: { stop(): Promise<void> } | undefined;
}

/** What the specs of the integration lane are told of the services, as JSON in FRESHET_TEST_SERVICES. */
export interface ServicesForTests {
  readonly brokers: readonly string[];
  readonly secure: { readonly brokers: readonly string[]; readonly ca: string; readonly username: string; readonly password: string };
  readonly timescale: string;
}

/**
 * Jest's globalSetup of the integration lane: a broker and a TimescaleDB for the run. Where the machine lacks a part the
 * lane is skipped and says so; in CI that is a failure.
 */
export default async function startServices(): Promise<void> {
  const missing = missingNeeds();
  if (missing.length > 0) {
    const message = `the integration lane needs:\n  ${missing.join('\n  ')}`;
    if (process.env.CI) throw new Error(message);
    process.stderr.write(`SKIPPED: ${message}\n`);
    process.exit(0);
  }
  prepareStack();
  const folder = mkdtempSync(join(tmpdir(), 'freshet-services-'));
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const [broker, database] = await Promise.all([
    startBroker({ jars: KAFKA, folder: join(folder, 'kafka'), ports }),
    startTimescale(TIMESCALE, join(folder, 'timescale'), { settings: ['fsync=off', 'full_page_writes=off'] }),
  ]);
  const pool = connect(await database.ensureDatabase('template_freshet'), { maxConnections: 1 });
  await migrate(pool);
  await pool.query('select _timescaledb_functions.stop_background_workers()');
  await pool.end();
  // TimescaleDB's launcher looks into every database that takes connections, and a template with a guest cannot be cloned
  const administrator = connect(database.urlOf('postgres'), { maxConnections: 1 });
  await administrator.query('alter database template_freshet allow_connections false');
  await administrator.end();
  const services: ServicesForTests = { brokers: broker.brokers, secure: broker.secure, timescale: database.urlOf('postgres') };
  process.env.FRESHET_TEST_SERVICES = JSON.stringify(services);
  process.env.FRESHET_TEST_SQL = services.timescale;
  globalThis.freshetServices = {
    stop: async () => {
      await Promise.all([broker.stop(), database.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
