import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { STACK_HOME } from './prepare.js';
import { readSupervisor } from './supervisor.js';

// npm run stack:down: stops what stack:up started and nothing else; with --forget its data go as well.

const running = readSupervisor();
if (running === null) process.stderr.write('the stack is not up\n');
else {
  process.kill(running.pid, 'SIGTERM');
  for (let waited = 0; readSupervisor() !== null; waited++) {
    if (waited === 600) throw new Error(`process ${running.pid} does not end; see ${join(STACK_HOME, 'supervisor.log')}`);
    await delay(100);
  }
  process.stderr.write('the stack is down\n');
}
if (process.argv.includes('--forget')) rmSync(join(STACK_HOME, 'run'), { recursive: true, force: true });
