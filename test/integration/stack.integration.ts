import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freeStackPort } from '../stack/free-port.js';
import { childrenOf, descendantsOf, runningProcesses } from '../stack/processes.js';
import { ROOT } from '../stack/prepare.js';
import type { Supervisor } from '../stack/supervisor.js';
import { REPLAY, type Outcome } from './deployment.js';

const run = promisify(execFile);

// As docs/guides/deploy.md says it, by its commands: up, the replay through it, down.

describe('npm run stack:up', () => {
  let home: string;
  let env: Record<string, string>;
  const npm = async (...args: readonly string[]) => (await run('npm', ['run', '-s', ...args], { cwd: ROOT, env })).stderr;
  const replay = async (prelude: string): Promise<Outcome> => {
    const command = `${prelude} exec node apps/freshet/bin/freshet.js "$@"`;
    const { stdout } = await run('bash', ['-c', command, 'replay', ...REPLAY], { cwd: ROOT, env });
    const { seconds: _seconds, ...outcome } = JSON.parse(stdout) as Outcome & { seconds: number };
    return outcome;
  };
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'freshet-stack-'));
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('FRESHET_')) as [string, string][];
    env = { ...Object.fromEntries(own), FRESHET_STACK: home, FRESHET_STACK_PORT: String(await freeStackPort()) };
  });
  afterAll(async () => {
    await npm('stack:down', '--', '--forget');
    rmSync(home, { recursive: true, force: true });
  });

  it('brings up a system that a replay goes through as through one process, and stack:down ends all of it and nothing else', async () => {
    const began = performance.now();
    expect(await npm('stack:up')).toMatch(/^up after/m);
    const upMs = Math.round(performance.now() - began);
    expect(upMs).toBeLessThan(120_000);
    const { pid, api } = JSON.parse(readFileSync(join(home, 'supervisor.json'), 'utf8')) as Supervisor;
    expect(await npm('stack:up')).toContain(`up already (process ${pid})`);
    const outcome = await replay(`set -a; . ${join(home, 'environment')}; set +a;`);
    expect(outcome.alerts.length).toBeGreaterThan(0);
    expect(outcome).toEqual(await replay(''));
    expect(await (await fetch(`${api}/v1/basins`)).json()).toMatchObject({
      basins: [{ id: 'cance', worstLevel: expect.anything() as unknown }],
    });
    const ours = [pid, ...descendantsOf(pid)];
    const others = childrenOf(process.pid); // the broker and the database of the lane
    expect(ours.length).toBeGreaterThan(8);
    expect(others.length).toBeGreaterThan(1);
    expect(await npm('stack:down')).toContain('the stack is down');
    const running = new Set(runningProcesses());
    expect(ours.filter(each => running.has(each))).toEqual([]);
    expect(others.filter(each => !running.has(each))).toEqual([]);
    process.stderr.write(`${JSON.stringify({ upMs, ended: ours.length })}\n`);
    expect(await npm('stack:down', '--', '--forget')).toContain('the stack is not up');
    expect(existsSync(join(home, 'run'))).toBe(false);
  }, 240_000);
});
