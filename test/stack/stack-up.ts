import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { STACK_HOME, missingNeeds, prepareStack } from './prepare.js';
import { readSupervisor } from './supervisor.js';

// npm run stack:up: the distributed system on this machine, as an exercise that waits for `freshet replay`.

const say = (text: string) => process.stderr.write(`${text}\n`);

const running = readSupervisor();
const missing = missingNeeds();
if (running !== null) say(`the stack is up already (process ${running.pid}); npm run stack:down stops it`);
else if (missing.length > 0) {
  say(`the stack needs:\n  ${missing.join('\n  ')}`);
  process.exitCode = process.env.CI ? 1 : 0;
} else await start();

async function start(): Promise<void> {
  const began = Date.now();
  prepareStack();
  mkdirSync(STACK_HOME, { recursive: true });
  const path = join(STACK_HOME, 'supervisor.log');
  const log = openSync(path, 'w');
  const child = spawn(process.execPath, [fileURLToPath(new URL('./supervise.js', import.meta.url))], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  for (let up = readSupervisor(); ; up = readSupervisor()) {
    if (up !== null) {
      child.unref();
      say(
        `up after ${Math.round((Date.now() - began) / 100) / 10} s: console and API ${up.api}, Prometheus ${up.prometheus}, Kafka ${up.brokers.join(',')}`,
      );
      say('play the record flood through it:');
      say(
        `  set -a; . ${relative('', join(STACK_HOME, 'environment'))}; set +a; node apps/freshet/bin/freshet.js replay --domain cance --from 2014-11-03T00:15Z --to 2014-11-05T00:00Z --json`,
      );
      return;
    }
    if (child.exitCode !== null) {
      say(readFileSync(path, 'utf8'));
      process.exitCode = 1;
      return;
    }
    await delay(100);
  }
}
