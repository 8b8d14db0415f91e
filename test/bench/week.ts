import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '#config';
import { BEAT_MS, DAY_MS, epochMs, parseIso } from '#hydrology';
import { createLogger } from '#runtime';
import { startFreshet } from '../../apps/freshet/src/start-freshet.js';
import { summariseReplay } from '../../apps/freshet/src/summarise-replay.js';

// npm run bench:week: seven simulated days, 672 cycles, in one process; its memory by day, and that no cycle is missing.

const DAYS = 7;
const FROM = parseIso('2014-11-01T00:15Z');
const TO = epochMs(FROM + DAYS * DAY_MS - BEAT_MS);
const DOMAIN = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));

const folder = mkdtempSync(join(tmpdir(), 'freshet-week-'));
const freshet = await startFreshet({
  roles: ['ingest', 'forecast', 'alert', 'api'],
  domainFolders: [DOMAIN],
  sql: `embedded:${folder}`,
  address: { host: '127.0.0.1', port: 0 },
  workers: 1,
  kafka: null,
  metricsPort: null,
  access: readEnvironment({}).access,
  mode: { kind: 'replay', from: FROM, to: TO, speed: 'max', rain: 'persistence', disturbances: [], earlier: 'anew' },
  logger: createLogger('warn'),
});
const byDay: number[][] = Array.from({ length: DAYS }, () => []);
const sample = setInterval(() => {
  const day = Math.floor((freshet.replay!.state().now - FROM) / DAY_MS);
  byDay[day]?.push(process.memoryUsage.rss() / 2 ** 20);
}, 100);
await freshet.finished;
clearInterval(sample);
const { cycles, stateHash } = await summariseReplay(freshet.pool, 'cance');
await freshet.stop();
rmSync(folder, { recursive: true, force: true });
const median = (values: readonly number[]) => Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!);
const rssMiB = byDay.map(median);
const growth = Math.round((1000 * rssMiB.at(-1)!) / rssMiB[0]! - 1000) / 10;
process.stdout.write(
  `${JSON.stringify({ what: 'one process, all roles, 672 cycles of the Cance; median resident memory of each simulated day', loadAverage: loadavg()[0], cycles, rssMiB, growthPercent: growth, stateHash }, null, 2)}\n`,
);
