import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts Freshet as the README says (`npm start`) in an empty data folder and waits for the first forecast on the API.
 * Exits 0 when it is there within a minute and the process then ends by SIGTERM; prints the seconds either way.
 */
const LIMIT_S = 60;
const PORT = 3987;
const folder = mkdtempSync(join(tmpdir(), 'freshet-start-'));
const began = performance.now();
const child = spawn('npm', ['start', '--', '--port', String(PORT), '--data', join(folder, 'data')], {
  stdio: ['ignore', 'ignore', 'inherit'],
  detached: true,
});

async function firstForecast(): Promise<unknown> {
  for (;;) {
    const reply = await fetch(`http://127.0.0.1:${PORT}/v1/stations/V3524010/forecast`).catch(() => undefined);
    if (reply?.ok) return reply.json();
    if ((performance.now() - began) / 1000 > LIMIT_S || child.exitCode !== null) return undefined;
    await sleep(250);
  }
}

const forecast = await firstForecast();
const seconds = (performance.now() - began) / 1000;
const ended = once(child, 'exit');
if (child.pid !== undefined && child.exitCode === null) {
  process.kill(-child.pid, 'SIGTERM');
  await ended;
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  forecast === undefined ? `no forecast after ${seconds.toFixed(1)} s\n` : `first forecast after ${seconds.toFixed(1)} s\n`,
);
process.exitCode = forecast === undefined ? 1 : 0;
