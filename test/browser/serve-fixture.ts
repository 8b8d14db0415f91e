// Look at the console without a database: node dist/test/browser/serve-fixture.js [rising|silent|calm|stopped] [port]
import { loadDomain } from '#config';
import { CALM, FORECAST_STOPPED, GAUGE_SILENT, RISING, type Scene } from './fixture-scene.js';
import { startFixtureServer } from './fixture-server.js';

const SCENES: Readonly<Record<string, Scene>> = { rising: RISING, silent: GAUGE_SILENT, calm: CALM, stopped: FORECAST_STOPPED };
const server = await startFixtureServer(
  await loadDomain('deploy/domains/cance'),
  SCENES[process.argv[2] ?? ''] ?? RISING,
  Number(process.argv[3] ?? 3999),
);
process.stdout.write(`${server.url}\n`);
