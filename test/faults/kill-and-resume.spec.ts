import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runFreshet, type Interruption } from './freshet-process.js';

interface Outcome {
  readonly cycles: Readonly<Record<string, number>>;
  readonly forecasts: number;
  readonly alerts: readonly { readonly station: string; readonly phase: string }[];
  readonly absences: readonly unknown[];
  readonly stateHash: string;
}

/** The rise of the record flood, an hour of rain lost and a gauge late: alerts, degradations, corrections. */
const REPLAY = [
  ...['replay', '--domain', 'cance', '--from', '2014-11-04T05:00Z', '--to', '2014-11-04T10:00Z', '--json'],
  ...['--drop', 'rain,2014-11-04T06:00Z,2014-11-04T07:00Z', '--delay', 'V3515010,2014-11-04T06:00Z,2014-11-04T08:00Z,90min'],
];

describe('a replay that is killed and resumed', () => {
  let root: string;
  let undisturbed: Outcome;
  const folder = (name: string) => join(root, name);
  const outcomeOf = (stdout: string): Outcome => {
    const { seconds, ...outcome } = JSON.parse(stdout) as Outcome & { seconds: number };
    expect(seconds).toBeGreaterThan(0);
    return outcome;
  };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-kill-'));
    const { stdout, stderr, code } = await runFreshet([...REPLAY, '--data', folder('undisturbed')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    undisturbed = outcomeOf(stdout);
  }, 120_000);
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** Interrupts run after run, then lets one finish. */
  async function finishAfter(name: string, interruptions: readonly Interruption[]): Promise<Outcome> {
    const args = [...REPLAY, '--data', folder(name), '--resume'];
    for (const interruption of interruptions) {
      const ended = await runFreshet(args, interruption);
      if (ended.code === 0) return outcomeOf(ended.stdout); // it was faster than the interruption
    }
    const { stdout, stderr, code } = await runFreshet(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return outcomeOf(stdout);
  }

  it('has something to lose: forecasts, degraded cycles, alerts', () => {
    expect(undisturbed.cycles).toMatchObject({ aborted: 0 });
    expect(undisturbed.cycles['degraded']).toBeGreaterThan(0);
    expect(undisturbed.forecasts).toBe(21 * 6);
    expect(undisturbed.alerts.filter(({ phase }) => phase === 'raised').length).toBeGreaterThan(1);
  });

  it('ends on the same states and alerts after kill -9 at many moments', async () => {
    const moments = [900, 1600, 2400, 3100, 3700, 4400, 5100, 6000];
    const killed = moments.map((afterMs): Interruption => ({ afterMs, signal: 'SIGKILL' }));
    expect(await finishAfter('killed', killed)).toEqual(undisturbed);
  }, 240_000);

  it('ends on the same when PostgreSQL is killed with it', async () => {
    const killed = [2800, 4200].map((afterMs): Interruption => ({ afterMs, signal: 'SIGKILL', database: true }));
    expect(await finishAfter('database', killed)).toEqual(undisturbed);
  }, 240_000);

  it('says so when PostgreSQL alone dies, ends, and can be resumed', async () => {
    const args = [...REPLAY, '--data', folder('orphan')];
    const { code, stderr } = await runFreshet(args, { afterMs: 1500, onceUp: true, database: true });
    if (code !== 0) expect(stderr).toMatch(/database/);
    expect(await finishAfter('orphan', [])).toEqual(undisturbed);
  }, 240_000);

  it('drains on Ctrl-C, says that it was interrupted, and ends on the same', async () => {
    const args = [...REPLAY, '--data', folder('interrupted')];
    const { code, stdout } = await runFreshet(args, { afterMs: 1500, onceUp: true, signal: 'SIGINT' });
    expect([0, 130]).toContain(code);
    if (code === 130) expect(stdout).toBe('');
    expect(await finishAfter('interrupted', [])).toEqual(undisturbed);
  }, 240_000);

  it('refuses to begin another replay in a folder that holds one, or to resume it with other options', async () => {
    const again = await runFreshet([...REPLAY, '--data', folder('undisturbed')]);
    expect(again).toMatchObject({ stdout: '' });
    expect(again.code).not.toBe(0);
    expect(again.stderr).toMatch(/holds a replay.*--resume/s);
    const other = await runFreshet([...REPLAY, '--data', folder('undisturbed'), '--resume', '--rain', 'zero']);
    expect(other.stderr).toMatch(/has other options/);
  }, 60_000);
});
